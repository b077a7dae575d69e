// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "events/event_bus.h"
#include "network/network_impl.h"
#include "os/netns.h"
#include "state/database.h"

namespace slipway
{

using Impl = NetworkService::Impl;

namespace
{
MacAddress macFor(std::uint32_t ip)
{
    return {0x02,
            0x42,
            static_cast<std::uint8_t>(ip >> 24),
            static_cast<std::uint8_t>(ip >> 16),
            static_cast<std::uint8_t>(ip >> 8),
            static_cast<std::uint8_t>(ip)};
}

std::string formatMac(const MacAddress& m)
{
    return std::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4], m[5]);
}

std::optional<MacAddress> parseMac(const std::string& text)
{
    unsigned b[6] = {};
    char rest = 0;
    if (std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &rest) != 6)
        return std::nullopt;
    MacAddress mac{};
    for (std::size_t i = 0; i < mac.size(); ++i)
        mac[i] = static_cast<std::uint8_t>(b[i]);
    return mac;
}
} // namespace

Firewall::Bridge firewallBridge(const Network& n)
{
    const auto it = n.options.find("com.docker.network.bridge.enable_ip_masquerade");
    return {n.bridgeName, n.pools.empty() ? "" : n.pools[0].subnet, n.internal,
            it == n.options.end() || it->second != "false"};
}

Result<Netlink*> Impl::router()
{
    if (!netlink) {
        TRY(netlink, Netlink::open(settings.routerNetns));
    }
    return &*netlink;
}

Result<int> Impl::ensureBridge(const Network& network)
{
    TRY(Netlink * link, router());
    auto index = link->linkIndex(network.bridgeName);
    if (index && checkedBridges.contains(network.bridgeName))
        return *index;
    const auto gateway = parseIpv4(network.pools.at(0).gateway).value_or(0);
    const auto subnet = parseCidr(network.pools.at(0).subnet).value_or(Cidr{});
    const bool made = !index;
    if (made) {
        if (auto status = link->addBridge(network.bridgeName, macFor(gateway)); !status)
            return wrap(status.error(), "network " + network.name);
        index = link->linkIndex(network.bridgeName);
    }
    if (!index)
        return fail(ErrorKind::Internal, "the bridge " + network.bridgeName + " vanished while it was made");
    auto status = link->addAddress(*index, gateway, subnet.prefixLength);
    if (status)
        status = runInNetns(settings.routerNetns, [&]() -> Status {
            TRY_STATUS(writeNetSysctl("ipv4/ip_forward", "1"));
            return writeNetSysctl("ipv4/conf/" + network.bridgeName + "/route_localnet", "1");
        });
    if (!status) {
        if (made)
            (void)link->removeLink(*index);
        return wrap(status.error(), "network " + network.name);
    }
    checkedBridges.insert(network.bridgeName);
    return *index;
}

std::vector<Firewall::Bridge> Impl::firewallBridges() const
{
    std::vector<Firewall::Bridge> bridges;
    for (const auto& n : networks)
        if (n.driver == "bridge")
            bridges.push_back(firewallBridge(n));
    return bridges;
}

Status Impl::rebuildFirewall()
{
    std::vector<Published> all;
    for (const auto& [id, published] : ports.all())
        std::ranges::copy_if(published, std::back_inserter(all), [](const Published& p) { return !p.targetIp.empty(); });
    TRY_STATUS(firewall.rebuild(firewallBridges(), all));
    tableReady = true;
    if (!watch)
        watchFirewall();
    return {};
}

// Other programs' reloads must not take the containers' rules away for good.
void Impl::watchFirewall()
{
    auto opened = NftWatch::open(settings.routerNetns, "slipway", [this] {
        const std::scoped_lock lock(mutex);
        if (endpoints.empty())
            return; // the next container brings them
        log::warn("another program changed the packet rules of the table \"ip slipway\": they are set again");
        if (auto restored = rebuildFirewall(); !restored)
            log::error("{}", restored.error().message);
    });
    if (opened)
        watch.emplace(std::move(*opened));
    else
        log::warn("{}: rules that another program flushes come back with the next container", opened.error().message);
}

Status Impl::openFirewall(const std::vector<const Network*>& used, const std::vector<Published>& added)
{
    if (!tableReady)
        return rebuildFirewall();
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (!firewall.add(firewallBridge(*used[i]), i == 0 ? added : std::vector<Published>{}))
            return rebuildFirewall();
    }
    return {};
}

