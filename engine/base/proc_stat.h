// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace slipway
{

// Of /proc/PID/stat (proc_pid_stat(5)).
struct ProcStat
{
    pid_t parent = 0;
    pid_t foreground = -1;        // the process group in the foreground of its terminal; -1: it has none
    std::uint64_t startTicks = 0; // since the boot: with the pid it names the process for ever
};

[[nodiscard]] std::optional<ProcStat> procStat(pid_t pid); // none: there is no such process

} // namespace slipway
