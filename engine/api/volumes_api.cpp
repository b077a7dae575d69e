// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json_shapes.h"
#include "api/prune_event.h"
#include "api/request_types.h"
#include "api/router.h"
#include "volume/volume_service.h"

namespace slipway::api
{
namespace
{

Result<HttpResponse> list(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"dangling", "driver", "label", "label!", "name"}));
    TRY(const auto dangling, boolFilter(filters, "dangling"));
    TRY(const auto volumes, s.volumes.list());
    Json result = Json::array();
    for (const Volume& volume : volumes)
        if (anyPart(filters, "name", volume.name) && anyValue(filters, "driver", volume.driver) && labelsMatch(filters, volume.labels) &&
            (!dangling || *dangling != s.volumes.inUse(volume.name)))
            result.push_back(volumeJson(volume));
    return jsonResponse({{"Volumes", result}, {"Warnings", nullptr}});
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Volume volume, s.volumes.get(request.param()));
    return jsonResponse(volumeJson(volume));
}

Result<HttpResponse> create(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(volumeCreateType()));
    const std::string name = jsonValue<std::string>(body, "Name");
    TRY(const Volume volume,
        s.volumes.create(name, jsonValue<std::string>(body, "Driver", "local"), stringMap(jsonMember(body, "DriverOpts")),
                         stringMap(jsonMember(body, "Labels")), name.empty()));
    return jsonResponse(volumeJson(volume), 201);
}

Result<HttpResponse> remove(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.volumes.remove(request.param(), request.flag("force")));
    return noContent();
}

Result<HttpResponse> prune(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"all", "label", "label!"}));
    TRY(const auto all, boolFilter(filters, "all"));
    TRY(const auto volumes, s.volumes.list());
    Json deleted = Json::array();
    std::int64_t bytes = 0;
    for (const Volume& volume : volumes) {
        if ((!all.value_or(false) && !volume.anonymous) || !labelsMatch(filters, volume.labels))
            continue;
        const auto size = s.volumes.diskUsage(volume.name);
        if (s.volumes.remove(volume.name, false)) {
            deleted.push_back(volume.name);
            bytes += size.value_or(0);
        }
    }
    publishPrune(s, "volume", bytes);
    return jsonResponse({{"VolumesDeleted", deleted.empty() ? Json() : deleted}, {"SpaceReclaimed", bytes}});
}

Result<HttpResponse> update(Services&, const HttpRequest&)
{
    return fail(ErrorKind::Unavailable, "volume update only valid for cluster volumes, but swarm is unavailable");
}

constexpr Route routes[] = {
    {"PUT", "/volumes/{name}", update},
    {"GET", "/volumes", list},
    {"POST", "/volumes/create", create},
    {"POST", "/volumes/prune", prune},
    {"GET", "/volumes/{name}", inspect},
    {"DELETE", "/volumes/{name}", remove},
};

} // namespace

std::span<const Route> volumeRoutes() { return routes; }

} // namespace slipway::api
