// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/network_service.h"

#include <algorithm>

#include "base/ids.h"
#include "events/event_bus.h"
#include "network/network_impl.h"
#include "state/database.h"

namespace slipway
{

using Impl = NetworkService::Impl;

NetworkService::NetworkService(Database& db, EventBus& events, Settings settings)
    : m_impl(std::make_unique<Impl>(db, events, std::move(settings)))
{
}
NetworkService::~NetworkService() = default;

Result<Network*> Impl::find(const std::string& nameOrId)
{
    const std::string wanted = nameOrId.empty() || nameOrId == "default" ? "bridge" : nameOrId;
    for (auto& n : networks)
        if (n.name == wanted || n.id == wanted)
            return &n;
    Network* match = nullptr;
    for (auto& n : networks) {
        if (!looksLikeId(wanted) || !n.id.starts_with(wanted))
            continue;
        if (match)
            return fail(ErrorKind::InvalidArgument, "network " + wanted + " is ambiguous (several ids begin so)");
        match = &n;
    }
    if (!match)
        return fail(ErrorKind::NotFound, "network " + wanted + " not found");
    return match;
}

Status Impl::load()
{
    networks.clear();
    endpoints.clear();
    Status parsed;
    const auto read = [&](const Database::Row& row, auto&& take) {
        auto document = parseJson(row.text(0));
        if (document)
            take(*document);
        else
            parsed = wrap(document.error(), "reading a network from the database");
    };
    TRY_STATUS(db.query("SELECT document FROM networks ORDER BY name", {}, [&](const Database::Row& row) {
        read(row, [&](const Json& d) { networks.push_back(networkFromDocument(d)); });
    }));
    TRY_STATUS(db.query("SELECT document FROM endpoints", {}, [&](const Database::Row& row) {
        read(row, [&](const Json& d) { endpoints.push_back(endpointFromDocument(d)); });
    }));
    return parsed;
}

Status Impl::insert(Network network)
{
    TRY_STATUS(db.exec("INSERT INTO networks(id, name, document) VALUES(?, ?, ?)",
                       {network.id, network.name, dumpJson(toDocument(network))}));
    networks.push_back(std::move(network));
    return {};
}

Status NetworkService::init()
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY_STATUS(m_impl->load());
    if (const auto& names = m_impl->settings.names; !names.empty()) {
        std::error_code error;
        std::filesystem::create_directories(names, error);
        if (error)
            return fail(ErrorKind::Internal, "making " + names.string() + ": " + error.message(), error.value());
    }
    for (const auto& [name, driver] : {std::pair{"bridge", "bridge"}, {"host", "host"}, {"none", "null"}}) {
        if (std::ranges::contains(m_impl->networks, name, &Network::name))
            continue;
        Network network;
        network.id = randomId();
        network.name = name;
        network.driver = driver;
        network.created = now();
        network.predefined = true;
        if (network.driver == "bridge") {
            network.bridgeName = m_impl->settings.defaultBridge;
            if (!m_impl->settings.defaultSubnet.empty())
                network.pools = {{.subnet = m_impl->settings.defaultSubnet}};
            network.options["com.docker.network.bridge.default_bridge"] = "true";
            network.options["com.docker.network.bridge.name"] = network.bridgeName;
            network.options["com.docker.network.bridge.enable_icc"] = "true";
            network.options["com.docker.network.bridge.enable_ip_masquerade"] = "true";
            network.options["com.docker.network.bridge.host_binding_ipv4"] = "0.0.0.0";
            network.options["com.docker.network.driver.mtu"] = "1500";
            TRY_STATUS(m_impl->completePools(network));
        }
        TRY_STATUS(m_impl->insert(std::move(network)));
    }
    return {};
}

Result<std::vector<Network>> NetworkService::list() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->networks;
}

Result<Network> NetworkService::get(const std::string& nameOrId) const
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(Network* network, m_impl->find(nameOrId));
    return *network;
}

Result<std::vector<Endpoint>> NetworkService::endpoints(const std::string& networkId) const
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(const Network* network, m_impl->find(networkId));
    std::vector<Endpoint> found;
    for (const auto& r : m_impl->endpoints)
        if (r.endpoint.networkId == network->id)
            found.push_back(r.endpoint);
    return found;
}

