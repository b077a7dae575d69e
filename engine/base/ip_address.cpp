// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ip_address.h"

#include <arpa/inet.h>
#include <charconv>

namespace slipway
{

std::optional<IpAddress> IpAddress::parse(const std::string& text)
{
    for (const int family : {AF_INET, AF_INET6}) {
        IpAddress address;
        address.family = family;
        if (::inet_pton(family, text.c_str(), address.bytes.data()) == 1)
            return address;
    }
    return std::nullopt;
}

std::string IpAddress::str() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    return family != 0 && ::inet_ntop(family, bytes.data(), text.data(), text.size()) ? text.data() : "";
}

bool IpAddress::isV6() const { return family == AF_INET6; }

IpAddress IpAddress::next() const
{
    IpAddress more = *this;
    for (std::size_t i = size(); i-- > 0;)
        if (++more.bytes[i] != 0)
            break;
    return more;
}

bool IpAddress::isLoopback() const { return isV6() ? *this == *parse("::1") : family == AF_INET && bytes[0] == 127; }

std::optional<IpPrefix> IpPrefix::parse(const std::string& text)
{
    const auto slash = text.find('/');
    if (slash == std::string::npos)
        return std::nullopt;
    const auto address = IpAddress::parse(text.substr(0, slash));
    int length = -1;
    const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
    if (!address || error != std::errc{} || end != text.data() + text.size() || length < 0 || length > static_cast<int>(address->size() * 8))
        return std::nullopt;
    return IpPrefix{*address, length};
}

namespace
{
IpAddress withHostBits(IpAddress address, int length, bool set)
{
    for (std::size_t i = 0; i < address.size(); ++i) {
        const int kept = length - static_cast<int>(i) * 8;
        const auto host = static_cast<std::uint8_t>(kept >= 8 ? 0 : kept <= 0 ? 0xFF : 0xFF >> kept);
        address.bytes[i] = static_cast<std::uint8_t>(set ? address.bytes[i] | host : address.bytes[i] & ~host);
    }
    return address;
}
} // namespace

IpAddress IpPrefix::first() const { return withHostBits(address, length, false); }
IpAddress IpPrefix::last() const { return withHostBits(address, length, true); }

} // namespace slipway
