// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "api/json_shapes.h"
#include "api/prune_event.h"
#include "api/request_types.h"
#include "api/router.h"
#include "base/clock.h"
#include "container/container_service.h"
#include "network/network_service.h"

namespace slipway::api
{
namespace
{

bool idMatches(const Json& filters, const Network& network)
{
    const Json& ids = jsonMember(filters, "id");
    return !ids.is_array() || ids.empty() ||
           std::ranges::any_of(ids, [&](const Json& id) { return network.id.starts_with(id.get<std::string>()); });
}

Result<HttpResponse> list(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"dangling", "driver", "id", "label", "label!", "name", "scope", "type"}));
    TRY(const auto dangling, boolFilter(filters, "dangling"));
    if (const Json& types = jsonMember(filters, "type"); types.is_array())
        for (const Json& type : types)
            if (type != "builtin" && type != "custom")
                return fail(ErrorKind::InvalidArgument, "invalid filter: 'type'='" + type.get<std::string>() + "'");
    TRY(const auto networks, s.networks.list());
    Json result = Json::array();
    for (const Network& network : networks) {
        if (!anyPart(filters, "name", network.name) || !idMatches(filters, network) || !anyValue(filters, "driver", network.driver) ||
            !anyValue(filters, "scope", network.scope) || !anyValue(filters, "type", network.predefined ? "builtin" : "custom") ||
            !labelsMatch(filters, network.labels))
            continue;
        if (dangling) {
            TRY(const auto endpoints, s.networks.endpoints(network.id));
            if (*dangling != (endpoints.empty() && !network.predefined))
                continue;
        }
        result.push_back(networkJson(network, {}));
    }
    return jsonResponse(result);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Network network, s.networks.get(request.param()));
    if (const std::string scope = request.value("scope"); !scope.empty() && scope != network.scope)
        return fail(ErrorKind::NotFound, "network " + request.param() + " not found");
    TRY(const auto endpoints, s.networks.endpoints(network.id));
    return HttpResponse{200, networkText(network, endpoints) + "\n"};
}

Result<HttpResponse> create(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(networkCreateType()));
    Network network;
    network.name = jsonValue<std::string>(body, "Name");
    network.driver = jsonValue<std::string>(body, "Driver", "bridge");
    if (network.driver.empty() || network.driver == "default")
        network.driver = "bridge";
    network.internal = jsonValue<bool>(body, "Internal");
    network.attachable = jsonValue<bool>(body, "Attachable");
    network.enableIpv6 = jsonValue<bool>(body, "EnableIPv6");
    network.options = stringMap(jsonMember(body, "Options"));
    network.labels = stringMap(jsonMember(body, "Labels"));
    const Json& ipam = jsonMember(body, "IPAM");
    if (const auto driver = jsonValue<std::string>(ipam, "Driver"); !driver.empty())
        network.ipamDriver = driver;
    if (const Json& options = jsonMember(ipam, "Options"); options.is_object())
        network.ipamOptions = stringMap(options);
    if (const Json& pools = jsonMember(ipam, "Config"); pools.is_array())
        for (const Json& pool : pools)
            network.pools.push_back({jsonValue<std::string>(pool, "Subnet"), jsonValue<std::string>(pool, "IPRange"),
                                     jsonValue<std::string>(pool, "Gateway"), stringMap(jsonMember(pool, "AuxiliaryAddresses"))});
    TRY(const Network created, s.networks.create(std::move(network)));
    return jsonResponse({{"Id", created.id}, {"Warning", ""}}, 201);
}

Result<HttpResponse> remove(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.networks.remove(request.param()));
    return noContent();
}

Result<HttpResponse> prune(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"label", "label!", "until"}));
    TimePoint until = TimePoint::max();
    if (const Json& times = jsonMember(filters, "until"); times.is_array() && !times.empty()) {
        TRY(until, parseTimestamp(times[0].get<std::string>(), now()));
    }
    TRY(const auto networks, s.networks.list());
    Json deleted = Json::array();
    for (const Network& network : networks)
        if (!network.predefined && network.created < until && labelsMatch(filters, network.labels) && s.networks.remove(network.id))
            deleted.push_back(network.name);
    publishPrune(s, "network", 0);
    return jsonResponse({{"NetworksDeleted", deleted.empty() ? Json() : deleted}});
}

Result<HttpResponse> connect(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(networkConnectType()));
    TRY(const Network network, s.networks.get(request.param()));
    if (jsonValue<std::string>(body, "Container").empty())
        return fail(ErrorKind::InvalidArgument, "invalid name or ID supplied: \"\"");
    TRY_STATUS(s.containers.connect(jsonValue<std::string>(body, "Container"), network.id, jsonMember(body, "EndpointConfig")));
    return noContent(200);
}

Result<HttpResponse> disconnect(Services& s, const HttpRequest& request)
{
    TRY(const Json body, request.json(networkDisconnectType()));
    TRY(const Network network, s.networks.get(request.param()));
    if (jsonValue<std::string>(body, "Container").empty())
        return fail(ErrorKind::InvalidArgument, "invalid name or ID supplied: \"\"");
    TRY_STATUS(s.containers.disconnect(jsonValue<std::string>(body, "Container"), network.id, jsonValue<bool>(body, "Force")));
    return noContent(200);
}

constexpr Route routes[] = {
    {"GET", "/networks", list},
    {"GET", "/networks/", list},
    {"POST", "/networks/create", create},
    {"POST", "/networks/prune", prune},
    {"GET", "/networks/{id}", inspect},
    {"DELETE", "/networks/{id}", remove},
    {"POST", "/networks/{id}/connect", connect},
    {"POST", "/networks/{id}/disconnect", disconnect},
};

} // namespace

std::span<const Route> networkRoutes() { return routes; }

} // namespace slipway::api
