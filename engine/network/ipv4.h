// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway
{

// IPv4 addresses in host byte order.
[[nodiscard]] std::optional<std::uint32_t> parseIpv4(const std::string& text);
[[nodiscard]] std::string formatIpv4(std::uint32_t address);

struct Cidr
{
    std::uint32_t address = 0; // as written: the host part may be set
    int prefixLength = 0;

    [[nodiscard]] std::uint32_t mask() const { return prefixLength == 0 ? 0 : ~0U << (32 - prefixLength); }
    [[nodiscard]] std::uint32_t first() const { return address & mask(); }
    [[nodiscard]] std::uint32_t last() const { return first() | ~mask(); }
    [[nodiscard]] bool contains(std::uint32_t ip) const { return (ip & mask()) == first(); }
    [[nodiscard]] bool overlaps(const Cidr& o) const { return first() <= o.last() && o.first() <= last(); }
};

[[nodiscard]] std::optional<Cidr> parseCidr(const std::string& text); // "172.17.0.0/16"
[[nodiscard]] std::string formatCidr(const Cidr& cidr);               // host part cleared

// 172.17.0.0/16 … 172.31.0.0/16, then 192.168.0.0/20 …: where new networks come from, as with Docker.
[[nodiscard]] std::vector<Cidr> defaultPools();

} // namespace slipway
