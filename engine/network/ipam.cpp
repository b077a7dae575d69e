// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/ipam.h"

#include <sys/socket.h>

#include <algorithm>
#include <format>

namespace slipway
{

namespace
{
using Words = std::vector<std::string>;

std::string joined(const Words& errors)
{
    if (errors.size() == 1)
        return errors[0];
    std::string text;
    for (const std::string& error : errors)
        text += (text.empty() ? "* " : "\n* ") + error;
    return text;
}

const char* familyName(const IpPrefix& prefix) { return prefix.address.isV6() ? "IPv6" : "IPv4"; }

void checkRange(const std::string& text, const IpPrefix& subnet, Words& errors)
{
    if (text.empty())
        return;
    const auto range = IpPrefix::parse(text);
    const auto invalid = [&](const std::string& why) { errors.push_back(std::format("invalid ip-range {}: {}", text, why)); };
    if (!range)
        return invalid("invalid CIDR block notation");
    if (range->address.family != subnet.address.family)
        return invalid(std::format("parent subnet is an {} block", familyName(subnet)));
    if (range->length < subnet.length)
        invalid(std::format("CIDR block is bigger than its parent subnet {}", subnet.str()));
    if (range->address != range->first())
        invalid(std::format("it should be {}", range->masked().str()));
    if (!subnet.overlaps(*range))
        invalid(std::format("parent subnet {} doesn't contain ip-range", subnet.str()));
}

void checkAddress(const std::string& text, const IpPrefix& subnet, const std::string& what, Words& errors)
{
    if (text.empty())
        return;
    const auto address = IpAddress::parse(text);
    if (!address)
        errors.push_back(what + ": invalid address");
    else if (address->family != subnet.address.family)
        errors.push_back(std::format("{}: parent subnet is an {} block", what, familyName(subnet)));
    else if (!subnet.contains(*address))
        errors.push_back(std::format("{}: parent subnet {} doesn't contain this address", what, subnet.str()));
}

// A user can only ask for addresses where the user has chosen the subnet.
void checkFixed(const Network& network, const std::string& text, int family, Words& errors)
{
    if (text.empty())
        return;
    const auto address = IpAddress::parse(text);
    bool any = false;
    for (const IpamPool& pool : network.pools) {
        const auto subnet = IpPrefix::parse(pool.subnet);
        if (!pool.given || !subnet || subnet->address.family != family)
            continue;
        any = true;
        if (address && subnet->contains(*address))
            return;
    }
    errors.push_back(any ? "no configured subnet or ip-range contain the IP address " + text
                         : "user specified IP address is supported only when connecting to networks with user configured subnets");
}
} // namespace

Status checkPools(const std::vector<IpamPool>& pools, bool ipv6)
{
    Words errors;
    for (const IpamPool& pool : pools) {
        if (pool.subnet.empty())
            continue;
        const auto subnet = IpPrefix::parse(pool.subnet);
        if (!subnet) {
            errors.push_back(std::format("invalid subnet {}: invalid CIDR block notation", pool.subnet));
            continue;
        }
        if (subnet->address.isV6() && !ipv6)
            continue;
        if (subnet->address != subnet->first())
            errors.push_back(std::format("invalid subnet {}: it should be {}", pool.subnet, subnet->masked().str()));
        checkRange(pool.ipRange, *subnet, errors);
        checkAddress(pool.gateway, *subnet, "invalid gateway " + pool.gateway, errors);
        for (const auto& [name, address] : pool.auxiliary)
            checkAddress(address, *subnet, "invalid auxiliary address " + name, errors);
    }
    if (errors.empty())
        return {};
    return fail(ErrorKind::InvalidArgument, "invalid network config:\n" + joined(errors));
}

Status checkEndpointRequest(const Network& network, const EndpointRequest& request)
{
    Words errors;
    if (network.predefined) {
        if (!request.ipv4.empty() || !request.ipv6.empty())
            errors.emplace_back("user specified IP address is supported on user defined networks only");
        if (request.aliasesGiven)
            errors.emplace_back("network-scoped alias is supported only for containers in user defined networks");
    }
    const auto isOf = [](const std::string& text, int family) {
        const auto address = IpAddress::parse(text);
        return text.empty() || (address && address->family == family);
    };
    if (!isOf(request.ipv4, AF_INET))
        errors.push_back("invalid IPv4 address: " + request.ipv4);
    if (!isOf(request.ipv6, AF_INET6))
        errors.push_back("invalid IPv6 address: " + request.ipv6);
    checkFixed(network, request.ipv4, AF_INET, errors);
    checkFixed(network, request.ipv6, AF_INET6, errors);
    if (errors.empty())
        return {};
    return fail(ErrorKind::InvalidArgument, std::format("invalid config for network {}: invalid endpoint settings:\n{}", network.name, joined(errors)));
}

const IpamPool* poolOf(const Network& network, int family)
{
    for (const IpamPool& pool : network.pools) {
        const auto subnet = IpPrefix::parse(pool.subnet);
        if (subnet && subnet->address.family == family && (family == AF_INET || network.enableIpv6))
            return &pool;
    }
    return nullptr;
}

Result<IpAddress> chooseAddress(const Network& network, const IpamPool& pool, const std::string& fixed, const std::set<IpAddress>& used)
{
    const IpPrefix subnet = IpPrefix::parse(pool.subnet).value_or(IpPrefix{});
    std::set<IpAddress> reserved{subnet.first(), IpAddress::parse(pool.gateway).value_or(IpAddress{})};
    if (!subnet.address.isV6())
        reserved.insert(subnet.last());
    const auto taken = [&](const IpAddress& ip) { return used.contains(ip) || reserved.contains(ip); };
    if (!fixed.empty()) {
        const auto ip = IpAddress::parse(fixed);
        if (!ip || !subnet.contains(*ip))
            return fail(ErrorKind::InvalidArgument, "no configured subnet or ip-range contain the IP address " + fixed);
        if (taken(*ip))
            return fail(ErrorKind::Forbidden, "Address already in use");
        return *ip;
    }
    for (const auto& [_, text] : pool.auxiliary)
        if (const auto address = IpAddress::parse(text))
            reserved.insert(*address);
    const IpPrefix range = IpPrefix::parse(pool.ipRange).value_or(subnet);
    for (IpAddress ip = range.first();; ip = ip.next()) {
        if (!taken(ip))
            return ip;
        if (ip == range.last())
            break;
    }
    return fail(ErrorKind::Unavailable, std::format("no available IPv{} addresses on this network's address pools: {} ({})",
                                                    subnet.address.isV6() ? 6 : 4, network.name, network.id));
}

std::vector<IpPrefix> defaultPools()
{
    std::vector<IpPrefix> pools;
    for (int i = 17; i <= 31; ++i)
        pools.push_back(*IpPrefix::parse(std::format("172.{}.0.0/16", i)));
    for (int i = 0; i < 256; i += 16)
        pools.push_back(*IpPrefix::parse(std::format("192.168.{}.0/20", i)));
    return pools;
}

} // namespace slipway
