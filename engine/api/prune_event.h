// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "api/services.h"
#include "events/event_bus.h"

namespace slipway::api
{

// What every prune tells at its end.
inline void publishPrune(const Services& services, std::string type, std::int64_t bytes)
{
    services.events.publish(
        {.type = std::move(type), .action = "prune", .actorId = {}, .attributes = {{"reclaimed", std::to_string(bytes)}}, .time = {}});
}

} // namespace slipway::api
