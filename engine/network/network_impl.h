// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>
#include <set>

#include "base/json.h"
#include "network/firewall.h"
#include "network/ipam.h"
#include "network/link_reaper.h"
#include "network/network_service.h"
#include "network/ports.h"
#include "os/netlink.h"
#include "os/nft_watch.h"

namespace slipway
{

[[nodiscard]] Json toDocument(const Network& network);
[[nodiscard]] Network networkFromDocument(const Json& document);

// An endpoint as the database keeps it.
struct EndpointRecord
{
    Endpoint endpoint;
    std::string containerName;
    std::string veth; // the router's end; none of a macvlan network
};
[[nodiscard]] Json toDocument(const EndpointRecord& record);
[[nodiscard]] EndpointRecord endpointFromDocument(const Json& document);

// The sockets of the resolver at 127.0.0.11, in the calling thread's namespace: the container's monitor answers there.
[[nodiscard]] Result<ResolverSockets> openResolver();
[[nodiscard]] Status redirectNames(int netns); // port 53 of 127.0.0.11 leads to them from now on
[[nodiscard]] inline bool isBridge(const Network& network) { return network.driver == "bridge"; } // with rules and published ports
[[nodiscard]] inline bool hasInterfaces(const Network& network) { return isBridge(network) || network.driver == "macvlan"; }
[[nodiscard]] std::optional<MacAddress> parseMac(const std::string& text);
[[nodiscard]] std::uint32_t mtuOf(const Network& network); // bytes; 0 when it does not say
[[nodiscard]] bool hasNames(const Network& network); // its containers find each other by name, as on every network made by a user

// Networks and endpoints live in memory and are written through to the database. Everything here wants the mutex held.
struct NetworkService::Impl
{
    Impl(Database& d, EventBus& e, Settings s)
        : db(d), events(e), settings(std::move(s)), firewall(settings.routerNetns), reaper(settings.routerNetns)
    {
    }

    Database& db;
    EventBus& events;
    const Settings settings;
    mutable std::mutex mutex;
    std::vector<Network> networks;
    std::vector<EndpointRecord> endpoints;
    PortRegistry ports;
    Firewall firewall;
    LinkReaper reaper;
    bool tableReady = false;
    // A bridge may be there from another engine's time, with that engine's address: each is looked at once.
    std::set<std::string> checkedBridges;
    std::map<std::string, std::size_t> nextInterface; // by container: the N of its next ethN, which never comes twice
    std::optional<Netlink> netlink;
    std::optional<NftWatch> watch; // the last member: its thread ends before all else

    [[nodiscard]] Result<Network*> find(const std::string& nameOrId);
    [[nodiscard]] Status load();
    [[nodiscard]] Status insert(Network network);
    [[nodiscard]] Result<Netlink*> router(); // the router namespace's socket, opened when first needed
    [[nodiscard]] Result<IpPrefix> freePool();
    [[nodiscard]] Status checkOverlap(const IpPrefix& wanted);
    [[nodiscard]] Status completePools(Network& network);
    [[nodiscard]] Status completePool(IpamPool& pool);

    // macvlan.cpp: a network whose containers are neighbours of the host's on the network of one of its interfaces.
    [[nodiscard]] Status checkMacvlan(const Network& network) const;
    [[nodiscard]] Status addMacvlan(const EndpointRecord& record, const Network& network, int netns);

    [[nodiscard]] Result<int> ensureBridge(const Network& network); // its index
    [[nodiscard]] std::vector<Firewall::Bridge> firewallBridges() const;
    [[nodiscard]] Status rebuildFirewall();
    void watchFirewall();
    // The rules for one more container. Its ports are in PORTS already: a lost table is rebuilt with them.
    [[nodiscard]] Status openFirewall(const std::vector<const Network*>& used, const std::vector<Published>& added);

    [[nodiscard]] Result<IpAddress> freeAddress(const Network& network, int family, const std::string& fixed) const;
    [[nodiscard]] Result<EndpointRecord> makeRecord(const Network& network, const EndpointRequest& request,
                                                    std::size_t interfaceNumber) const;
    [[nodiscard]] Status plug(const EndpointRecord& record, const Network& network, int netns, Netlink& inside,
                              bool defaultRoute);
    // Kernel objects, memory and rows of a container. Returns what was taken away; the veths go a moment later.
    [[nodiscard]] Result<std::vector<EndpointRecord>> release(const std::string& containerId);
    // Files for the monitors' resolvers (app/slipway-monitor/dns_names.h): of a network; of a container and its networks.
    [[nodiscard]] Status writeNames(const std::string& networkId);
    [[nodiscard]] Status writeNamesOf(const std::string& containerId);
    void forgetNames(const std::vector<EndpointRecord>& gone); // they are no longer in ENDPOINTS
    // Where the container's default route goes and its ports are published.
    [[nodiscard]] const EndpointRecord* outwardEndpoint(const std::string& containerId);
    // One endpoint's kernel objects, names and row; the published ports go to the container's next network.
    [[nodiscard]] Status unplug(const std::string& endpointId);
    void announce(const std::vector<EndpointRecord>& records, const char* action);
};

[[nodiscard]] std::vector<IpAddress> addressesOf(const Endpoint& endpoint);
[[nodiscard]] Status routeBy(Netlink& inside, const Endpoint& endpoint, int index); // the default routes
[[nodiscard]] Firewall::Bridge firewallBridge(const Network& network);

} // namespace slipway
