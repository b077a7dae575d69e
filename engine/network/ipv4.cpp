// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/ipv4.h"

#include <arpa/inet.h>
#include <charconv>

namespace slipway
{

std::optional<std::uint32_t> parseIpv4(const std::string& text)
{
    in_addr address{};
    if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
        return std::nullopt;
    return ntohl(address.s_addr);
}

std::string formatIpv4(std::uint32_t address)
{
    char text[INET_ADDRSTRLEN] = {};
    const in_addr raw{htonl(address)};
    ::inet_ntop(AF_INET, &raw, text, sizeof text);
    return text;
}

std::optional<Cidr> parseCidr(const std::string& text)
{
    const auto slash = text.find('/');
    if (slash == std::string::npos)
        return std::nullopt;
    const auto address = parseIpv4(text.substr(0, slash));
    int prefix = -1;
    const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), prefix);
    if (!address || error != std::errc{} || end != text.data() + text.size() || prefix < 0 || prefix > 32)
        return std::nullopt;
    return Cidr{*address, prefix};
}

std::string formatCidr(const Cidr& cidr) { return formatIpv4(cidr.first()) + "/" + std::to_string(cidr.prefixLength); }

std::vector<Cidr> defaultPools()
{
    std::vector<Cidr> pools;
    for (std::uint32_t i = 17; i <= 31; ++i)
        pools.push_back({(172U << 24) | (i << 16), 16});
    for (std::uint32_t i = 0; i < 16; ++i)
        pools.push_back({(192U << 24) | (168U << 16) | (i << 12), 20});
    return pools;
}

} // namespace slipway
