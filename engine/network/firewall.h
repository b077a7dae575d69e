// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "network/ports.h"
#include "os/nft.h"

namespace slipway
{

// The tables "ip slipway" and, where a network has IPv6, "ip6 slipway", and nothing outside them. They are a pure function of
// (bridges, published ports); rules are fixed and look into sets, so that publishing adds elements. What is published on an
// IPv6 address is carried by the monitor and has no rule. Not thread-safe.
class Firewall
{
public:
    struct Bridge
    {
        std::string name;
        std::string subnet, subnet6; // CIDR; empty: none
        bool internal = false, masquerade = true;
    };

    explicit Firewall(int routerNetns) : m_netns(routerNetns) {}

    // Both tables anew, in one transaction.
    [[nodiscard]] Status rebuild(const std::vector<Bridge>& bridges, const std::vector<Published>& ports);
    // Fails when a table or one of its sets is missing (somebody flushed the rules): then rebuild().
    [[nodiscard]] Status add(const Bridge& bridge, const std::vector<Published>& ports);
    // No error when they are gone already.
    [[nodiscard]] Status remove(const std::vector<Published>& ports);
    [[nodiscard]] Status removeTable();

private:
    [[nodiscard]] Status run(const std::string& commands);

    int m_netns;
    std::optional<Nft> m_nft;
    bool m_ipv6 = true; // there may be a table of IPv6: an earlier engine's, too
};

} // namespace slipway