Status Impl::checkOverlap(const IpPrefix& wanted)
{
    for (const auto& n : networks)
        for (const auto& p : n.pools)
            if (const auto other = IpPrefix::parse(p.subnet); other && other->overlaps(wanted))
                return fail(ErrorKind::Forbidden, "Pool overlaps with other one on this address space");
    return {};
}

Result<IpPrefix> Impl::freePool()
{
    TRY(Netlink * link, router());
    TRY(auto routes, link->routes());
    if (settings.routerNetns >= 0) { // what the host can reach should stay reachable for containers
        TRY(auto host, Netlink::open());
        TRY(const auto hostRoutes, host.routes());
        routes.insert(routes.end(), hostRoutes.begin(), hostRoutes.end());
    }
    for (const IpPrefix& pool : defaultPools()) {
        if (!checkOverlap(pool))
            continue;
        if (std::ranges::none_of(routes, [&](const IpPrefix& r) { return r.overlaps(pool); }))
            return pool;
    }
    return fail(ErrorKind::NotFound, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to "
                                     "the network: remove unused networks or give a subnet");
}

Status Impl::completePool(IpamPool& pool)
{
    const auto subnet = IpPrefix::parse(pool.subnet);
    const bool v6 = subnet && subnet->address.isV6();
    if (!subnet || subnet->length > (v6 ? 126 : 30) || (!v6 && subnet->length < 8))
        return fail(ErrorKind::InvalidArgument, "invalid network config:\ninvalid subnet " + pool.subnet +
                                                    ": an IPv4 network from /8 to /30 or an IPv6 network up to /126 is needed");
    TRY_STATUS(checkOverlap(*subnet));
    if (pool.gateway.empty())
        pool.gateway = subnet->first().next().str();
    return {};
}

Status Impl::completePools(Network& network)
{
    TRY_STATUS(checkPools(network.pools, network.enableIpv6));
    int v4 = 0, v6 = 0;
    for (IpamPool& pool : network.pools) {
        if (pool.subnet.empty()) {
            TRY(const IpPrefix free, freePool());
            pool.subnet = free.str();
        } else {
            pool.given = true;
            pool.gatewayGiven = !pool.gateway.empty();
        }
        ++(pool.subnet.contains(':') ? v6 : v4);
    }
    if (v4 > 1 || (v6 > 1 && network.enableIpv6))
        return fail(ErrorKind::Forbidden, network.driver + " driver doesn't support multiple subnets");
    if (v6 == 0 && network.enableIpv6)
        return fail(ErrorKind::NotFound, "could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network");
    if (v4 == 0) {
        TRY(const IpPrefix free, freePool());
        network.pools.push_back({.subnet = free.str()});
    }
    for (IpamPool& pool : network.pools)
        if (network.enableIpv6 || !pool.subnet.contains(':'))
            TRY_STATUS(completePool(pool));
    return {};
}

Status NetworkService::checkEndpoint(const std::string& nameOrId, const EndpointRequest& request) const
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(const Network* network, m_impl->find(nameOrId));
    return checkEndpointRequest(*network, request);
}

