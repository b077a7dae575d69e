// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "base/error.h"
#include "base/ip_address.h"

namespace slipway
{

// Forgets the connections that the kernel tracks from, to or by way of (NAT) one of these addresses.
// Without this a UDP flow to a published port would go on to the address of a container that is gone.
// In the network namespace NETNS, or the calling thread's with -1. Source: linux/netfilter/nfnetlink_conntrack.h.
[[nodiscard]] Status forgetConnections(const std::set<IpAddress>& addresses, int netns = -1);

} // namespace slipway
