// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "launch/plan.h"

// What a process is before it becomes the container's program: limits, user, capabilities, seccomp filter, working directory.
namespace slipway::launch
{

// A session keyring named after the container, so that it does not see the engine's keys; an exec joins the same one.
[[nodiscard]] Status joinKeyring(const std::string& id);
[[nodiscard]] Status setLimits(const Process& process); // rlimits, OOM score; while /proc and the capabilities are still ours
// User, groups, capabilities, no_new_privs, filter, working directory. Only execve may follow: every descriptor above 2 but
// KEEP and the program must be closed before, or a working directory in /proc/self/fd would lead to the host's files (CVE-2024-21626).
[[nodiscard]] Status becomeUser(const Process& process, int keep);
// Looks for args[0] as Go's exec.LookPath does in the PATH of the process's own environment; errors are in runc's words.
[[nodiscard]] Result<std::string> findProgram(const Process& process);

} // namespace slipway::launch
