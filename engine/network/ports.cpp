// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/ports.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

#include "base/errno_text.h"
#include "network/ipv4.h"

namespace slipway
{

namespace
{
constexpr std::uint16_t firstEphemeral = 32768, lastEphemeral = 60999;

std::string where(const PortBinding& p) { return p.hostIp + ":" + std::to_string(p.hostPort); }

Result<UniqueFd> bindPort(const PortBinding& port, bool patient)
{
    const bool tcp = port.protocol == "tcp";
    const auto failed = [&](int err) {
        if (err == EACCES && port.hostPort < 1024)
            return fail(ErrorKind::Internal,
                        "cannot expose privileged port " + std::to_string(port.hostPort) +
                            ": choose a larger port number (>= 1024), or let ordinary users have it with 'sysctl "
                            "net.ipv4.ip_unprivileged_port_start=" + std::to_string(port.hostPort) + "': listen " +
                            port.protocol + "4 " + where(port) + ": bind: permission denied",
                        err);
        return fail(ErrorKind::Internal,
                    "failed to bind port " + where(port) + "/" + port.protocol + ": listen " + port.protocol + "4 " +
                        where(port) + ": bind: " + errnoText(err),
                    err);
    };
    UniqueFd fd(::socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
    if (!fd)
        return failed(errno);
    if (const int on = 1; tcp)
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port.hostPort);
    address.sin_addr.s_addr = htonl(parseIpv4(port.hostIp).value_or(0));
    // The monitor of a container that has just ended may still be closing its holder.
    for (int attempt = 0;; ++attempt) {
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
            (!tcp || ::listen(fd.get(), 4096) == 0))
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
        return p.hostPort == port.hostPort && p.protocol == port.protocol &&
               (p.hostIp == port.hostIp || p.hostIp == "0.0.0.0" || port.hostIp == "0.0.0.0");
    };
    return std::ranges::any_of(own.ports, clashes) || std::ranges::any_of(m_byContainer, [&](const auto& entry) {
               return std::ranges::any_of(entry.second, [&](const Published& p) { return clashes(p.binding); });
           });
}

Result<UniqueFd> PortRegistry::bindAny(PortBinding& port, const Reservation& own)
{
    for (int i = firstEphemeral; i <= lastEphemeral; ++i) {
        port.hostPort = m_nextEphemeral;
        m_nextEphemeral = m_nextEphemeral == lastEphemeral ? firstEphemeral : static_cast<std::uint16_t>(m_nextEphemeral + 1);
        if (taken(port, own))
            continue;
        auto fd = bindPort(port, false);
        if (fd || fd.error().osError != EADDRINUSE)
            return fd;
    }
    return fail(ErrorKind::Unavailable, "no free host port for the container's port " + std::to_string(port.containerPort));
}

Result<PortRegistry::Reservation> PortRegistry::reserve(const std::vector<PortBinding>& wanted)
{
    Reservation result;
    for (PortBinding port : wanted) {
        if (port.hostIp.empty())
            port.hostIp = "0.0.0.0";
        if (port.protocol.empty())
            port.protocol = "tcp";
        if (port.protocol != "tcp" && port.protocol != "udp")
            return fail(ErrorKind::NotImplemented, "publishing " + port.protocol + " ports is not supported yet");
        if (!parseIpv4(port.hostIp))
            return fail(ErrorKind::NotImplemented,
                        "publishing on " + port.hostIp + " is not supported yet: only IPv4 addresses are");
        if (port.hostPort != 0 && taken(port, result))
            return fail(ErrorKind::Internal, "Bind for " + where(port) + " failed: port is already allocated");
        TRY(auto fd, port.hostPort == 0 ? bindAny(port, result) : bindPort(port, true));
        result.ports.push_back(std::move(port));
        result.holders.push_back(std::move(fd));
    }
    return result;
}

} // namespace slipway
