// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "base/log.h"
#include "events/event_bus.h"
#include "network/network_impl.h"
#include "os/netns.h"
#include "state/database.h"

namespace slipway
{

using Impl = NetworkService::Impl;
using Requests = std::vector<std::pair<std::string, EndpointRequest>>;

namespace
{
struct Inside
{
    UniqueFd netns;
    std::optional<Netlink> link;
    ResolverSockets resolver;
};

Result<Inside> makeInside(bool resolver)
{
    Inside inside;
    TRY(inside.netns, makeNetns([&](int) -> Status {
            TRY(inside.link, Netlink::open());
            (void)writeNetSysctl("ipv6/conf/default/disable_ipv6", "1");
            // An address may just have been another container's: the bridge learns at once where it is now.
            (void)writeNetSysctl("ipv4/conf/default/arp_notify", "1");
            TRY_STATUS(inside.link->setLinkUp(1)); // lo
            if (resolver) {
                TRY(inside.resolver, openResolver());
            }
            return {};
        }));
    return inside;
}

// One container being set up; whatever was made is undone unless commit() was reached.
class Assembly
{
public:
    Assembly(Impl& impl, Inside inside) : m_impl(impl), m_inside(std::move(inside)) {}
    ~Assembly()
    {
        if (m_committed || m_records.empty())
            return;
        // Rows may not exist yet, so memory is told first: release() then finds everything.
        for (const auto& r : m_records)
            if (!std::ranges::contains(m_impl.endpoints, r.endpoint.id, [](const auto& x) { return x.endpoint.id; }))
                m_impl.endpoints.push_back(r);
        if (auto undone = m_impl.release(m_records[0].endpoint.containerId); !undone)
            log::warn("undoing a failed network set-up: {}", undone.error().message);
    }
    Assembly(const Assembly&) = delete;
    Assembly& operator=(const Assembly&) = delete;

    Status connect(const Requests& requests)
    {
        bool routed = false;
        for (const auto& [name, request] : requests) {
            TRY(const Network* network, m_impl.find(name));
            if (network->driver == "null")
                continue;
            if (!hasInterfaces(*network))
                return fail(ErrorKind::InvalidArgument, "network " + network->name + " has no interfaces to connect");
            TRY(auto record, m_impl.makeRecord(*network, request, m_records.size()));
            const bool route = !routed && !network->internal;
            m_records.push_back(record);
            if (route) {
                routed = true;
                m_outward = m_records.size() - 1;
                m_networks.insert(m_networks.begin(), network);
            } else {
                m_networks.push_back(network);
            }
            TRY_STATUS(m_impl.plug(record, *network, m_inside.netns.get(), *m_inside.link, route));
        }
        return {};
    }

    Status publish(const std::vector<PortBinding>& wanted)
    {
        if (m_records.empty())
            return {};
        const EndpointRecord& main = m_records[m_outward.value_or(0)];
        std::vector<Published> published;
        if (m_impl.settings.rootless && std::ranges::contains(wanted, "sctp", &PortBinding::protocol))
            return fail(ErrorKind::NotImplemented, "publishing sctp ports needs an engine that runs as root");
        if (m_outward && !main.veth.empty()) { // what is a neighbour of the host's has its ports at its own address
            auto reserved = m_impl.ports.reserve(wanted);
            if (!reserved)
                return wrap(reserved.error(), "driver failed programming external connectivity on endpoint " +
                                                  main.containerName + " (" + main.endpoint.id + ")");
            m_reservation = std::move(*reserved);
            for (const auto& p : m_reservation.ports)
                published.push_back({p, main.endpoint.ipv4});
            m_impl.ports.add(main.endpoint.containerId, published);
        }
        return m_impl.openFirewall(m_networks, published);
    }

    // The names go public in commit(): until then others do not find it.
    Status answerNames()
    {
        m_named = !m_impl.settings.names.empty() && std::ranges::any_of(m_networks, [](const Network* n) { return hasNames(*n); });
        return m_named ? redirectNames(m_inside.netns.get()) : Status{};
    }

    Status store()
    {
        if (m_records.empty())
            return {};
        return m_impl.db.transaction([&]() -> Status {
            for (const auto& r : m_records)
                TRY_STATUS(m_impl.db.exec("INSERT INTO endpoints(container_id, network_id, ip, document) VALUES(?, ?, ?, ?)",
                                          {r.endpoint.containerId, r.endpoint.networkId, r.endpoint.ipv4,
                                           dumpJson(toDocument(r))}));
            return {};
        }, Database::Sync::Later);
    }

