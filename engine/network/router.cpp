// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <format>
#include <fstream>
#include <sys/socket.h>

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
MacAddress macFor(const IpAddress& ip) { return {0x02, 0x42, ip.bytes[0], ip.bytes[1], ip.bytes[2], ip.bytes[3]}; }

std::string formatMac(const MacAddress& m)
{
    return std::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4], m[5]);
}

} // namespace

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

Firewall::Bridge firewallBridge(const Network& n)
{
    const auto it = n.options.find("com.docker.network.bridge.enable_ip_masquerade");
    const auto subnet = [&](int family) {
        const IpamPool* const pool = poolOf(n, family);
        return pool ? pool->subnet : std::string();
    };
    return {n.bridgeName, subnet(AF_INET), subnet(AF_INET6), n.internal, it == n.options.end() || it->second != "false"};
}

Result<Netlink*> Impl::router()
{
    if (!netlink) {
        TRY(netlink, Netlink::open(settings.routerNetns));
    }
    return &*netlink;
}

namespace
{
// The host goes on taking its own routes from its routers' advertisements, which it stops when it forwards.
Status forwardIpv6()
{
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/sys/net/ipv6/conf", ignored)) {
        std::string accepts;
        std::ifstream(entry.path() / "accept_ra") >> accepts;
        if (accepts == "1")
            TRY_STATUS(writeNetSysctl("ipv6/conf/" + entry.path().filename().string() + "/accept_ra", "2"));
    }
    return writeNetSysctl("ipv6/conf/all/forwarding", "1");
}

// In the router's namespace. A bridge without IPv6 has none at all, not even addresses that it makes itself.
Status setUpBridge(const std::string& bridge, bool ipv6)
{
    TRY_STATUS(writeNetSysctl("ipv4/ip_forward", "1"));
    TRY_STATUS(writeNetSysctl("ipv4/conf/" + bridge + "/route_localnet", "1"));
    if (auto off = writeNetSysctl("ipv6/conf/" + bridge + "/disable_ipv6", ipv6 ? "0" : "1"); !off && (ipv6 || off.error().osError != ENOENT))
        return off; // the kernel may have no IPv6
    return ipv6 ? forwardIpv6() : Status{};
}
} // namespace

Result<int> Impl::ensureBridge(const Network& network)
{
    TRY(Netlink * link, router());
    auto index = link->linkIndex(network.bridgeName);
    if (index && checkedBridges.contains(network.bridgeName))
        return *index;
    const bool made = !index;
    if (made) {
        const IpamPool* const pool = poolOf(network, AF_INET);
        const auto gateway = pool ? IpAddress::parse(pool->gateway) : std::nullopt;
        if (auto status = link->addBridge(network.bridgeName, macFor(gateway.value_or(IpAddress{}))); !status)
            return wrap(status.error(), "network " + network.name);
        index = link->linkIndex(network.bridgeName);
    }
    if (!index)
        return fail(ErrorKind::Internal, "the bridge " + network.bridgeName + " vanished while it was made");
    auto status = runInNetns(settings.routerNetns, [&] { return setUpBridge(network.bridgeName, network.enableIpv6); });
    for (const int family : {AF_INET, AF_INET6}) {
        const IpamPool* const pool = poolOf(network, family);
        if (status && pool)
            status = link->addAddress(*index, {IpAddress::parse(pool->gateway).value_or(IpAddress{}), IpPrefix::parse(pool->subnet).value_or(IpPrefix{}).length});
    }
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
        if (isBridge(n))
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
        log::warn("another program changed the packet rules of the table \"slipway\": they are set again");
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
        if (isBridge(*used[i]) && !firewall.add(firewallBridge(*used[i]), i == 0 ? added : std::vector<Published>{}))
            return rebuildFirewall();
    }
    return {};
}

Result<IpAddress> Impl::freeAddress(const Network& network, int family, const std::string& fixed) const
{
    const IpamPool* const pool = poolOf(network, family);
    if (!pool)
        return fail(ErrorKind::InvalidArgument, "network " + network.name + " has no such addresses");
    std::set<IpAddress> used;
    for (const auto& r : endpoints)
        if (r.endpoint.networkId == network.id)
            if (const auto ip = IpAddress::parse(family == AF_INET ? r.endpoint.ipv4 : r.endpoint.ipv6))
                used.insert(*ip);
    return chooseAddress(network, *pool, fixed, used);
}

