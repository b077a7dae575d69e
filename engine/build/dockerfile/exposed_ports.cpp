// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>

#include <charconv>

#include "build/dockerfile/instruction.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
struct PortRange
{
    int first = 0, last = 0;
};

std::optional<int> portNumber(std::string_view text)
{
    int port = -1;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool whole = failed == std::errc() && end == text.data() + text.size();
    return whole && port >= 0 && port <= 65535 ? std::optional(port) : std::nullopt;
}

std::optional<PortRange> portRange(std::string_view text)
{
    const auto dash = text.find('-');
    const auto first = portNumber(text.substr(0, dash));
    const auto last = dash == text.npos ? first : portNumber(text.substr(dash + 1));
    return first && last && *first <= *last ? std::optional(PortRange{*first, *last}) : std::nullopt;
}

bool isAddress(std::string ip)
{
    if (ip.starts_with('[') && ip.ends_with(']'))
        ip = ip.substr(1, ip.size() - 2);
    unsigned char buffer[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, ip.c_str(), buffer) == 1 || ::inet_pton(AF_INET6, ip.c_str(), buffer) == 1;
}
} // namespace

Result<ExposedPorts> parseExposed(const std::string& text)
{
    const auto bad = [](std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); };
    ExposedPorts made;
    const auto slash = text.find('/');
    const std::string left = text.substr(0, slash);
    const std::string proto = slash == std::string::npos || slash + 1 == text.size() ? "tcp" : text.substr(slash + 1);
    const auto last = left.rfind(':');
    const std::string container = last == std::string::npos ? left : left.substr(last + 1);
    const std::string front = last == std::string::npos ? "" : left.substr(0, last);
    const auto before = front.rfind(':');
    const std::string hostPort = before == std::string::npos ? front : front.substr(before + 1);
    const std::string ip = before == std::string::npos ? "" : front.substr(0, before);
    if (container.empty())
        return bad("invalid port: " + inQuotes(text) + ": no port specified");
    const std::string lower = toLower(proto);
    if (lower != "tcp" && lower != "udp" && lower != "sctp")
        return bad("invalid port: " + inQuotes(text) + ": invalid proto: " + proto);
    if (!ip.empty() && !isAddress(ip))
        return bad("invalid IP address: " + ip);
    const auto ports = portRange(container);
    if (!ports)
        return bad("invalid containerPort: " + container);
    if (!hostPort.empty()) {
        const auto host = portRange(hostPort);
        if (!host)
            return bad("invalid hostPort: " + hostPort);
        if (ports->first != ports->last && ports->last - ports->first != host->last - host->first)
            return bad("invalid ranges specified for container and host Ports: " + container + " and " + hostPort);
    }
    made.oddCase = proto != lower;
    made.hostPart = !ip.empty() || !hostPort.empty();
    for (int port = ports->first; port <= ports->last; ++port)
        made.ports.push_back(std::to_string(port) + '/' + lower);
    return made;
}

} // namespace slipway::dockerfile
