// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "api/exchange.h"

namespace slipway::api
{

// Serves the requests of one client connection until it ends.
[[nodiscard]] Task<void> serveConnection(Api& api, std::shared_ptr<Socket> socket);

} // namespace slipway::api
