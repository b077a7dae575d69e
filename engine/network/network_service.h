// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

class Database;
class EventBus;

// One published port as asked for ("-p 127.0.0.1:8080:80/tcp"); hostPort 0 = any free one.
struct PortBinding
{
    std::string hostIp; // "" = 0.0.0.0 and, where the host has IPv6, ::
    std::uint16_t hostPort = 0;
    std::uint16_t containerPort = 0;
    std::string protocol = "tcp"; // tcp, udp, sctp
    std::uint16_t lastHostPort = 0; // of a range, of which the first free one is taken; 0: hostPort alone
};

struct IpamPool
{
    std::string subnet, ipRange, gateway; // CIDR, CIDR, address; IPv4 or IPv6
    std::map<std::string, std::string> auxiliary; // name → address: never given to containers
    bool given = false, gatewayGiven = false; // by the user; what was chosen by the engine otherwise
};

struct Network
{
    std::string id, name;
    std::string driver; // bridge, macvlan (option parent: the interface it lies on), host, null
    std::string scope = "local";
    TimePoint created{};
    bool internal = false, attachable = false, enableIpv6 = false;
    std::string ipamDriver = "default";
    std::optional<std::map<std::string, std::string>> ipamOptions; // none given: null in inspect
    std::vector<IpamPool> pools;
    std::map<std::string, std::string> options, labels;
    std::string bridgeName; // "slipway0", "br-<12 of id>"
    bool predefined = false;
};

struct EndpointRequest
{
    std::string containerId;
    std::string containerName;
    std::string hostname;
    std::string ipv4, ipv6; // fixed addresses, or empty
    std::string mac;        // fixed, or empty
    std::vector<std::string> aliases;
    bool aliasesGiven = false; // by the user
    std::vector<std::string> links; // "NAME:ALIAS": what only this container calls others of the network, be they there or not
};

struct Endpoint
{
    std::string id; // 64 hex
    std::string networkId, networkName, containerId;
    std::string interfaceName; // inside: eth0
    std::string ipv4, gateway, mac;
    int prefixLength = 0;
    std::string ipv6, gateway6; // empty: the network has no IPv6
    int prefixLength6 = 0;
    std::vector<std::string> aliases, dnsNames, links;
};

// Bound at 127.0.0.11 in a container's namespace. Its monitor gets them and answers there.
struct ResolverSockets
{
    UniqueFd udp, tcp;
};

// The network namespace of a container, made by the engine before the OCI runtime runs, so that it is complete before the
// first instruction. The descriptor keeps it alive; /proc/PID-of-engine/fd/N is what the OCI spec names.
struct NetworkSandbox
{
    UniqueFd netns;
    std::vector<Endpoint> endpoints;
    std::vector<PortBinding> ports; // with hostPort and hostIp filled in
    // Sockets bound and listening on the published host ports: they reserve the ports. The caller passes them to the
    // container's monitor, so the reservation lives exactly as long as the container and outlives the engine.
    std::vector<UniqueFd> portHolders;
    // What the monitor must forward in user space (holder index → IPv4 address of the container): rootless all ports, for
    // root those on IPv6 addresses of the host, which no rule can lead to a container that may have IPv4 only.
    struct Forward
    {
        int holder; // index in portHolders
        std::string targetIp;
        std::uint16_t targetPort;
        std::string protocol;
    };
    std::vector<Forward> forwards;
    ResolverSockets resolver;
    bool named = false; // on a user-defined network: its resolv.conf has 127.0.0.11
};

