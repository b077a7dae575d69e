// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/numbers.h"
#include "api/request_types.h"
#include "api/router.h"
#include "api/terminal_stream.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

Result<HttpResponse> create(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(execCreateType()));
    if (const auto keys = jsonValue<std::string>(body, "DetachKeys"); !detachKeys(keys))
        return fail(ErrorKind::InvalidArgument, "Invalid escape keys (" + keys + ") provided");
    TRY(const std::string id, s.containers.createExec(request.param(), body));
    return jsonResponse({{"Id", id}}, 201);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(Json body, s.containers.inspectExec(request.param()));
    if (const auto keys = jsonValue<std::string>(body, "DetachKeys"); !keys.empty())
        body["DetachKeys"] = base64Encode(detachKeys(keys).value_or(""));
    return jsonResponse(body);
}

Result<HttpResponse> resize(Services& s, const HttpRequest& request)
{
    TRY(const int rows, wholeNumber(request.value("h"), ErrorKind::InvalidArgument));
    TRY(const int columns, wholeNumber(request.value("w"), ErrorKind::InvalidArgument));
    TRY_STATUS(s.containers.resizeExec(request.param(), static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(columns)));
    return noContent(200);
}

Task<Status> start(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto body = request.json(execStartType());
    if (!body)
        co_return std::unexpected(body.error());
    const bool detach = jsonValue<bool>(*body, "Detach"), terminal = jsonValue<bool>(*body, "Tty");
    std::uint16_t rows = 0, columns = 0;
    if (const Json& size = jsonMember(*body, "ConsoleSize"); size.is_array() && size.size() == 2 &&
                                                             size[0].is_number_unsigned() && size[1].is_number_unsigned()) {
        rows = size[0].get<std::uint16_t>();
        columns = size[1].get<std::uint16_t>();
    }
    if (const auto known = co_await onPool(api, [&] { return api.services.containers.inspectExec(request.param()); }); !known)
        co_return std::unexpected(known.error());
    // The answer's head goes out before the command runs: clients like docker-py lose what comes in one piece with it.
    if (!detach)
        if (const Status raw = co_await exchange.hijack(streamType(terminal)); !raw)
            co_return raw;
    auto started = co_await onPool(
        api, [&] { return api.services.containers.startExec(request.param(), {detach, !terminal, rows, columns}); });
    if (!started) {
        // As dockerd: why it cannot be is told inside the stream, and the exit code comes from inspect.
        if (detach)
            co_return std::unexpected(started.error());
        std::string text = started.error().message + "\r\n";
        if (!terminal)
            text.insert(0, frameHeader(1, text.size()));
        co_return co_await exchange.writeRaw(text);
    }
    if (detach)
        co_return Status();
    auto keys = detachKeys(jsonValue<std::string>(*body, "DetachKeys"));
    std::string sequence = started->terminal && keys ? *keys : std::string();
    co_await exchange.splice(std::move(started->stream), std::move(sequence));
    co_return Status();
}

constexpr Route routes[] = {
    {"POST", "/containers/{id}/exec", create},
    {"POST", "/exec/{id}/start", nullptr, start},
    {"POST", "/exec/{id}/resize", resize},
    {"GET", "/exec/{id}/json", inspect},
};

} // namespace

std::span<const Route> execRoutes() { return routes; }

} // namespace slipway::api
