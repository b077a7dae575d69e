// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>

#include "api/router.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

std::optional<int> seconds(const HttpRequest& request)
{
    const std::string text = request.value("t");
    int value = 0;
    if (text.empty() || std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

std::uint16_t dimension(const HttpRequest& request, const char* name)
{
    return static_cast<std::uint16_t>(std::atoi(request.value(name, "0").c_str()));
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
    options.limit = std::atoi(request.value("limit", "0").c_str());
    options.size = request.flag("size");
    TRY(options.filters, request.filters());
    TRY(auto entries, s.containers.list(options));
    return jsonResponse(Json(entries));
}

Result<HttpResponse> create(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json());
    std::string name = request.value("name");
    if (name.starts_with('/'))
        name.erase(0, 1);
    TRY(auto created, s.containers.create(name, body));
    return jsonResponse({{"Id", created.id}, {"Warnings", created.warnings}}, 201);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Json body, s.containers.inspect(request.param(), request.flag("size")));
    return jsonResponse(body);
}

Result<HttpResponse> start(Services& s, const HttpRequest& r) { return done(s.containers.start(r.param())); }
Result<HttpResponse> stop(Services& s, const HttpRequest& r)
{
    return done(s.containers.stop(r.param(), seconds(r), r.value("signal")));
}
Result<HttpResponse> restart(Services& s, const HttpRequest& r)
{
    return done(s.containers.restart(r.param(), seconds(r), r.value("signal")));
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
    return done(s.containers.remove(r.param(), r.flag("force"), r.flag("v")));
}

Result<HttpResponse> resize(Services& s, const HttpRequest& r)
{
    TRY_STATUS(s.containers.resize(r.param(), dimension(r, "h"), dimension(r, "w")));
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
    TRY(const Json body, r.json());
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
        TRY(wanted.config, r.json());
    }
    TRY(const std::string id, s.containers.commit(container, wanted, {}));
    return jsonResponse({{"Id", id}}, 201);
}

Result<HttpResponse> prune(Services& s, const HttpRequest& r)
{
    TRY(const Json filters, r.filters());
    TRY(const auto pruned, s.containers.prune(filters));
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
