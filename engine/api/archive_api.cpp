// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "api/byte_channel.h"
#include "api/router.h"
#include "base/clock.h"
#include "container/container_service.h"

// docker cp and export.
namespace slipway::api
{
namespace
{

Result<std::string> wantedPath(const HttpRequest& request)
{
    std::string path = request.value("path");
    if (path.empty())
        return fail(ErrorKind::InvalidArgument, "bad parameter: pathcannot be empty"); // dockerd's own words
    return path;
}

std::string statHeader(const PathStat& stat)
{
    return base64Encode(std::format(R"({{"name":{},"size":{},"mode":{},"mtime":"{}","linkTarget":{}}})", dumpJson(stat.name), stat.size,
                                    stat.mode, formatRfc3339(stat.modified), dumpJson(stat.linkTarget)));
}

constexpr const char* statHeaderName = "X-Docker-Container-Path-Stat";

Result<HttpResponse> head(Services& s, const HttpRequest& request)
{
    TRY(const auto path, wantedPath(request));
    TRY(const auto stat, s.containers.statPath(request.param(), path));
    HttpResponse response = noContent(200);
    response.headers = {{statHeaderName, statHeader(stat)}};
    return response;
}

ByteSink into(ByteChannel& channel)
{
    return [&channel](std::span<const std::byte> bytes) {
        return channel.push({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
}

Task<Status> get(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto path = wantedPath(request);
    if (!path)
        co_return std::unexpected(path.error());
    auto stat = co_await onPool(api, [&] { return api.services.containers.statPath(request.param(), *path); });
    if (!stat)
        co_return std::unexpected(stat.error());
    exchange.header(statHeaderName, statHeader(*stat));
    Work work = [&containers = api.services.containers, id = request.param(), path = *path](ByteChannel& channel) {
        return containers.archivePath(id, path, into(channel), channel.stop.get_token());
    };
    co_return co_await streamWork(api, exchange, "application/x-tar", std::move(work));
}

Task<Status> put(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto path = wantedPath(request);
    if (!path)
        co_return std::unexpected(path.error());
    Work work = [&containers = api.services.containers, id = request.param(), path = *path, &body = exchange.body(),
                 keepKinds = request.flag("noOverwriteDirNonDir")](ByteChannel& channel) {
        return containers.extract(id, path, body, keepKinds, channel.stop.get_token());
    };
    co_return co_await streamWork(api, exchange, "application/x-tar", std::move(work));
}

Task<Status> exportRoot(Api& api, const HttpRequest& request, Exchange& exchange)
{
    Work work = [&containers = api.services.containers, id = request.param()](ByteChannel& channel) {
        return containers.exportRoot(id, into(channel), channel.stop.get_token());
    };
    co_return co_await streamWork(api, exchange, "application/octet-stream", std::move(work));
}

constexpr Route routes[] = {
    {"HEAD", "/containers/{id}/archive", head},
    {"GET", "/containers/{id}/archive", nullptr, get},
    {"PUT", "/containers/{id}/archive", nullptr, put, true},
    {"GET", "/containers/{id}/export", nullptr, exportRoot},
};

} // namespace

std::span<const Route> archiveRoutes() { return routes; }

} // namespace slipway::api
