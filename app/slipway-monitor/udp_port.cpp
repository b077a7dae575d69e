// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <chrono>
#include <compare>
#include <cstring>
#include <map>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "forward_loop.h"

namespace slipway::monitor
{

namespace
{
using Clock = std::chrono::steady_clock;
constexpr auto idleFor = std::chrono::seconds(60);
constexpr std::size_t mostFlows = 4096;

struct Peer // a client, and the host's address it spoke to: the answer must come from there
{
    std::array<std::uint8_t, 16> address{}, local{}; // the first four bytes of IPv4
    in_port_t port = 0;
    std::uint32_t interface = 0; // of a link-local address
    auto operator<=>(const Peer&) const = default;
};

class UdpPort : public Task, public Source
{
public:
    UdpPort(ForwardLoop& loop, UniqueFd socket, const sockaddr_in& target)
        : m_loop(loop), m_socket(std::move(socket)), m_target(target)
    {
        const int on = 1;
        int family = AF_INET;
        socklen_t size = sizeof family;
        ::getsockopt(m_socket.get(), SOL_SOCKET, SO_DOMAIN, &family, &size);
        m_ipv6 = family == AF_INET6;
        ::setsockopt(m_socket.get(), m_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, m_ipv6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &on, sizeof on);
        m_loop.add(m_socket.get(), *this, EPOLLIN);
    }
    [[nodiscard]] bool done() const override { return !m_socket; }
    void drain() override { m_socket.reset(); }
    void tick() override
    {
        std::erase_if(m_flows, [](const auto& entry) { return Clock::now() - entry.second->lastUse > idleFor; });
    }
    void ready(std::uint32_t) override
    {
        for (int i = 0; i < 64; ++i) {
            Peer peer;
            const ssize_t got = receive(peer);
            if (got < 0)
                return;
            if (Flow* const flow = flowOf(peer)) {
                flow->lastUse = Clock::now();
                ::send(flow->fd.get(), m_buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
            }
        }
    }

private:
    struct Flow : Source
    {
        Flow(UdpPort& p, const Peer& from, UniqueFd socket) : port(p), peer(from), fd(std::move(socket)) {}
        void ready(std::uint32_t) override { port.answer(*this); }
        UdpPort& port;
        Peer peer;
        UniqueFd fd;
        Clock::time_point lastUse = Clock::now();
    };

    // A message of one datagram to or from PEER.
    struct Message
    {
        sockaddr_in6 name6{};
        sockaddr_in name{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control{};
        iovec data{};
        msghdr header{};
    };
    void prepare(Message& m, void* bytes, std::size_t size) const
    {
        m.data = {bytes, size};
        m.header.msg_name = m_ipv6 ? static_cast<void*>(&m.name6) : &m.name;
        m.header.msg_namelen = m_ipv6 ? sizeof m.name6 : sizeof m.name;
        m.header.msg_iov = &m.data;
        m.header.msg_iovlen = 1;
        m.header.msg_control = m.control.data();
        m.header.msg_controllen = m_ipv6 ? m.control.size() : CMSG_SPACE(sizeof(in_pktinfo));
    }

    ssize_t receive(Peer& peer)
    {
        Message m;
        prepare(m, m_buffer.data(), m_buffer.size());
        const ssize_t got = ::recvmsg(m_socket.get(), &m.header, MSG_DONTWAIT);
        const cmsghdr* const header = got < 0 ? nullptr : CMSG_FIRSTHDR(&m.header);
        if (m_ipv6) {
            std::memcpy(peer.address.data(), &m.name6.sin6_addr, 16);
            peer.port = m.name6.sin6_port;
            peer.interface = m.name6.sin6_scope_id;
            if (header && header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
                std::memcpy(peer.local.data(), CMSG_DATA(header), 16); // in6_pktinfo begins with it
            return got;
        }
        std::memcpy(peer.address.data(), &m.name.sin_addr, 4);
        peer.port = m.name.sin_port;
        if (header && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            std::memcpy(peer.local.data(), &info.ipi_spec_dst, 4);
        }
        return got;
    }

    Flow* flowOf(const Peer& peer)
    {
        const auto it = m_flows.find(peer);
        if (it != m_flows.end())
            return it->second.get();
        if (m_flows.size() >= mostFlows)
            return nullptr;
        UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&m_target), sizeof m_target) != 0)
            return nullptr;
        auto flow = std::make_unique<Flow>(*this, peer, std::move(fd));
        m_loop.add(flow->fd.get(), *flow, EPOLLIN);
        return (m_flows[peer] = std::move(flow)).get();
    }

    void answer(Flow& flow)
    {
        const ssize_t got = ::recv(flow.fd.get(), m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
        if (got < 0 || !m_socket)
            return; // nobody listens in the container (yet): that is no error here
        flow.lastUse = Clock::now();
        Message m;
        prepare(m, m_buffer.data(), static_cast<std::size_t>(got));
        cmsghdr* const header = CMSG_FIRSTHDR(&m.header);
        if (m_ipv6) {
            m.name6.sin6_family = AF_INET6;
            std::memcpy(&m.name6.sin6_addr, flow.peer.address.data(), 16);
            m.name6.sin6_port = flow.peer.port;
            m.name6.sin6_scope_id = flow.peer.interface;
            in6_pktinfo info{};
            std::memcpy(&info.ipi6_addr, flow.peer.local.data(), 16);
            info.ipi6_ifindex = flow.peer.interface;
            header->cmsg_level = IPPROTO_IPV6;
            header->cmsg_type = IPV6_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof info);
            std::memcpy(CMSG_DATA(header), &info, sizeof info);
        } else {
            m.name.sin_family = AF_INET;
            std::memcpy(&m.name.sin_addr, flow.peer.address.data(), 4);
            m.name.sin_port = flow.peer.port;
            in_pktinfo info{};
            std::memcpy(&info.ipi_spec_dst, flow.peer.local.data(), 4);
            header->cmsg_level = IPPROTO_IP;
            header->cmsg_type = IP_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof info);
            std::memcpy(CMSG_DATA(header), &info, sizeof info);
        }
        ::sendmsg(m_socket.get(), &m.header, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    ForwardLoop& m_loop;
    UniqueFd m_socket;
    sockaddr_in m_target;
    bool m_ipv6 = false; // of the host's side
    std::map<Peer, std::unique_ptr<Flow>> m_flows;
    std::array<char, 65536> m_buffer{};
};
} // namespace

std::unique_ptr<Task> makeUdpPort(ForwardLoop& loop, UniqueFd socket, const sockaddr_in& target)
{
    return std::make_unique<UdpPort>(loop, std::move(socket), target);
}

} // namespace slipway::monitor
