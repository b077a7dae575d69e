// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/error.h"
#include "base/unique_fd.h"
#include "launch/holder.h"
#include "launch/plan.h"

namespace slipway::launch
{

struct Running
{
    pid_t pid = 0;     // a child of the caller
    UniqueFd terminal; // the pty's other end, when the plan asks for one
};

// Starts the process of PLAN, which is also in PLANFILE, and returns when it is the container's program (or, where execve itself failed after everything
// else was right, has said so on its stderr and ends with 1, as runc has it). ONREADY is called in between: all is done but execve, which
// waits for its return, so whoever dies before has recorded the process or leaves none. An error is in runc's words, and then no process
// is left; groups that were made are the caller's to remove. The calling process must have one thread. TARGET: with plan.exec a pidfd
// of a process of the container, else unused. HOLDER: gives birth to a container's process where it can.
[[nodiscard]] Result<Running> launch(const std::string& planFile, const Plan& plan, Stdio stdio, int target, std::optional<Holder> holder,
                                     const std::function<void(pid_t)>& onReady);

} // namespace slipway::launch
