// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/proc_stat.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "base/unique_fd.h"

namespace slipway
{

std::optional<ProcStat> procStat(pid_t pid)
{
    const UniqueFd file(::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
    char text[1024];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    text[size > 0 ? size : 0] = 0;
    const char* name = std::strrchr(text, ')'); // a program calls itself as it likes
    int parent = 0, foreground = -1;
    unsigned long long ticks = 0;
    if (!name || std::sscanf(name + 1, " %*c %d %*s %*s %*s %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &parent, &foreground, &ticks) != 3)
        return std::nullopt;
    return ProcStat{parent, foreground, ticks};
}

} // namespace slipway
