// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json_shapes.h"
#include "api/router.h"
#include "api/stream_work.h"
#include "base/clock.h"
#include "container/container_service.h"

// docker cp, export and commit.
namespace slipway::api
{
namespace
{

Result<std::string> wantedPath(const HttpRequest& request)
{
    const std::string path = request.value("path");
    if (path.empty())
        return fail(ErrorKind::InvalidArgument, "bad parameter: pathcannot be empty");
    return path;
}

std::string statHeader(const PathStat& stat)
{
    return base64Encode(dumpJson({{"name", stat.name},
                                  {"size", stat.size},
                                  {"mode", stat.mode},
                                  {"mtime", formatRfc3339(stat.modified)},
                                  {"linkTarget", stat.linkTarget}}));
}

constexpr const char* statHeaderName = "X-Docker-Container-Path-Stat";

Result<HttpResponse> head(Services& s, const HttpRequest& request)
{
    TRY(const auto path, wantedPath(request));
    TRY(const auto stat, s.containers.statPath(request.param(), path));
    return HttpResponse{200, "", "", {{statHeaderName, statHeader(stat)}}};
}

Work into(std::function<Status(const ByteSink&)> produce)
{
    return [produce = std::move(produce)](ByteChannel& channel) {
        return produce([&channel](std::span<const std::byte> bytes) {
            return channel.push({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        });
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
    Work work = into([&containers = api.services.containers, id = request.param(), path = *path](const ByteSink& sink) {
        return containers.archivePath(id, path, sink);
    });
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
    Work work = into([&containers = api.services.containers, id = request.param()](const ByteSink& sink) {
        return containers.exportRoot(id, sink);
    });
    co_return co_await streamWork(api, exchange, "application/octet-stream", std::move(work));
}

Result<HttpResponse> commit(Services& s, const HttpRequest& request)
{
    ContainerCommit wanted;
    const std::string container = request.value("container");
    if (container.empty())
        return fail(ErrorKind::InvalidArgument, "invalid name or ID supplied: \"\"");
    wanted.repository = request.value("repo");
    wanted.tag = request.value("tag");
    wanted.author = request.value("author");
    wanted.comment = request.value("comment");
    wanted.pause = request.flag("pause", true);
    if (const auto it = request.query.find("changes"); it != request.query.end())
        wanted.changes = it->second;
    TRY(wanted.config, request.json());
    TRY(const std::string id, s.containers.commit(container, wanted));
    return jsonResponse({{"Id", id}}, 201);
}

constexpr Route routes[] = {
    {"HEAD", "/containers/{id}/archive", head},
    {"GET", "/containers/{id}/archive", nullptr, get},
    {"PUT", "/containers/{id}/archive", nullptr, put, true},
    {"GET", "/containers/{id}/export", nullptr, exportRoot},
    {"POST", "/commit", commit},
};

} // namespace

std::span<const Route> archiveRoutes() { return routes; }

} // namespace slipway::api
