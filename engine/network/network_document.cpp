// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/network_impl.h"

namespace slipway
{

Json toDocument(const Network& n)
{
    Json pools = Json::array();
    for (const auto& p : n.pools)
        pools.push_back({{"subnet", p.subnet}, {"ipRange", p.ipRange}, {"gateway", p.gateway}, {"auxiliary", p.auxiliary}, {"given", p.given}, {"gatewayGiven", p.gatewayGiven}});
    return {{"id", n.id},
            {"name", n.name},
            {"driver", n.driver},
            {"scope", n.scope},
            {"created", toUnixNano(n.created)},
            {"internal", n.internal},
            {"attachable", n.attachable},
            {"enableIpv6", n.enableIpv6},
            {"ipamDriver", n.ipamDriver},
            {"ipamOptions", n.ipamOptions ? Json(*n.ipamOptions) : Json()},
            {"pools", pools},
            {"options", n.options},
            {"labels", n.labels},
            {"bridgeName", n.bridgeName},
            {"predefined", n.predefined}};
}

Network networkFromDocument(const Json& d)
{
    using Map = std::map<std::string, std::string>;
    Network n;
    n.id = jsonValue<std::string>(d, "id");
    n.name = jsonValue<std::string>(d, "name");
    n.driver = jsonValue<std::string>(d, "driver");
    n.scope = jsonValue<std::string>(d, "scope", "local");
    n.created = fromUnixNano(jsonValue<std::int64_t>(d, "created"));
    n.internal = jsonValue<bool>(d, "internal");
    n.attachable = jsonValue<bool>(d, "attachable");
    n.enableIpv6 = jsonValue<bool>(d, "enableIpv6");
    for (const auto& p : jsonMember(d, "pools"))
        n.pools.push_back({jsonValue<std::string>(p, "subnet"), jsonValue<std::string>(p, "ipRange"),
                           jsonValue<std::string>(p, "gateway"), jsonValue<Map>(p, "auxiliary"), jsonValue<bool>(p, "given"),
                           jsonValue<bool>(p, "gatewayGiven")});
    n.ipamDriver = jsonValue<std::string>(d, "ipamDriver", "default");
    if (const Json& options = jsonMember(d, "ipamOptions"); options.is_object())
        n.ipamOptions = options.get<Map>();
    n.options = jsonValue<Map>(d, "options");
    n.labels = jsonValue<Map>(d, "labels");
    n.bridgeName = jsonValue<std::string>(d, "bridgeName");
    n.predefined = jsonValue<bool>(d, "predefined");
    return n;
}

Json toDocument(const EndpointRecord& r)
{
    const Endpoint& e = r.endpoint;
    return {{"id", e.id},
            {"networkId", e.networkId},
            {"networkName", e.networkName},
            {"containerId", e.containerId},
            {"containerName", r.containerName},
            {"interfaceName", e.interfaceName},
            {"ipv4", e.ipv4},
            {"gateway", e.gateway},
            {"mac", e.mac},
            {"prefixLength", e.prefixLength},
            {"ipv6", e.ipv6},
            {"gateway6", e.gateway6},
            {"prefixLength6", e.prefixLength6},
            {"aliases", e.aliases},
            {"dnsNames", e.dnsNames},
            {"links", e.links},
            {"veth", r.veth}};
}

EndpointRecord endpointFromDocument(const Json& d)
{
    EndpointRecord r;
    Endpoint& e = r.endpoint;
    e.id = jsonValue<std::string>(d, "id");
    e.networkId = jsonValue<std::string>(d, "networkId");
    e.networkName = jsonValue<std::string>(d, "networkName");
    e.containerId = jsonValue<std::string>(d, "containerId");
    e.interfaceName = jsonValue<std::string>(d, "interfaceName");
    e.ipv4 = jsonValue<std::string>(d, "ipv4");
    e.gateway = jsonValue<std::string>(d, "gateway");
    e.mac = jsonValue<std::string>(d, "mac");
    e.prefixLength = jsonValue<int>(d, "prefixLength");
    e.ipv6 = jsonValue<std::string>(d, "ipv6");
    e.gateway6 = jsonValue<std::string>(d, "gateway6");
    e.prefixLength6 = jsonValue<int>(d, "prefixLength6");
    e.aliases = jsonValue<std::vector<std::string>>(d, "aliases");
    e.dnsNames = jsonValue<std::vector<std::string>>(d, "dnsNames");
    e.links = jsonValue<std::vector<std::string>>(d, "links");
    r.containerName = jsonValue<std::string>(d, "containerName");
    r.veth = jsonValue<std::string>(d, "veth");
    return r;
}

} // namespace slipway
