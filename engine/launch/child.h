// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include "base/error.h"
#include "launch/holder.h"
#include "launch/plan.h"

// The new process: born by spawnChild, it makes itself the container's (or exec's) program and tells how that goes on STATUS, one end
// of a SOCK_SEQPACKET pair: terminalWord with a descriptor, readyWord (then it waits for any answer), or an error's text. It closes when the
// program runs.
namespace slipway::launch
{

constexpr const char* terminalWord = "terminal";
constexpr const char* readyWord = "ready";

enum class Birth {
    Own,    // a child of the caller, which it puts into its cgroups
    Sitting // a child of the caller's parent, in the caller's cgroups
};

// The calling process must have one thread. TARGET: see launch().
[[nodiscard]] Result<pid_t> spawnChild(const Plan& plan, Stdio stdio, int target, int status, Birth birth);

} // namespace slipway::launch
