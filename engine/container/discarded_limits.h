// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace slipway
{

class Cgroups;

// Takes the limits out of HOSTCONFIG that CGROUPS cannot hold, as for an ordinary user without delegated cgroups, and says
// so in dockerd's words. --cpus too: dockerd refuses it, but a compose file that names it should run here.
[[nodiscard]] std::vector<std::string> discardLimits(Json& hostConfig, const Cgroups& cgroups);

} // namespace slipway