    NetworkSandbox commit()
    {
        m_committed = true;
        NetworkSandbox sandbox;
        sandbox.netns = std::move(m_inside.netns);
        if (!m_records.empty())
            m_impl.nextInterface[m_records[0].endpoint.containerId] = m_records.size();
        for (const auto& r : m_records) {
            m_impl.endpoints.push_back(r);
            sandbox.endpoints.push_back(r.endpoint);
        }
        if (m_named) {
            if (auto written = m_impl.writeNamesOf(m_records[0].endpoint.containerId); !written)
                log::warn("{}", written.error().message);
        }
        sandbox.named = m_named;
        sandbox.resolver = std::move(m_inside.resolver);
        m_impl.announce(m_records, "connect");
        for (std::size_t i = 0; i < m_reservation.ports.size(); ++i) {
            const auto& p = m_reservation.ports[i];
            if (!m_impl.settings.rootless && !p.hostIp.contains(':'))
                continue;
            sandbox.forwards.push_back(
                {static_cast<int>(i), m_records[*m_outward].endpoint.ipv4, p.containerPort, p.protocol});
        }
        sandbox.ports = std::move(m_reservation.ports);
        sandbox.portHolders = std::move(m_reservation.holders);
        return sandbox;
    }

private:
    Impl& m_impl;
    Inside m_inside;
    std::vector<EndpointRecord> m_records;
    std::vector<const Network*> m_networks; // the outward one first
    std::optional<std::size_t> m_outward;   // the record that has the default route and the ports
    PortRegistry::Reservation m_reservation;
    bool m_committed = false, m_named = false;
};
} // namespace

Result<NetworkSandbox> NetworkService::setUp(const Requests& networks, const std::vector<PortBinding>& ports)
{
    TRY(auto inside, makeInside(!networks.empty() && !m_impl->settings.names.empty()));
    const std::scoped_lock lock(m_impl->mutex);
    if (!networks.empty()) {
        TRY(const auto stale, m_impl->release(networks[0].second.containerId));
        m_impl->announce(stale, "disconnect");
    }
    Assembly assembly(*m_impl, std::move(inside));
    TRY_STATUS(assembly.connect(networks));
    TRY_STATUS(assembly.publish(ports));
    TRY_STATUS(assembly.answerNames());
    TRY_STATUS(assembly.store());
    return assembly.commit();
}

Status NetworkService::tearDown(const std::string& containerId)
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(const auto gone, m_impl->release(containerId));
    m_impl->announce(gone, "disconnect");
    return {};
}

Status NetworkService::restore(const std::map<std::string, std::vector<PortBinding>>& running)
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY_STATUS(m_impl->load());
    m_impl->ports.clear();
    m_impl->tableReady = false;
    std::set<std::string> dead, live;
    for (const auto& r : m_impl->endpoints)
        (running.contains(r.endpoint.containerId) ? live : dead).insert(r.endpoint.containerId);
    for (const auto& id : dead) {
        if (const auto gone = m_impl->release(id))
            m_impl->announce(*gone, "disconnect");
        else // an engine must come up on a full disk too; the container's next start tries again
            log::warn("{}", gone.error().message);
    }
    if (live.empty()) {
        // A table left by an earlier engine would go on redirecting ports to nobody.
        if (auto status = m_impl->firewall.removeTable(); !status)
            log::debug("no old firewall table to remove: {}", status.error().message);
        return {};
    }
    TRY(Netlink * link, m_impl->router());
    std::set<int> bridges;
    std::set<std::string> veths;
    for (const auto& r : m_impl->endpoints) {
        const auto ports = running.find(r.endpoint.containerId);
        if (ports == running.end())
            continue; // dead, but it could not be released
        TRY(const Network* network, m_impl->find(r.endpoint.networkId));
        if (!isBridge(*network))
            continue;
        TRY(const int bridge, m_impl->ensureBridge(*network));
        bridges.insert(bridge);
        veths.insert(r.veth);
        if (const auto index = link->linkIndex(r.veth))
            TRY_STATUS(link->setMaster(*index, bridge));
        if (network->internal || !m_impl->ports.of(ports->first).empty())
            continue;
        std::vector<Published> published;
        for (const auto& p : ports->second)
            if (p.hostPort != 0)
                published.push_back({p, r.endpoint.ipv4});
        for (auto& p : published)
            if (p.binding.hostIp.empty())
                p.binding.hostIp = "0.0.0.0";
        m_impl->ports.add(ports->first, std::move(published));
    }
    for (const auto& id : live)
        TRY_STATUS(m_impl->writeNamesOf(id));
    for (const Network& network : m_impl->networks) // also where nobody is: an interrupted connect() may have left a veth
        if (const auto index = network.bridgeName.empty() ? std::nullopt : link->linkIndex(network.bridgeName))
            bridges.insert(*index);
    TRY(const auto links, link->links());
    for (const auto& l : links)
        if (bridges.contains(l.master) && l.name.starts_with("veth") && !veths.contains(l.name))
            TRY_STATUS(link->removeLink(l.index));
    return m_impl->rebuildFirewall();
}

} // namespace slipway
