// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/unique_fd.h"
#include "launch/holder.h"
#include "options.h"

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

// Starts the process as the plan says, or runs crun (run --detach or exec --detach) and waits for it; it is then our child, with crun by
// reparenting. RECORD is called as soon as the process is known, with the plan before its program runs. Returns true and fills PROCESS, or fills
// FAILURE with the words of the launcher or crun's last ones.
[[nodiscard]] bool launch(const Options& options, Process& process, LaunchFailure& failure, std::optional<launch::Holder> holder,
                          const std::function<void(const Process&)>& record);

} // namespace slipway::monitor