Result<Network> NetworkService::create(Network wanted)
{
    if (wanted.driver.empty())
        wanted.driver = "bridge";
    if (wanted.driver == "host" || wanted.driver == "null")
        return fail(ErrorKind::Forbidden, "only one instance of \"" + wanted.driver + "\" network is allowed");
    if (wanted.driver == "overlay")
        return fail(ErrorKind::Unavailable, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect "
                                            "this node to swarm and try again.");
    if (wanted.ipamDriver != "default" && wanted.ipamDriver != "null")
        return fail(ErrorKind::NotFound, "plugin \"" + wanted.ipamDriver + "\" not found");
    if (wanted.driver == "ipvlan") // in the words of dockerd where the kernel has it not
        return fail(ErrorKind::Internal, "operation not supported");
    if (!hasInterfaces(wanted))
        return fail(ErrorKind::NotFound, "plugin \"" + wanted.driver + "\" not found");
    if (wanted.name.find_first_not_of(" \t\n") == std::string::npos || wanted.name.size() > 255 || wanted.name.contains('/'))
        return fail(ErrorKind::InvalidArgument, "invalid name: " + wanted.name);
    if (wanted.name == "default" || wanted.name == "bridge" || wanted.name == "host" || wanted.name == "none")
        return fail(ErrorKind::Forbidden, "operation is not permitted on predefined " + wanted.name + " network");
    const std::scoped_lock lock(m_impl->mutex);
    if (std::ranges::contains(m_impl->networks, wanted.name, &Network::name))
        return fail(ErrorKind::Conflict, "network with name " + wanted.name + " already exists");
    wanted.id = randomId();
    wanted.created = now();
    wanted.scope = "local";
    wanted.predefined = false;
    wanted.bridgeName = isBridge(wanted) ? "br-" + shortId(wanted.id) : "";
    if (!isBridge(wanted))
        TRY_STATUS(m_impl->checkMacvlan(wanted));
    if (const auto it = wanted.options.find("com.docker.network.bridge.name"); it != wanted.options.end() && isBridge(wanted)) {
        wanted.bridgeName = it->second;
        const bool odd = wanted.bridgeName.empty() || wanted.bridgeName.size() > 15 ||
                         wanted.bridgeName.find_first_of("/ \t\n\"*:;{}") != std::string::npos;
        if (odd || std::ranges::contains(m_impl->networks, wanted.bridgeName, &Network::bridgeName))
            return fail(ErrorKind::InvalidArgument, "invalid or already used bridge name \"" + wanted.bridgeName + "\"");
    }
    if (const auto mtu = wanted.options.find("com.docker.network.driver.mtu"); mtu != wanted.options.end()) {
        const bool digits = !mtu->second.empty() && mtu->second.size() < 6 && mtu->second.find_first_not_of("0123456789") == std::string::npos;
        if (!digits || std::stoi(mtu->second) < 68 || std::stoi(mtu->second) > 65535)
            return fail(ErrorKind::InvalidArgument, "invalid MTU \"" + mtu->second + "\" of network " + wanted.name + ": from 68 to 65535 bytes");
    }
    TRY_STATUS(m_impl->completePools(wanted));
    TRY_STATUS(m_impl->insert(wanted));
    m_impl->tableReady = false;
    m_impl->events.publish({.type = "network",
                            .action = "create",
                            .actorId = wanted.id,
                            .attributes = {{"name", wanted.name}, {"type", wanted.driver}}});
    return wanted;
}

Status NetworkService::remove(const std::string& nameOrId)
{
    const std::scoped_lock lock(m_impl->mutex);
    TRY(Network* found, m_impl->find(nameOrId));
    const Network network = *found;
    if (network.predefined)
        return fail(ErrorKind::Forbidden, network.name + " is a pre-defined network and cannot be removed");
    for (const auto& r : m_impl->endpoints)
        if (r.endpoint.networkId == network.id)
            return fail(ErrorKind::Forbidden, "error while removing network: network " + network.name + " id " +
                                                  network.id + " has active endpoints");
    // The bridge first: a network without one gets it with its next container, a bridge without a network would stay for ever.
    TRY(Netlink * link, m_impl->router());
    if (const auto index = link->linkIndex(network.bridgeName))
        TRY_STATUS(link->removeLink(*index));
    m_impl->checkedBridges.erase(network.bridgeName);
    TRY_STATUS(m_impl->db.exec("DELETE FROM networks WHERE id = ?", {network.id}));
    std::erase_if(m_impl->networks, [&](const Network& n) { return n.id == network.id; });
    if (m_impl->tableReady)
        TRY_STATUS(m_impl->rebuildFirewall());
    std::error_code ignored;
    if (!m_impl->settings.names.empty())
        std::filesystem::remove(m_impl->settings.names / network.id, ignored);
    m_impl->events.publish({.type = "network",
                            .action = "destroy",
                            .actorId = network.id,
                            .attributes = {{"name", network.name}, {"type", network.driver}}});
    return {};
}

} // namespace slipway
