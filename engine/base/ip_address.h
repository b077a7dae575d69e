// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway
{

// An IPv4 or IPv6 address; IPv4 ones sort before IPv6 ones.
struct IpAddress
{
    int family = 0;                     // AF_INET or AF_INET6; 0 = none
    std::array<std::uint8_t, 16> bytes{}; // network order; the first four of IPv4

    [[nodiscard]] static std::optional<IpAddress> parse(const std::string& text); // "10.0.0.1", "fd00::1"
    [[nodiscard]] std::string str() const;                                        // "" when there is none
    [[nodiscard]] bool isV6() const;
    [[nodiscard]] std::size_t size() const { return family == 0 ? 0 : isV6() ? 16 : 4; } // bytes
    [[nodiscard]] IpAddress next() const; // one more; the highest address is followed by the lowest
    [[nodiscard]] bool isLoopback() const;
    auto operator<=>(const IpAddress&) const = default;
};

struct IpPrefix
{
    IpAddress address; // as written: the host part may be set
    int length = 0;

    [[nodiscard]] static std::optional<IpPrefix> parse(const std::string& text); // "172.17.0.0/16", "fd00::/64"
    [[nodiscard]] IpAddress first() const;
    [[nodiscard]] IpAddress last() const;
    [[nodiscard]] bool contains(const IpAddress& ip) const { return ip.family == address.family && first() <= ip && ip <= last(); }
    [[nodiscard]] bool overlaps(const IpPrefix& o) const
    {
        return o.address.family == address.family && first() <= o.last() && o.first() <= last();
    }
    [[nodiscard]] IpPrefix masked() const { return {first(), length}; }
    [[nodiscard]] std::string str() const { return address.str() + "/" + std::to_string(length); } // as written
};

} // namespace slipway
