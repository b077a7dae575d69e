// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <format>

#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/mount_points.h"
#include "container/port_view.h"

namespace slipway
{

namespace
{

Json stateJson(const ContainerState& state)
{
    Json json = {{"Status", stateText(state)},
            {"Running", state.running || state.restarting},
            {"Paused", state.paused},
            {"Restarting", state.restarting && !state.running},
            {"OOMKilled", state.oomKilled},
            {"Dead", false},
            {"Pid", state.pid},
            {"ExitCode", state.exitCode},
            {"Error", state.error},
            {"StartedAt", formatRfc3339(state.startedAt)},
            {"FinishedAt", formatRfc3339(state.finishedAt)}};
    if (!state.health.is_null())
        json["Health"] = state.health;
    return json;
}

} // namespace

std::vector<PortBinding> shownPorts(const std::vector<PortBinding>& ports)
{
    std::vector<PortBinding> shown;
    for (const PortBinding& port : ports) {
        if (!port.hostIp.empty()) {
            shown.push_back(port);
            continue;
        }
        for (const char* ip : {"0.0.0.0", "::"}) {
            shown.push_back(port);
            shown.back().hostIp = ip;
        }
    }
    return shown;
}

Json endpointsJson(const Json& document, const ContainerState& state, const std::map<std::string, std::string>& networkIds)
{
    Json networks = jsonMember(jsonMember(document, "NetworkSettings"), "Networks");
    if (!networks.is_object())
        return Json::object();
    for (auto& [name, settings] : networks.items()) {
        const auto it = std::ranges::find_if(
            state.endpoints, [&](const Endpoint& e) { return e.networkName == name || e.networkId == name; });
        const Endpoint endpoint = it == state.endpoints.end() ? Endpoint{} : *it;
        const auto known = networkIds.find(name);
        settings["NetworkID"] = endpoint.networkId.empty() && state.startedAt != TimePoint{} && known != networkIds.end() ? known->second : endpoint.networkId;
        settings["EndpointID"] = endpoint.id;
        settings["Gateway"] = endpoint.gateway;
        settings["IPAddress"] = endpoint.ipv4;
        settings["IPPrefixLen"] = endpoint.prefixLength;
        settings["IPv6Gateway"] = endpoint.gateway6;
        settings["GlobalIPv6Address"] = endpoint.ipv6;
        settings["GlobalIPv6PrefixLen"] = endpoint.prefixLength6;
        if (!endpoint.mac.empty())
            settings["MacAddress"] = endpoint.mac;
        settings["DNSNames"] = name == "bridge" || endpoint.dnsNames.empty() ? Json() : Json(endpoint.dnsNames);
    }
    return networks;
}

namespace
{

Json portsJson(const Json& document, const ContainerState& state)
{
    Json ports = Json::object();
    if (!state.running)
        return ports;
    if (const Json& exposed = jsonMember(documentConfig(document), "ExposedPorts"); exposed.is_object()) {
        for (const auto& [port, _] : exposed.items())
            ports[port] = Json();
    }
    for (const PortBinding& port : shownPorts(state.ports))
        ports[std::format("{}/{}", port.containerPort, port.protocol)].push_back(
            {{"HostIp", port.hostIp}, {"HostPort", std::to_string(port.hostPort)}});
    return ports;
}

Json networkSettings(const Json& document, const ContainerState& state, const std::map<std::string, std::string>& networkIds)
{
    Json networks = endpointsJson(document, state, networkIds);
    const auto mode = jsonValue<std::string>(documentHost(document), "NetworkMode");
    const Json main = mode == "bridge" && networks.contains("bridge") ? networks["bridge"] : Json::object();
    return {{"Bridge", ""},
            {"SandboxID", state.sandboxId},
            {"SandboxKey", state.pid != 0 ? std::format("/proc/{}/ns/net", state.pid) : ""},
            {"Ports", portsJson(document, state)},
            {"HairpinMode", false},
            {"LinkLocalIPv6Address", ""},
            {"LinkLocalIPv6PrefixLen", 0},
            {"SecondaryIPAddresses", Json()},
            {"SecondaryIPv6Addresses", Json()},
            {"EndpointID", jsonValue<std::string>(main, "EndpointID")},
            {"Gateway", jsonValue<std::string>(main, "Gateway")},
            {"GlobalIPv6Address", ""},
            {"GlobalIPv6PrefixLen", 0},
            {"IPAddress", jsonValue<std::string>(main, "IPAddress")},
            {"IPPrefixLen", jsonValue<int>(main, "IPPrefixLen")},
            {"IPv6Gateway", ""},
            {"MacAddress", jsonValue<std::string>(main, "MacAddress")},
            {"Networks", std::move(networks)}};
}

} // namespace

std::map<std::string, std::string> ContainerService::Impl::networkIds() const
{
    std::map<std::string, std::string> ids;
    for (const Network& network : s.networks.list().value_or(std::vector<Network>()))
        ids[network.name] = network.id;
    return ids;
}

Json ContainerService::Impl::inspect(const ContainerRecord& record, bool size) const
{
    const ContainerState state = record.snapshot();
    Json json = *record.doc();
    json.erase("Slipway");
    json["State"] = stateJson(state);
    json["RestartCount"] = state.restartCount;
    if (state.startedAt == TimePoint{}) {
        for (const char* file : {"ResolvConfPath", "HostnamePath", "HostsPath", "LogPath"})
            json[file] = "";
    }
    if (!jsonMember(documentHost(json), "Links").is_null())
        json["HostConfig"]["Links"] = shownLinks(json);
    json["Mounts"] = publicMounts(json["Mounts"]);
    json["NetworkSettings"] = networkSettings(json, state, networkIds());
    const auto isNeighbour = [&](const Endpoint& e) { return s.networks.get(e.networkId).transform([](const Network& n) { return n.driver == "macvlan"; }).value_or(false); };
    if (!state.endpoints.empty() && std::ranges::all_of(state.endpoints, isNeighbour)) // its ports are at its own address
        json["NetworkSettings"]["Ports"] = Json::object();
    if (state.startedAt != TimePoint{} && !state.running) { // it stays known where it was
        for (auto& [name, settings] : json["NetworkSettings"]["Networks"].items())
            settings["NetworkID"] = s.networks.get(name).transform([](const Network& n) { return n.id; }).value_or("");
    }
    const auto upper = s.snapshots.upper(record.id);
    json["GraphDriver"] = {{"Name", "overlay2"},
                           {"Data",
                            {{"LowerDir", s.snapshots.lowerDirs(documentLayers(*record.doc()))},
                            {"MergedDir", s.snapshots.rootfs(record.id).string()},
                             {"UpperDir", upper.string()},
                             {"WorkDir", (upper.parent_path() / "work").string()}}}};
    Json running;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [id, exec] : execs) {
            const std::lock_guard execLock(exec->mutex);
            if (exec->containerId == record.id && !exec->exitCode)
                running.push_back(id);
        }
    }
    json["ExecIDs"] = std::move(running);
    if (size) {
        json["SizeRw"] = s.snapshots.writableSize(record.id).value_or(0);
        const auto image = s.images.get(jsonValue<std::string>(json, "Image"));
        json["SizeRootFs"] = json["SizeRw"].get<std::int64_t>() + (image ? image->size : 0);
    }
    return json;
}

Result<Json> ContainerService::inspect(const std::string& id, bool size) const
{
    TRY(const auto record, m_impl->find(id));
    return m_impl->inspect(*record, size);
}

} // namespace slipway
