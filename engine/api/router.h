// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "api/exchange.h"
#include "api/http_message.h"

namespace slipway::api
{

using Call = Result<HttpResponse> (*)(Services&, const HttpRequest&);       // blocking, on a pool thread
using Stream = Task<Status> (*)(Api&, const HttpRequest&, Exchange&);       // on the reactor

struct Route
{
    std::string_view method, pattern; // "/containers/{id}/json"; {name*} matches several segments
    Call call = nullptr;
    Stream stream = nullptr;
    bool streamsBody = false;
};

std::span<const Route> containerRoutes();
std::span<const Route> containerStreamRoutes();
std::span<const Route> attachRoutes();
std::span<const Route> statsRoutes();
std::span<const Route> archiveRoutes();
std::span<const Route> execRoutes();
std::span<const Route> sessionRoutes();
std::span<const Route> imageRoutes();
std::span<const Route> imageStreamRoutes();
std::span<const Route> buildRoutes();
std::span<const Route> buildHistoryRoutes();
std::span<const Route> networkRoutes();
std::span<const Route> volumeRoutes();
std::span<const Route> volumeDataRoutes();
std::span<const Route> systemRoutes();
std::span<const Route> eventRoutes();
std::span<const Route> metricsRoutes();
std::span<const Route> logRoutes();

// The route of REQUEST, with its params filled in; nullptr: page not found.
[[nodiscard]] const Route* findRoute(HttpRequest& request);

} // namespace slipway::api
