// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>

#include "base/unique_fd.h"
#include "options.h"
#include "parked.h"

namespace slipway::monitor
{

// The running process and our ends of its stdio. With a terminal only `terminal` is set.
struct Process
{
    pid_t pid = 0;
    std::uint64_t startTicks = 0; // field 22 of /proc/PID/stat: with the pid it names the process for ever
    UniqueFd in, out, err, terminal;
    std::string memoryEvents;     // the file that counts OOM kills, "" when there is none
};

struct LaunchFailure
{
    int code = 1;
    std::string message;
};

struct Pipe
{
    UniqueFd read, write;
    bool open();
};

// Runs crun (run --detach or exec --detach) and waits for it; the process is then our child by reparenting.
// PARKED: the crun that waits already, or nullptr.
// Returns true and fills PROCESS, or fills FAILURE with crun's own last words.
[[nodiscard]] bool launch(const Options& options, Parked* parked, Process& process, LaunchFailure& failure);

// crun as a child with this stdio; its pid, or -1.
[[nodiscard]] pid_t startCrun(const Options& options, int in, int out, int err);

} // namespace slipway::monitor
