// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>

// What this thread has used of a processor: the same whatever else the machine does.
inline double cpuMs()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}
