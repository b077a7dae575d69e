// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "container/container_record.h"

namespace slipway
{

// As inspect and list show them: a binding to every address is one of 0.0.0.0 and one of "::".
[[nodiscard]] std::vector<PortBinding> shownPorts(const std::vector<PortBinding>& ports);

// NetworkSettings.Networks: what was asked for, with what the running container has.
// NETWORKIDS: by name, for those that a container that does not run was in.
[[nodiscard]] Json endpointsJson(const Json& document, const ContainerState& state, const std::map<std::string, std::string>& networkIds);

} // namespace slipway
