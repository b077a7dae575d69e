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

// The table "ip slipway" and nothing outside it. The table is a pure function of (bridges, published ports); rules are
// fixed and look into sets, so that publishing adds elements. Not thread-safe.
class Firewall
{
public:
    struct Bridge
    {
        std::string name;
        std::string subnet; // CIDR
        bool internal = false, masquerade = true;
    };

    explicit Firewall(int routerNetns) : m_netns(routerNetns) {}

    // The whole table anew, in one transaction.
    [[nodiscard]] Status rebuild(const std::vector<Bridge>& bridges, const std::vector<Published>& ports);
    // Fails when the table or one of its sets is missing (somebody flushed the rules): then rebuild().
    [[nodiscard]] Status add(const Bridge& bridge, const std::vector<Published>& ports);
    // No error when they are gone already.
    [[nodiscard]] Status remove(const std::vector<Published>& ports);
    [[nodiscard]] Status removeTable();

private:
    [[nodiscard]] Status run(const std::string& commands);

    int m_netns;
    std::optional<Nft> m_nft;
};

} // namespace slipway
