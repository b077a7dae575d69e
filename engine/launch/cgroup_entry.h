// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "launch/plan.h"

namespace slipway::launch
{

// Makes the folders of CGROUP with everything a process needs to be put there, and writes its limits but the late ones.
[[nodiscard]] Status makeCgroup(const Cgroup& cgroup);
[[nodiscard]] Status writeLimits(const Cgroup& cgroup);
// The number of processes: a holder that sits in the group must not count when the container's first one is born.
[[nodiscard]] Status writeLateLimits(const Cgroup& cgroup);
void removeCgroup(const std::vector<std::string>& folders); // nothing may be in them
// Moves the calling process, which must have one thread. With v2 a process is born in its group instead (CLONE_INTO_CGROUP).
[[nodiscard]] Status enterCgroupV1(const Cgroup& cgroup);

} // namespace slipway::launch
