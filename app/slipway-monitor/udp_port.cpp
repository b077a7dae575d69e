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
    in_addr_t address = 0, local = 0;
    in_port_t port = 0;
    auto operator<=>(const Peer&) const = default;
};

class UdpPort : public Task, public Source
{
public:
    UdpPort(ForwardLoop& loop, UniqueFd socket, const sockaddr_in& target)
        : m_loop(loop), m_socket(std::move(socket)), m_target(target)
    {
        const int on = 1;
        ::setsockopt(m_socket.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
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

    ssize_t receive(Peer& peer)
    {
        sockaddr_in from{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
        iovec data{m_buffer.data(), m_buffer.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = ::recvmsg(m_socket.get(), &message, MSG_DONTWAIT);
        peer.address = from.sin_addr.s_addr;
        peer.port = from.sin_port;
        const cmsghdr* const header = got < 0 ? nullptr : CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(header), sizeof info);
            peer.local = info.ipi_spec_dst.s_addr;
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
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = flow.peer.address;
        to.sin_port = flow.peer.port;
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
        iovec data{m_buffer.data(), static_cast<std::size_t>(got)};
        msghdr message{};
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IP;
        header->cmsg_type = IP_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        in_pktinfo info{};
        info.ipi_spec_dst.s_addr = flow.peer.local;
        std::memcpy(CMSG_DATA(header), &info, sizeof info);
        ::sendmsg(m_socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    ForwardLoop& m_loop;
    UniqueFd m_socket;
    sockaddr_in m_target;
    std::map<Peer, std::unique_ptr<Flow>> m_flows;
    std::array<char, 65536> m_buffer{};
};
} // namespace

std::unique_ptr<Task> makeUdpPort(ForwardLoop& loop, UniqueFd socket, const sockaddr_in& target)
{
    return std::make_unique<UdpPort>(loop, std::move(socket), target);
}

} // namespace slipway::monitor