Result<std::uint32_t> Impl::chooseAddress(const Network& network, const std::string& fixed) const
{
    const IpamPool& pool = network.pools.at(0);
    const Cidr subnet = parseCidr(pool.subnet).value_or(Cidr{});
    std::set<std::uint32_t> used{subnet.first(), subnet.last(), parseIpv4(pool.gateway).value_or(0)};
    for (const auto& r : endpoints)
        if (r.endpoint.networkId == network.id)
            used.insert(parseIpv4(r.endpoint.ipv4).value_or(0));
    if (!fixed.empty()) {
        const auto ip = parseIpv4(fixed);
        if (!ip || !subnet.contains(*ip))
            return fail(ErrorKind::InvalidArgument, "invalid address " + fixed + ": It does not belong to any of this "
                                                                                 "network's subnets");
        if (used.contains(*ip))
            return fail(ErrorKind::Conflict, "Address already in use");
        return *ip;
    }
    const Cidr range = parseCidr(pool.ipRange).value_or(subnet);
    for (std::uint32_t ip = range.first(); ip < range.last(); ++ip)
        if (!used.contains(ip))
            return ip;
    return fail(ErrorKind::Unavailable,
                "no available IPv4 addresses on this network's address pools: " + network.name + " (" + network.id + ")");
}

Result<EndpointRecord> Impl::makeRecord(const Network& network, const EndpointRequest& request,
                                        std::size_t interfaceNumber) const
{
    TRY(const std::uint32_t ip, chooseAddress(network, request.ipv4));
    EndpointRecord record;
    Endpoint& e = record.endpoint;
    e.id = randomId();
    e.networkId = network.id;
    e.networkName = network.name;
    e.containerId = request.containerId;
    e.interfaceName = "eth" + std::to_string(interfaceNumber);
    e.ipv4 = formatIpv4(ip);
    e.gateway = network.internal ? "" : network.pools.at(0).gateway;
    e.prefixLength = parseCidr(network.pools.at(0).subnet).value_or(Cidr{}).prefixLength;
    if (!request.mac.empty() && !parseMac(request.mac))
        return fail(ErrorKind::InvalidArgument, "invalid MAC address: " + request.mac);
    e.mac = formatMac(request.mac.empty() ? macFor(ip) : *parseMac(request.mac));
    e.aliases = request.aliases;
    std::vector<std::string> names{request.containerName};
    names.insert(names.end(), request.aliases.begin(), request.aliases.end());
    names.insert(names.end(), {shortId(request.containerId), request.hostname});
    for (const auto& name : names)
        if (!name.empty() && !std::ranges::contains(e.dnsNames, name))
            e.dnsNames.push_back(name);
    record.containerName = request.containerName;
    record.veth = "veth" + e.id.substr(0, 11);
    return record;
}

namespace
{
// Bytes; 0 when the network does not say. create() has checked it.
std::uint32_t mtuOf(const Network& network)
{
    const auto option = network.options.find("com.docker.network.driver.mtu");
    std::uint32_t mtu = 0;
    if (option != network.options.end())
        std::from_chars(option->second.data(), option->second.data() + option->second.size(), mtu);
    return mtu;
}
} // namespace

Status Impl::plug(const EndpointRecord& record, const Network& network, int netns, Netlink& inside, bool defaultRoute)
{
    TRY(const int bridge, ensureBridge(network));
    TRY(Netlink * link, router());
    const Endpoint& e = record.endpoint;
    TRY_STATUS(link->addVeth({.name = record.veth,
                              .master = bridge,
                              .peerName = e.interfaceName,
                              .peerNetns = netns,
                              .peerMac = parseMac(e.mac),
                              .mtu = mtuOf(network)}));
    if (const auto port = link->linkIndex(record.veth))
        TRY_STATUS(link->setHairpin(*port));
    const auto index = inside.linkIndex(e.interfaceName);
    if (!index)
        return fail(ErrorKind::Internal, "the container's interface " + e.interfaceName + " is not there");
    TRY_STATUS(inside.addAddress(*index, parseIpv4(e.ipv4).value_or(0), e.prefixLength));
    TRY_STATUS(inside.setLinkUp(*index));
    if (defaultRoute)
        TRY_STATUS(inside.addDefaultRoute(parseIpv4(e.gateway).value_or(0), *index));
    return {};
}

Result<std::vector<EndpointRecord>> Impl::release(const std::string& containerId)
{
    std::vector<EndpointRecord> gone;
    const auto published = ports.of(containerId);
    ports.remove(containerId);
    if (!published.empty() && tableReady)
        TRY_STATUS(firewall.remove(published));
    for (const auto& r : endpoints)
        if (r.endpoint.containerId == containerId)
            gone.push_back(r);
    for (const auto& r : gone)
        reaper.remove(r.veth, parseIpv4(r.endpoint.ipv4).value_or(0));
    if (gone.empty())
        return gone;
    TRY_STATUS(db.exec("DELETE FROM endpoints WHERE container_id = ?", {containerId}, Database::Sync::Later));
    std::erase_if(endpoints, [&](const EndpointRecord& r) { return r.endpoint.containerId == containerId; });
    forgetNames(gone);
    return gone;
}

void Impl::announce(const std::vector<EndpointRecord>& records, const char* action)
{
    for (const auto& r : records)
        events.publish({.type = "network",
                        .action = action,
                        .actorId = r.endpoint.networkId,
                        .attributes = {{"container", r.endpoint.containerId},
                                       {"name", r.endpoint.networkName},
                                       {"type", "bridge"}}});
}

} // namespace slipway
