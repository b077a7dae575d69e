// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "launch/plan.h"
#include "os/cgroup.h"

namespace slipway
{

// What slipway-monitor does itself for the container ID of this OCI configuration: two program starts less than crun, and
// nothing that is worked out in the container. None when SPEC asks for anything else than the common part, also for what it says in
// words that are not known here: then crun runs it.
[[nodiscard]] std::optional<launch::Plan> launchPlan(const Json& spec, const std::string& id, const Cgroups& cgroups);

// PROCESS of makeExecProcess in a container that was started by CONTAINER.
[[nodiscard]] std::optional<launch::Plan> execPlan(const Json& process, const launch::Plan& container);

} // namespace slipway