// Networks, addresses, published ports. Blocking, thread-safe. Kernel objects: one bridge per network, one veth per
// endpoint, the nftables tables "slipway" of the families ip and ip6 and nothing outside them. Fails closed: a container whose rules cannot be set
// does not start. Everything is derived again by restore() after a restart or when somebody flushed the rules.
class NetworkService
{
public:
    struct Settings
    {
        // Where bridges live: the host's network namespace (-1 = the engine's own), or rootless the "container netns".
        int routerNetns = -1;
        bool rootless = false;
        // Rootless: the address behind which the uplink has the host's resolver, if that is on the host's loopback.
        std::string uplinkDns;
        std::filesystem::path names; // folder for what the resolvers know; made by init(); empty: names are not resolved
        std::string defaultBridge = "slipway0";
        std::string defaultSubnet = ""; // empty: the first of 172.17.0.0/16 … 172.31.0.0/16 that no route overlaps
    };

    NetworkService(Database& db, EventBus& events, Settings settings);
    ~NetworkService();
    NetworkService(const NetworkService&) = delete;
    NetworkService& operator=(const NetworkService&) = delete;

    // Makes the predefined networks bridge, host and none when missing. Touches the kernel only when first needed.
    [[nodiscard]] Status init();

    [[nodiscard]] Result<std::vector<Network>> list() const;
    [[nodiscard]] Result<Network> get(const std::string& nameOrId) const; // NotFound "network X not found"
    [[nodiscard]] Result<Network> create(Network wanted);                 // bridge or macvlan
    // Whether a container could be given what REQUEST fixes. NotFound, InvalidArgument in dockerd's words.
    [[nodiscard]] Status checkEndpoint(const std::string& nameOrId, const EndpointRequest& request) const;
    [[nodiscard]] Status remove(const std::string& nameOrId); // Forbidden: has endpoints, or predefined
    [[nodiscard]] Result<std::vector<Endpoint>> endpoints(const std::string& networkId) const;

    // A fresh namespace with lo up, an interface per request, the default route by the first network that is not
    // internal, and the ports published there. A taken port is Internal (dockerd answers 500) with dockerd's text:
    // "driver failed programming external connectivity on endpoint NAME (ID): Bind for 0.0.0.0:8080 failed: port is
    // already allocated" when another container has it, "…: failed to bind port 0.0.0.0:8080/tcp: … address already in
    // use" when another program has. On error nothing is left. NETWORKS empty = only lo ("none"); the host network has
    // no sandbox and is not asked for here.
    [[nodiscard]] Result<NetworkSandbox> setUp(const std::vector<std::pair<std::string, EndpointRequest>>& networks,
                                               const std::vector<PortBinding>& ports);
    // Takes the container's ports and addresses away (its veths follow on another thread). No error when there are none.
    [[nodiscard]] Status tearDown(const std::string& containerId);
    // A network more or less for a running container, whose namespace is NETNS. Forbidden when it is in it already, or not
    // in it. Its default route and, for root, its published ports move to another of its networks with the one they are on.
    [[nodiscard]] Result<Endpoint> connect(const std::string& nameOrId, const EndpointRequest& request, int netns);
    [[nodiscard]] Status disconnect(const std::string& nameOrId, const std::string& containerId, int netns);
    // After restore(): what of a running container's endpoints is in the networks WANTED (ids) and whole. The others, which an
    // interrupted connect() or disconnect() left, are taken away.
    [[nodiscard]] Result<std::vector<Endpoint>> reconcile(const std::string& containerId, int netns, const std::set<std::string>& wanted);
    // A container that has endpoints is called differently now.
    [[nodiscard]] Status rename(const std::string& containerId, const std::string& oldName, const std::string& newName);
    // After an engine start: the containers that still run (id → published ports), everything else is released and rules
    // and bridges are brought to what they must be.
    [[nodiscard]] Status restore(const std::map<std::string, std::vector<PortBinding>>& running);

    // Lines for the container's /etc/resolv.conf made from the host's (loopback servers replaced). Named: on a network
    // with names, so that its server is the resolver at 127.0.0.11.
    enum class Resolv { Host, Bridge, Named };
    [[nodiscard]] std::string resolvConf(Resolv kind, const std::vector<std::string>& dns,
                                         const std::vector<std::string>& search,
                                         const std::vector<std::string>& options) const;

    struct Impl; // network_impl.h, for the module's own files

private:
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
