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
// The kernel would take a name again; dockerd counts on, and so a container can tell an interface from an earlier one.
std::size_t nextInterface(Impl& impl, const std::string& containerId)
{
    std::size_t& next = impl.nextInterface[containerId];
    for (const auto& r : impl.endpoints)
        if (r.endpoint.containerId == containerId && r.endpoint.interfaceName.starts_with("eth"))
            next = std::max<std::size_t>(next, std::stoul("0" + r.endpoint.interfaceName.substr(3)) + 1);
    return next++;
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
        if (!p.binding.hostIp.contains(':')) // those are the monitor's to carry
            p.targetIp = target;
    impl.ports.add(containerId, std::move(ports));
    return {};
}

// The default routes and what is published go by the network that leads outward now, if any does.
Status leadOutward(Impl& impl, const std::string& containerId, Netlink& inside)
{
    const EndpointRecord* const next = impl.outwardEndpoint(containerId);
    if (!next)
        return {};
    if (const auto index = inside.linkIndex(next->endpoint.interfaceName))
        (void)routeBy(inside, next->endpoint, *index); // it may have them already
    TRY(const Network* way, impl.find(next->endpoint.networkId));
    return impl.openFirewall({way}, impl.ports.of(containerId));
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
    if (!hasInterfaces(*network))
        return fail(ErrorKind::Forbidden, "network " + network->name + " has no interfaces to connect");
    if (std::ranges::any_of(impl.endpoints, [&](const EndpointRecord& r) {
            return r.endpoint.containerId == request.containerId && r.endpoint.networkId == network->id;
        }))
        return fail(ErrorKind::Forbidden, "endpoint with name " + request.containerName + " already exists in network " + network->name);
    const bool first = impl.outwardEndpoint(request.containerId) == nullptr;
    TRY(const auto record, impl.makeRecord(*network, request, nextInterface(impl, request.containerId)));
    impl.endpoints.push_back(record);
    const auto connected = [&]() -> Status {
        TRY(Netlink inside, Netlink::open(netns));
        TRY_STATUS(impl.plug(record, *network, netns, inside, first && !network->internal));
        if (first && !network->internal && isBridge(*network))
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
    reaper.remove(record.veth, addressesOf(record.endpoint));
    if (outward) {
        const EndpointRecord* const next = outwardEndpoint(record.endpoint.containerId);
        TRY_STATUS(publishTo(*this, record.endpoint.containerId, next && !next->veth.empty() ? next->endpoint.ipv4 : ""));
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
    TRY_STATUS(leadOutward(impl, containerId, inside));
    impl.announce({record}, "disconnect");
    return {};
}

Result<std::vector<Endpoint>> NetworkService::reconcile(const std::string& containerId, int netns, const std::set<std::string>& wanted)
{
    Impl& impl = *m_impl;
    const std::scoped_lock lock(impl.mutex);
    TRY(Netlink inside, Netlink::open(netns));
    std::vector<EndpointRecord> gone;
    std::vector<Endpoint> whole;
    for (const auto& r : impl.endpoints) {
        if (r.endpoint.containerId != containerId)
            continue;
        const auto index = inside.linkIndex(r.endpoint.interfaceName);
        if (index && wanted.contains(r.endpoint.networkId)) {
            whole.push_back(r.endpoint);
            continue;
        }
        if (index)
            TRY_STATUS(inside.removeLink(*index));
        gone.push_back(r);
    }
    for (const EndpointRecord& r : gone)
        TRY_STATUS(impl.unplug(r.endpoint.id));
    TRY_STATUS(leadOutward(impl, containerId, inside));
    impl.announce(gone, "disconnect");
    return whole;
}

} // namespace slipway
