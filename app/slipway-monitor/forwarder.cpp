// SPDX-License-Identifier: GPL-3.0-or-later
#include "forwarder.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "forward_loop.h"

namespace slipway::monitor
{

Forwarder::Forwarder(UniqueFd router, const std::vector<Options::Forward>& forwards) : m_wake(::eventfd(0, EFD_CLOEXEC))
{
    rlimit limit{}; // two descriptors a connection; the container has its limits already
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    m_thread = std::thread([this, netns = std::move(router), forwards] { run(netns, forwards); });
}

Forwarder::~Forwarder()
{
    ::eventfd_write(m_wake.get(), 1);
    m_thread.join();
}

void Forwarder::run(const UniqueFd& router, const std::vector<Options::Forward>& forwards) const
{
    const bool inside = ::setns(router.get(), CLONE_NEWNET) == 0;
    ForwardLoop loop;
    for (const Options::Forward& forward : forwards) {
        UniqueFd socket(forward.fd);
        sockaddr_in target{};
        target.sin_family = AF_INET;
        target.sin_port = htons(forward.port);
        ::inet_pton(AF_INET, forward.ip.c_str(), &target.sin_addr);
        int type = SOCK_STREAM;
        socklen_t size = sizeof type;
        ::getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &type, &size);
        ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
        ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
        if (inside) // else the port closes: better than to answer for somebody else
            loop.own(type == SOCK_DGRAM ? makeUdpPort(loop, std::move(socket), target)
                                        : makeTcpPort(loop, std::move(socket), target));
    }
    loop.run(m_wake.get());
}

} // namespace slipway::monitor
