// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/container_record.h"

namespace slipway
{

namespace
{

Json endpointToJson(const Endpoint& e)
{
    return {{"id", e.id},           {"networkId", e.networkId}, {"networkName", e.networkName},
            {"container", e.containerId}, {"interface", e.interfaceName}, {"ipv4", e.ipv4},
            {"gateway", e.gateway}, {"mac", e.mac},             {"prefix", e.prefixLength},
            {"aliases", e.aliases}, {"dnsNames", e.dnsNames},   {"ipv6", e.ipv6},
            {"gateway6", e.gateway6}, {"prefix6", e.prefixLength6}};
}

Endpoint endpointFromJson(const Json& j)
{
    Endpoint e;
    e.id = jsonValue<std::string>(j, "id");
    e.networkId = jsonValue<std::string>(j, "networkId");
    e.networkName = jsonValue<std::string>(j, "networkName");
    e.containerId = jsonValue<std::string>(j, "container");
    e.interfaceName = jsonValue<std::string>(j, "interface");
    e.ipv4 = jsonValue<std::string>(j, "ipv4");
    e.gateway = jsonValue<std::string>(j, "gateway");
    e.mac = jsonValue<std::string>(j, "mac");
    e.prefixLength = jsonValue<int>(j, "prefix");
    e.ipv6 = jsonValue<std::string>(j, "ipv6");
    e.gateway6 = jsonValue<std::string>(j, "gateway6");
    e.prefixLength6 = jsonValue<int>(j, "prefix6");
    e.aliases = jsonValue<std::vector<std::string>>(j, "aliases");
    e.dnsNames = jsonValue<std::vector<std::string>>(j, "dnsNames");
    return e;
}

} // namespace

Json stateToJson(const ContainerState& state)
{
    return {{"running", state.running},
            {"paused", state.paused},
            {"oomKilled", state.oomKilled},
            {"manuallyStopped", state.manuallyStopped},
            {"pid", state.pid},
            {"exitCode", state.exitCode},
            {"restartCount", state.restartCount},
            {"error", state.error},
            {"sandboxId", state.sandboxId},
            {"health", state.health},
            {"startedAt", toUnixNano(state.startedAt)},
            {"finishedAt", toUnixNano(state.finishedAt)}};
}

ContainerState stateFromJson(const Json& json)
{
    ContainerState state;
    state.running = jsonValue<bool>(json, "running");
    state.paused = jsonValue<bool>(json, "paused");
    state.oomKilled = jsonValue<bool>(json, "oomKilled");
    state.manuallyStopped = jsonValue<bool>(json, "manuallyStopped");
    state.pid = jsonValue<pid_t>(json, "pid");
    state.exitCode = jsonValue<int>(json, "exitCode");
    state.restartCount = jsonValue<int>(json, "restartCount");
    state.error = jsonValue<std::string>(json, "error");
    state.health = jsonMember(json, "health");
    state.sandboxId = jsonValue<std::string>(json, "sandboxId");
    state.startedAt = fromUnixNano(jsonValue<std::int64_t>(json, "startedAt"));
    state.finishedAt = fromUnixNano(jsonValue<std::int64_t>(json, "finishedAt"));
    return state;
}

Json connectionsToJson(const std::vector<Endpoint>& endpoints, const std::vector<PortBinding>& ports)
{
    Json json = {{"endpoints", Json::array()}, {"ports", Json::array()}};
    for (const Endpoint& e : endpoints)
        json["endpoints"].push_back(endpointToJson(e));
    for (const PortBinding& p : ports) {
        json["ports"].push_back({{"hostIp", p.hostIp},
                                 {"hostPort", p.hostPort},
                                 {"containerPort", p.containerPort},
                                 {"protocol", p.protocol}});
    }
    return json;
}

void readConnections(const Json& json, ContainerState& state)
{
    for (const Json& e : jsonMember(json, "endpoints"))
        state.endpoints.push_back(endpointFromJson(e));
    for (const Json& p : jsonMember(json, "ports")) {
        state.ports.push_back({jsonValue<std::string>(p, "hostIp"), jsonValue<std::uint16_t>(p, "hostPort"),
                               jsonValue<std::uint16_t>(p, "containerPort"),
                               jsonValue<std::string>(p, "protocol", "tcp")});
    }
}

std::string ContainerRecord::name() const
{
    const auto current = doc();
    std::string text = jsonValue<std::string>(*current, "Name");
    if (text.starts_with('/'))
        text.erase(0, 1);
    return text;
}

} // namespace slipway
