// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "forward_loop.h"

namespace slipway::monitor
{

namespace
{
constexpr int roundsAtOnce = 8; // of 128 KiB: then the other connections have their turn

// One connection: what comes in at one end goes out at the other, half-closes and resets too.
class Relay : public Task
{
public:
    Relay(ForwardLoop& loop, UniqueFd client, UniqueFd target)
        : m_loop(loop), m_ends{End{*this, std::move(client), 0}, End{*this, std::move(target), EPOLLOUT}}
    {
        for (End& end : m_ends)
            m_loop.add(end.fd.get(), end, end.interest);
    }
    [[nodiscard]] bool done() const override { return m_done; }

private:
    struct End : Source
    {
        End(Relay& r, UniqueFd f, std::uint32_t events) : relay(r), fd(std::move(f)), interest(events) {}
        void ready(std::uint32_t events) override { relay.onReady(*this, events); }
        Relay& relay;
        UniqueFd fd;
        std::uint32_t interest;  // as the loop has it
        std::string pending;     // on its way out here
        bool readEnded = false, writeEnded = false;
        bool watched = true;
    };

    void onReady(End& end, std::uint32_t events)
    {
        if (m_done)
            return;
        if (!m_connected) {
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(m_ends[1].fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0 || &end != &m_ends[1])
                return abort(); // nobody listens in the container, or the client left
            m_connected = true;
        }
        // An end that broke is reported for ever. It is read to its end without being asked again.
        if (events & (EPOLLHUP | EPOLLERR) && end.watched) {
            m_loop.forget(end.fd.get());
            end.watched = false;
        }
        if (!pump(m_ends[0], m_ends[1]) || !pump(m_ends[1], m_ends[0]))
            return abort();
        m_done = m_ends[0].writeEnded && m_ends[1].writeEnded;
        if (m_done)
            return;
        watch(m_ends[0], m_ends[1]);
        watch(m_ends[1], m_ends[0]);
    }

    // False when the connection broke.
    bool pump(End& from, End& to)
    {
        std::array<char, 131072> buffer;
        for (int round = 0; round < roundsAtOnce || !from.watched; ++round) {
            if (!to.pending.empty()) {
                const ssize_t sent = ::send(to.fd.get(), to.pending.data(), to.pending.size(), MSG_NOSIGNAL);
                if (sent < 0)
                    return errno == EAGAIN;
                to.pending.erase(0, static_cast<std::size_t>(sent));
                if (!to.pending.empty())
                    return true;
            }
            if (from.readEnded) {
                if (!to.writeEnded)
                    ::shutdown(to.fd.get(), SHUT_WR);
                to.writeEnded = true;
                return true;
            }
            const ssize_t got = ::recv(from.fd.get(), buffer.data(), buffer.size(), 0);
            if (got < 0)
                return errno == EAGAIN;
            from.readEnded = got == 0;
            if (got == 0)
                continue;
            const ssize_t sent = ::send(to.fd.get(), buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN)
                return false;
            to.pending.assign(buffer.data() + std::max<ssize_t>(sent, 0), static_cast<std::size_t>(got - std::max<ssize_t>(sent, 0)));
        }
        return true;
    }

    void watch(End& end, const End& other)
    {
        const std::uint32_t wanted = (end.readEnded || !other.pending.empty() ? 0U : static_cast<std::uint32_t>(EPOLLIN)) |
                                     (end.pending.empty() ? 0U : static_cast<std::uint32_t>(EPOLLOUT));
        if (end.watched && wanted != end.interest)
            m_loop.change(end.fd.get(), end, wanted);
        end.interest = wanted;
    }

    void abort()
    {
        const linger reset{1, 0};
        for (const End& end : m_ends)
            ::setsockopt(end.fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        m_done = true;
    }

    ForwardLoop& m_loop;
    std::array<End, 2> m_ends; // the client, the container
    bool m_connected = false, m_done = false;
};

class TcpPort : public Task, public Source
{
public:
    TcpPort(ForwardLoop& loop, UniqueFd listener, const sockaddr_in& target)
        : m_loop(loop), m_listener(std::move(listener)), m_target(target)
    {
        m_loop.add(m_listener.get(), *this, EPOLLIN);
    }
    [[nodiscard]] bool done() const override { return !m_listener; }
    void drain() override { m_listener.reset(); }
    void tick() override
    {
        if (m_paused)
            m_loop.change(m_listener.get(), *this, EPOLLIN);
        m_paused = false;
    }
    void ready(std::uint32_t) override
    {
        for (int i = 0; i < 64 && m_listener; ++i) {
            UniqueFd client(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!client) {
                m_paused = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
                if (m_paused) // until the next tick: the loop would spin
                    m_loop.change(m_listener.get(), *this, 0);
                return;
            }
            connect(std::move(client));
        }
    }

private:
    void connect(UniqueFd client)
    {
        UniqueFd target(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const int on = 1;
        for (const int fd : {client.get(), target.get()})
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const bool going =
            target && (::connect(target.get(), reinterpret_cast<const sockaddr*>(&m_target), sizeof m_target) == 0 ||
                       errno == EINPROGRESS);
        if (going)
            m_loop.own(std::make_unique<Relay>(m_loop, std::move(client), std::move(target)));
    }

    ForwardLoop& m_loop;
    UniqueFd m_listener;
    sockaddr_in m_target;
    bool m_paused = false;
};
} // namespace

std::unique_ptr<Task> makeTcpPort(ForwardLoop& loop, UniqueFd listener, const sockaddr_in& target)
{
    return std::make_unique<TcpPort>(loop, std::move(listener), target);
}

} // namespace slipway::monitor