Result<EndpointRecord> Impl::makeRecord(const Network& network, const EndpointRequest& request,
                                        std::size_t interfaceNumber) const
{
    TRY_STATUS(checkEndpointRequest(network, request));
    TRY(const IpAddress ip, freeAddress(network, AF_INET, request.ipv4));
    EndpointRecord record;
    Endpoint& e = record.endpoint;
    e.id = randomId();
    e.networkId = network.id;
    e.networkName = network.name;
    e.containerId = request.containerId;
    e.interfaceName = "eth" + std::to_string(interfaceNumber);
    e.ipv4 = ip.str();
    const IpamPool& pool = *poolOf(network, AF_INET);
    e.gateway = network.internal ? "" : pool.gateway;
    e.prefixLength = IpPrefix::parse(pool.subnet).value_or(IpPrefix{}).length;
    if (const IpamPool* const pool6 = poolOf(network, AF_INET6)) {
        TRY(const IpAddress ip6, freeAddress(network, AF_INET6, request.ipv6));
        e.ipv6 = ip6.str();
        e.gateway6 = network.internal ? "" : pool6->gateway;
        e.prefixLength6 = IpPrefix::parse(pool6->subnet).value_or(IpPrefix{}).length;
    }
    if (!request.mac.empty() && !parseMac(request.mac))
        return fail(ErrorKind::InvalidArgument, "invalid MAC address: " + request.mac);
    e.mac = formatMac(request.mac.empty() ? macFor(ip) : *parseMac(request.mac));
    e.aliases = request.aliases;
    e.links = request.links;
    std::vector<std::string> names{request.containerName};
    names.insert(names.end(), request.aliases.begin(), request.aliases.end());
    names.insert(names.end(), {shortId(request.containerId), request.hostname});
    for (const auto& name : names)
        if (!name.empty() && !std::ranges::contains(e.dnsNames, name))
            e.dnsNames.push_back(name);
    record.containerName = request.containerName;
    if (isBridge(network))
        record.veth = "veth" + e.id.substr(0, 11);
    return record;
}

std::uint32_t mtuOf(const Network& network) // create() has checked it
{
    const auto option = network.options.find("com.docker.network.driver.mtu");
    std::uint32_t mtu = 0;
    if (option != network.options.end())
        std::from_chars(option->second.data(), option->second.data() + option->second.size(), mtu);
    return mtu;
}

Status routeBy(Netlink& inside, const Endpoint& endpoint, int index)
{
    for (const std::string& gateway : {endpoint.gateway, endpoint.gateway6})
        if (const auto address = IpAddress::parse(gateway))
            TRY_STATUS(inside.addDefaultRoute(*address, index));
    return {};
}

std::vector<IpAddress> addressesOf(const Endpoint& endpoint)
{
    std::vector<IpAddress> addresses;
    for (const std::string& text : {endpoint.ipv4, endpoint.ipv6})
        if (const auto address = IpAddress::parse(text))
            addresses.push_back(*address);
    return addresses;
}

Status Impl::plug(const EndpointRecord& record, const Network& network, int netns, Netlink& inside, bool defaultRoute)
{
    const Endpoint& e = record.endpoint;
    if (isBridge(network)) {
        TRY(const int bridge, ensureBridge(network));
        TRY(Netlink * link, router());
        TRY_STATUS(link->addVeth({.name = record.veth,
                                  .master = bridge,
                                  .peerName = e.interfaceName,
                                  .peerNetns = netns,
                                  .peerMac = parseMac(e.mac),
                                  .mtu = mtuOf(network)}));
        if (const auto port = link->linkIndex(record.veth))
            TRY_STATUS(link->setHairpin(*port));
    } else {
        TRY_STATUS(addMacvlan(record, network, netns));
    }
    const auto index = inside.linkIndex(e.interfaceName);
    if (!index)
        return fail(ErrorKind::Internal, "the container's interface " + e.interfaceName + " is not there");
    TRY_STATUS(inside.addAddress(*index, {IpAddress::parse(e.ipv4).value_or(IpAddress{}), e.prefixLength}));
    if (!e.ipv6.empty()) {
        TRY_STATUS(runInNetns(netns, [&] { return writeNetSysctl("ipv6/conf/" + e.interfaceName + "/disable_ipv6", "0"); }));
        TRY_STATUS(inside.addAddress(*index, {IpAddress::parse(e.ipv6).value_or(IpAddress{}), e.prefixLength6}));
    }
    TRY_STATUS(inside.setLinkUp(*index));
    if (defaultRoute)
        TRY_STATUS(routeBy(inside, e, *index));
    return {};
}

Result<std::vector<EndpointRecord>> Impl::release(const std::string& containerId)
{
    std::vector<EndpointRecord> gone;
    const auto published = ports.of(containerId);
    ports.remove(containerId);
    nextInterface.erase(containerId);
    if (!published.empty() && tableReady)
        TRY_STATUS(firewall.remove(published));
    for (const auto& r : endpoints)
        if (r.endpoint.containerId == containerId)
            gone.push_back(r);
    for (const auto& r : gone)
        reaper.remove(r.veth, addressesOf(r.endpoint));
    if (gone.empty())
        return gone;
    TRY_STATUS(db.exec("DELETE FROM endpoints WHERE container_id = ?", {containerId}, Database::Sync::Later));
    std::erase_if(endpoints, [&](const EndpointRecord& r) { return r.endpoint.containerId == containerId; });
    forgetNames(gone);
    return gone;
}

void Impl::announce(const std::vector<EndpointRecord>& records, const char* action)
{
    for (const auto& r : records) {
        const auto network = find(r.endpoint.networkId);
        events.publish({.type = "network",
                        .action = action,
                        .actorId = r.endpoint.networkId,
                        .attributes = {{"container", r.endpoint.containerId},
                                       {"name", r.endpoint.networkName},
                                       {"type", network ? (*network)->driver : "bridge"}}});
    }
}

} // namespace slipway
