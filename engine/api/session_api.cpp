// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>

#include "api/router.h"
#include "api/terminal_stream.h"
#include "container/container_service.h"

// Slipway's own: terminals that outlive their window. An exec with a terminal is one if its create says "SlipwaySession": NAME (any
// text); what they are to the caller is in container/container_service.h.
namespace slipway::api
{
namespace
{

// GET /slipway/sessions[?container=ID]
Result<HttpResponse> sessions(Services& s, const HttpRequest& request)
{
    return jsonResponse(s.containers.sessions(request.value("container")));
}

// DELETE /slipway/sessions/{id}: ends its program. 204
Result<HttpResponse> end(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.containers.endSession(request.param()));
    return noContent();
}

// POST /slipway/sessions/{id}/attach[?from=POSITION]: a raw stream as of exec's start, after a line and the kept output
// (AttachOptions::keptFrom). POSITION is how many bytes the caller has of all that was printed; without it, all that is kept.
Task<Status> attach(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const std::string from = request.value("from");
    if (from.find_first_not_of("0123456789") != std::string::npos)
        co_return fail(ErrorKind::InvalidArgument, "from must be a number of bytes: " + from);
    const std::uint64_t position = from.empty() ? UINT64_MAX : std::strtoull(from.c_str(), nullptr, 10);
    auto stream = co_await onPool(api, [&] { return api.services.containers.attachSession(request.param(), position); });
    if (!stream)
        co_return std::unexpected(stream.error());
    if (const Status raw = co_await exchange.hijack(streamType(true)); !raw)
        co_return raw;
    co_await exchange.splice(std::move(*stream), {});
    co_return Status();
}

constexpr Route routes[] = {
    {"GET", "/slipway/sessions", sessions},
    {"DELETE", "/slipway/sessions/{id}", end},
    {"POST", "/slipway/sessions/{id}/attach", nullptr, attach},
};

} // namespace

std::span<const Route> sessionRoutes() { return routes; }

} // namespace slipway::api
