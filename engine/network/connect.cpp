// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "network/network_impl.h"
#include "os/netns.h"
#include "state/database.h"

// A network more or less for a container that runs.
namespace slipway
{

using Impl = NetworkService::Impl;

namespace
{
std::size_t freeInterface(const std::vector<EndpointRecord>& endpoints, const std::string& containerId)
{
    std::set<std::string> used;
    for (const auto& r : endpoints)
        if (r.endpoint.containerId == containerId)
            used.insert(r.endpoint.interfaceName);
    std::size_t number = 0;
    while (used.contains("eth" + std::to_string(number)))
        ++number;
    return number;
}

// What is published goes to TARGET from now on; to nobody when it is empty.
Status publishTo(Impl& impl, const std::string& containerId, const std::string& target)
{
    auto ports = impl.ports.of(containerId);
    if (ports.empty())
        return {};
    std::erase_if(ports, [](const Published& p) { return p.targetIp.empty(); });
    if (impl.tableReady && !ports.empty())
        TRY_STATUS(impl.firewall.remove(ports));
    ports = impl.ports.of(containerId);
    for (auto& p : ports)
        p.targetIp = target;
    impl.ports.add(containerId, std::move(ports));
    return {};
}
} // namespace

const EndpointRecord* Impl::outwardEndpoint(const std::string& containerId)
{
    for (const auto& r : endpoints) {
        if (r.endpoint.containerId != containerId)
            continue;
        if (const auto network = find(r.endpoint.networkId); network && !(*network)->internal)
            return &r;
    }
    return nullptr;
}

Result<Endpoint> NetworkService::connect(const std::string& nameOrId, const EndpointRequest& request, int netns)
{
    Impl& impl = *m_impl;
    const std::scoped_lock lock(impl.mutex);
    TRY(const Network* network, impl.find(nameOrId));
    if (network->driver != "bridge")
        return fail(ErrorKind::Forbidden, "network " + network->name + " has no interfaces to connect");
    if (std::ranges::any_of(impl.endpoints, [&](const EndpointRecord& r) {
            return r.endpoint.containerId == request.containerId && r.endpoint.networkId == network->id;
        }))
        return fail(ErrorKind::Forbidden, "endpoint with name " + request.containerName + " already exists in network " + network->name);
    const bool first = impl.outwardEndpoint(request.containerId) == nullptr;
    TRY(const auto record, impl.makeRecord(*network, request, freeInterface(impl.endpoints, request.containerId)));
    impl.endpoints.push_back(record);
    const auto connected = [&]() -> Status {
        TRY(Netlink inside, Netlink::open(netns));
        TRY_STATUS(impl.plug(record, *network, netns, inside, first && !network->internal));
        if (first && !network->internal)
            TRY_STATUS(publishTo(impl, request.containerId, record.endpoint.ipv4));
        TRY_STATUS(impl.openFirewall({network}, first && !network->internal ? impl.ports.of(request.containerId)
                                                                            : std::vector<Published>{}));
        if (hasNames(*network))
            TRY_STATUS(redirectNames(netns));
        TRY_STATUS(impl.db.exec("INSERT INTO endpoints(container_id, network_id, ip, document) VALUES(?, ?, ?, ?)",
                                {request.containerId, network->id, record.endpoint.ipv4, dumpJson(toDocument(record))},
                                Database::Sync::Later));
        return impl.writeNamesOf(request.containerId);
    }();
    if (!connected) {
        (void)impl.unplug(record.endpoint.id);
        return std::unexpected(connected.error());
    }
    impl.announce({record}, "connect");
    return record.endpoint;
}

Status Impl::unplug(const std::string& endpointId)
{
    const auto it = std::ranges::find(endpoints, endpointId, [](const EndpointRecord& r) { return r.endpoint.id; });
    if (it == endpoints.end())
        return {};
    const EndpointRecord record = *it;
    const EndpointRecord* const before = outwardEndpoint(record.endpoint.containerId);
    const bool outward = before && before->endpoint.id == endpointId;
    endpoints.erase(it);
    reaper.remove(record.veth, parseIpv4(record.endpoint.ipv4).value_or(0));
    if (outward) {
        const EndpointRecord* const next = outwardEndpoint(record.endpoint.containerId);
        TRY_STATUS(publishTo(*this, record.endpoint.containerId, next ? next->endpoint.ipv4 : ""));
    }
    TRY_STATUS(db.exec("DELETE FROM endpoints WHERE container_id = ? AND network_id = ?",
                       {record.endpoint.containerId, record.endpoint.networkId}, Database::Sync::Later));
    forgetNames({record});
    return writeNamesOf(record.endpoint.containerId);
}

Status NetworkService::disconnect(const std::string& nameOrId, const std::string& containerId, int netns)
{
    Impl& impl = *m_impl;
    const std::scoped_lock lock(impl.mutex);
    TRY(const Network* network, impl.find(nameOrId));
    const auto it = std::ranges::find_if(impl.endpoints, [&](const EndpointRecord& r) {
        return r.endpoint.containerId == containerId && r.endpoint.networkId == network->id;
    });
    if (it == impl.endpoints.end())
        return fail(ErrorKind::Forbidden, "container " + containerId + " is not connected to network " + network->name);
    const EndpointRecord record = *it;
    TRY(Netlink inside, Netlink::open(netns));
    if (const auto index = inside.linkIndex(record.endpoint.interfaceName)) // its peer goes with it, at once
        TRY_STATUS(inside.removeLink(*index));
    TRY_STATUS(impl.unplug(record.endpoint.id));
    if (const EndpointRecord* const next = impl.outwardEndpoint(containerId)) {
        if (const auto index = inside.linkIndex(next->endpoint.interfaceName))
            (void)inside.addDefaultRoute(parseIpv4(next->endpoint.gateway).value_or(0), *index); // it may have it already
        TRY(const Network* way, impl.find(next->endpoint.networkId));
        TRY_STATUS(impl.openFirewall({way}, impl.ports.of(containerId)));
    }
    impl.announce({record}, "disconnect");
    return {};
}

} // namespace slipway
