// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json_shapes.h"
#include "api/numbers.h"
#include "api/prune_event.h"
#include "api/request_types.h"
#include "api/router.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

Result<std::optional<int>> seconds(const HttpRequest& request)
{
    if (request.value("t").empty())
        return std::nullopt;
    return wholeNumber(request.value("t"), ErrorKind::Internal);
}

Result<HttpResponse> done(Status status)
{
    TRY_STATUS(std::move(status));
    return noContent();
}

Result<HttpResponse> list(Services& s, const HttpRequest& request)
{
    ContainerList options;
    options.all = request.flag("all");
    if (const std::string limit = request.value("limit"); !limit.empty()) {
        TRY(options.limit, wholeNumber(limit, ErrorKind::Internal));
    }
    options.size = request.flag("size");
    TRY(options.filters, request.filters());
    TRY(auto entries, s.containers.list(options));
    return jsonResponse(Json(entries));
}

Result<HttpResponse> create(Services& s, const HttpRequest& request)
{
    if (request.body.empty() && request.bodyProblem.empty())
        return fail(ErrorKind::InvalidArgument, "invalid JSON: got EOF while reading request body");
    TRY(const Json body, request.json(containerCreateType()));
    std::string name = request.value("name");
    if (name.starts_with('/'))
        name.erase(0, 1);
    TRY(auto created, s.containers.create(name, body, request.value("platform")));
    return jsonResponse({{"Id", created.id}, {"Warnings", created.warnings}}, 201);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Json body, s.containers.inspect(request.param(), request.flag("size")));
    return jsonResponse(body);
}

Result<HttpResponse> start(Services& s, const HttpRequest& r)
{
    if (r.body.size() > 2)
        return fail(ErrorKind::InvalidArgument,
                    "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
    return done(s.containers.start(r.param()));
}
Result<HttpResponse> stop(Services& s, const HttpRequest& r)
{
    TRY(const auto timeout, seconds(r));
    return done(s.containers.stop(r.param(), timeout, r.value("signal")));
}
Result<HttpResponse> restart(Services& s, const HttpRequest& r)
{
    TRY(const auto timeout, seconds(r));
    return done(s.containers.restart(r.param(), timeout, r.value("signal")));
}
Result<HttpResponse> kill(Services& s, const HttpRequest& r) { return done(s.containers.kill(r.param(), r.value("signal"))); }
Result<HttpResponse> pause(Services& s, const HttpRequest& r) { return done(s.containers.pause(r.param())); }
Result<HttpResponse> unpause(Services& s, const HttpRequest& r) { return done(s.containers.unpause(r.param())); }
Result<HttpResponse> rename(Services& s, const HttpRequest& r)
{
    return done(s.containers.rename(r.param(), r.value("name")));
}
Result<HttpResponse> remove(Services& s, const HttpRequest& r)
{
    if (r.flag("link")) { // links are aliases here: there is no other name to take away
        TRY([[maybe_unused]] const auto id, s.containers.resolve(r.param()));
        return fail(ErrorKind::Conflict, "Conflict, cannot remove the default link name of the container");
    }
    return done(s.containers.remove(r.param(), r.flag("force"), r.flag("v")));
}

Result<HttpResponse> resize(Services& s, const HttpRequest& r)
{
    TRY(const int rows, wholeNumber(r.value("h"), ErrorKind::InvalidArgument));
    TRY(const int columns, wholeNumber(r.value("w"), ErrorKind::InvalidArgument));
    TRY_STATUS(s.containers.resize(r.param(), static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(columns)));
    return noContent(200);
}

Result<HttpResponse> top(Services& s, const HttpRequest& r)
{
    TRY(const Json body, s.containers.top(r.param(), r.value("ps_args", "-ef")));
    return jsonResponse(body);
}

Result<HttpResponse> changes(Services& s, const HttpRequest& r)
{
    TRY(const Json body, s.containers.changes(r.param()));
    return jsonResponse(body);
}

Result<HttpResponse> update(Services& s, const HttpRequest& r)
{
    TRY(const Json body, r.json(containerUpdateType()));
    TRY(const auto warnings, s.containers.update(r.param(), body));
    return jsonResponse({{"Warnings", warnings.empty() ? Json() : Json(warnings)}});
}

Result<HttpResponse> commit(Services& s, const HttpRequest& r)
{
    const std::string container = r.value("container");
    if (container.empty())
        return fail(ErrorKind::InvalidArgument, "invalid name or ID supplied: \"\"");
    ContainerCommit wanted;
    wanted.repository = r.value("repo");
    wanted.tag = r.value("tag");
    wanted.author = r.value("author");
    wanted.comment = r.value("comment");
    wanted.pause = r.flag("pause", true);
    if (const auto it = r.query.find("changes"); it != r.query.end())
        wanted.changes = it->second;
    if (!r.body.empty() && !r.body.starts_with("null")) {
        TRY(wanted.config, r.json(containerCreateType()));
    }
    TRY(const std::string id, s.containers.commit(container, wanted, {}));
    return jsonResponse({{"Id", id}}, 201);
}

Result<HttpResponse> prune(Services& s, const HttpRequest& r)
{
    TRY(const Json filters, r.filters());
    TRY_STATUS(checkFilters(filters, {"label", "label!", "until"}));
    TRY(const auto pruned, s.containers.prune(filters));
    publishPrune(s, "container", pruned.bytes);
    return jsonResponse({{"ContainersDeleted", pruned.ids}, {"SpaceReclaimed", pruned.bytes}});
}

constexpr Route routes[] = {
    {"GET", "/containers/json", list},
    {"POST", "/containers/create", create},
    {"POST", "/containers/prune", prune},
    {"GET", "/containers/{id}/json", inspect},
    {"POST", "/containers/{id}/start", start},
    {"POST", "/containers/{id}/stop", stop},
    {"POST", "/containers/{id}/restart", restart},
    {"POST", "/containers/{id}/kill", kill},
    {"POST", "/containers/{id}/pause", pause},
    {"POST", "/containers/{id}/unpause", unpause},
    {"POST", "/containers/{id}/rename", rename},
    {"POST", "/containers/{id}/resize", resize},
    {"POST", "/containers/{id}/update", update},
    {"POST", "/commit", commit},
    {"GET", "/containers/{id}/top", top},
    {"GET", "/containers/{id}/changes", changes},
    {"DELETE", "/containers/{id}", remove},
};

} // namespace

std::span<const Route> containerRoutes() { return routes; }

} // namespace slipway::api
