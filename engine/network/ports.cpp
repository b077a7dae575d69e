// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/ports.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include "base/errno_text.h"
#include "base/ip_address.h"

namespace slipway
{

namespace
{
constexpr std::uint16_t firstEphemeral = 32768, lastEphemeral = 60999;

bool isV6(const PortBinding& p) { return p.hostIp.contains(':'); }

std::string where(const PortBinding& p)
{
    return (isV6(p) ? "[" + p.hostIp + "]" : p.hostIp) + ":" + std::to_string(p.hostPort);
}

// Without this nothing can listen on [::], and then nothing is published there.
bool hostHasIpv6()
{
    const UniqueFd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    return fd && ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
}

struct SocketAddress
{
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

SocketAddress socketAddress(const PortBinding& port)
{
    const IpAddress ip = IpAddress::parse(port.hostIp).value_or(IpAddress{});
    SocketAddress made;
    if (ip.isV6()) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port.hostPort);
        std::memcpy(&address.sin6_addr, ip.bytes.data(), ip.size());
        std::memcpy(&made.bytes, &address, made.size = sizeof address);
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port.hostPort);
        std::memcpy(&address.sin_addr, ip.bytes.data(), ip.size());
        std::memcpy(&made.bytes, &address, made.size = sizeof address);
    }
    return made;
}

Result<UniqueFd> bindPort(const PortBinding& port, bool patient)
{
    const bool datagrams = port.protocol == "udp";
    const auto failed = [&](int err) {
        const std::string listen = "listen " + port.protocol + (isV6(port) ? "6 " : "4 ") + where(port) + ": bind: ";
        if (err == EACCES && port.hostPort < 1024)
            return fail(ErrorKind::Internal,
                        "cannot expose privileged port " + std::to_string(port.hostPort) +
                            ": choose a larger port number (>= 1024), or let ordinary users have it with 'sysctl "
                            "net.ipv4.ip_unprivileged_port_start=" + std::to_string(port.hostPort) + "': " + listen + "permission denied",
                        err);
        return fail(ErrorKind::Internal, "failed to bind port " + where(port) + "/" + port.protocol + ": " + listen + errnoText(err), err);
    };
    const SocketAddress address = socketAddress(port);
    const int on = 1;
    UniqueFd fd(::socket(address.bytes.ss_family, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, port.protocol == "sctp" ? IPPROTO_SCTP : 0));
    if (!fd)
        return failed(errno);
    if (!datagrams)
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (isV6(port))
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    // The monitor of a container that has just ended may still be closing its holder.
    for (int attempt = 0;; ++attempt) {
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) == 0 &&
            (datagrams || ::listen(fd.get(), 4096) == 0))
            return fd;
        if (errno != EADDRINUSE || !patient || attempt == 10)
            return failed(errno);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}
} // namespace

std::vector<Published> PortRegistry::of(const std::string& containerId) const
{
    const auto it = m_byContainer.find(containerId);
    return it == m_byContainer.end() ? std::vector<Published>{} : it->second;
}

bool PortRegistry::taken(const PortBinding& port, const Reservation& own) const
{
    const auto clashes = [&](const PortBinding& p) {
        const std::string any = isV6(port) ? "::" : "0.0.0.0";
        return p.hostPort == port.hostPort && p.protocol == port.protocol && isV6(p) == isV6(port) &&
               (p.hostIp == port.hostIp || p.hostIp == any || port.hostIp == any);
    };
    return std::ranges::any_of(own.ports, clashes) || std::ranges::any_of(m_byContainer, [&](const auto& entry) {
               return std::ranges::any_of(entry.second, [&](const Published& p) { return clashes(p.binding); });
           });
}

Status PortRegistry::bindAll(std::vector<PortBinding>& ports, bool patient, Reservation& own)
{
    std::vector<UniqueFd> holders;
    for (const PortBinding& port : ports) {
        if (taken(port, own))
            return fail(ErrorKind::Internal, "Bind for " + where(port) + " failed: port is already allocated", EADDRINUSE);
        TRY(auto holder, bindPort(port, patient));
        holders.push_back(std::move(holder));
    }
    std::ranges::move(ports, std::back_inserter(own.ports));
    std::ranges::move(holders, std::back_inserter(own.holders));
    return {};
}

Status PortRegistry::bindOneOf(const PortBinding& wanted, std::vector<PortBinding>& ports, Reservation& own)
{
    const bool any = wanted.hostPort == 0;
    const int first = any ? firstEphemeral : wanted.hostPort;
    const int last = any ? lastEphemeral : std::max(wanted.hostPort, wanted.lastHostPort);
    const bool patient = first == last;
    for (int i = first;; ++i) {
        const auto number = any ? m_nextEphemeral : static_cast<std::uint16_t>(i);
        if (any)
            m_nextEphemeral = m_nextEphemeral == lastEphemeral ? firstEphemeral : static_cast<std::uint16_t>(m_nextEphemeral + 1);
        for (PortBinding& port : ports)
            port.hostPort = number;
        auto bound = bindAll(ports, patient, own);
        if (bound || bound.error().osError != EADDRINUSE || i == last)
            return bound;
    }
}

Result<PortRegistry::Reservation> PortRegistry::reserve(const std::vector<PortBinding>& wanted)
{
    Reservation result;
    const bool ipv6 = std::ranges::contains(wanted, "", &PortBinding::hostIp) && hostHasIpv6();
    for (PortBinding port : wanted) {
        if (port.protocol.empty())
            port.protocol = "tcp";
        std::vector<PortBinding> ports(1, port);
        if (port.hostIp.empty()) {
            ports[0].hostIp = "0.0.0.0";
            if (ipv6) {
                ports.push_back(port);
                ports[1].hostIp = "::";
            }
        }
        for (PortBinding& each : ports) {
            each.lastHostPort = 0;
            const auto address = IpAddress::parse(each.hostIp);
            if (!address)
                return fail(ErrorKind::InvalidArgument, "invalid IP address: " + each.hostIp);
            each.hostIp = address->str();
        }
        if (port.protocol == "sctp" && ports.size() == 2)
            ports.pop_back(); // the monitor carries tcp and udp
        if (port.protocol == "sctp" && isV6(ports[0]))
            return fail(ErrorKind::NotImplemented, "publishing sctp ports on IPv6 addresses of the host is not supported");
        TRY_STATUS(bindOneOf(port, ports, result));
    }
    return result;
}

} // namespace slipway
