// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ids.h"
#include "network/network_impl.h"

namespace slipway
{

namespace
{
std::string optionOf(const Network& network, const char* name)
{
    const auto it = network.options.find(name);
    return it == network.options.end() ? std::string() : it->second;
}

std::string modeOf(const Network& network)
{
    const std::string mode = optionOf(network, "macvlan_mode");
    return mode.empty() ? "bridge" : mode;
}
} // namespace

Status NetworkService::Impl::checkMacvlan(const Network& network) const
{
    const std::string parent = optionOf(network, "parent"), mode = modeOf(network);
    if (settings.rootless)
        return fail(ErrorKind::Forbidden, "macvlan networks need an engine that runs as root: an ordinary user has no interface to put them on");
    if (parent.empty()) // dockerd would make a dummy interface, which many kernels have not either
        return fail(ErrorKind::Internal, "operation not supported");
    if (mode != "bridge" && mode != "private" && mode != "vepa" && mode != "passthru")
        return fail(ErrorKind::InvalidArgument, "requested macvlan mode '" + mode + "' is not valid, 'bridge' mode is the macvlan driver default");
    TRY(const auto link, Netlink::open(settings.routerNetns));
    if (!link.linkIndex(parent))
        return parent.contains('.')
                   ? fail(ErrorKind::NotImplemented, "there is no interface " + parent + ": Slipway makes no VLAN interfaces, 'ip link add link "
                                                         + parent.substr(0, parent.find('.')) + " name " + parent + " type vlan' does")
                   : fail(ErrorKind::Internal, "invalid subinterface vlan name " + parent + ", example formatting is eth0.10");
    for (const Network& other : networks)
        if (other.driver == "macvlan" && optionOf(other, "parent") == parent)
            return fail(ErrorKind::Forbidden, "network dm-" + shortId(other.id) + " is already using parent interface " + parent);
    return {};
}

Status NetworkService::Impl::addMacvlan(const EndpointRecord& record, const Network& network, int netns)
{
    const std::string parent = optionOf(network, "parent");
    TRY(Netlink * link, router());
    const auto index = link->linkIndex(parent);
    if (!index)
        return fail(ErrorKind::Internal, "the parent interface " + parent + " of network " + network.name + " is not there");
    return link->addMacvlan({.name = record.endpoint.interfaceName, .parent = *index, .netns = netns, .mode = modeOf(network),
                             .mac = parseMac(record.endpoint.mac), .mtu = mtuOf(network)});
}

} // namespace slipway
