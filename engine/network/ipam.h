// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ip_address.h"
#include "network/network_service.h"

// Subnets and addresses: what may be asked for, in dockerd's words, and what is chosen. Pure functions.
namespace slipway
{

// InvalidArgument "invalid network config:\n…". Pools of IPv6 are only looked at when it is IPV6's network.
[[nodiscard]] Status checkPools(const std::vector<IpamPool>& pools, bool ipv6);
// "invalid config for network NAME: invalid endpoint settings:\n…": addresses that are none, or not in a subnet given by the user.
[[nodiscard]] Status checkEndpointRequest(const Network& network, const EndpointRequest& request);

// The pool of FAMILY that is used; nullptr: the network has no such addresses.
[[nodiscard]] const IpamPool* poolOf(const Network& network, int family);
// An address of POOL that is not in USED: FIXED if it is given. Conflict "Address already in use", Unavailable when all are.
[[nodiscard]] Result<IpAddress> chooseAddress(const Network& network, const IpamPool& pool, const std::string& fixed,
                                              const std::set<IpAddress>& used);

// 172.17.0.0/16 … 172.31.0.0/16, then 192.168.0.0/20 …: where new networks come from, as with Docker.
[[nodiscard]] std::vector<IpPrefix> defaultPools();

} // namespace slipway
