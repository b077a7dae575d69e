// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "launch/plan.h"

namespace slipway::launch
{

// Makes the folders of CGROUP with everything a process needs to be put there, and writes its limits.
[[nodiscard]] Status makeCgroup(const Cgroup& cgroup);
// Moves the calling process, which must have one thread. With v2 a process is born in its group instead (CLONE_INTO_CGROUP).
[[nodiscard]] Status enterCgroupV1(const Cgroup& cgroup);

} // namespace slipway::launch
