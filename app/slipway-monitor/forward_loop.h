// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <netinet/in.h>

#include "base/unique_fd.h"

namespace slipway::monitor
{

// Something with a descriptor in the loop. Level-triggered: what is not taken care of is reported again.
class Source
{
public:
    virtual ~Source() = default;
    virtual void ready(std::uint32_t events) = 0;
};

// What the loop owns: a published port, or one connection through it.
class Task
{
public:
    virtual ~Task() = default;
    [[nodiscard]] virtual bool done() const = 0; // then it is destroyed, after the events of this round
    virtual void tick() {}                       // every few seconds
    virtual void drain() {}                      // the container is gone: no more new connections
};

// The event loop of published ports, on the forwarder's thread, which is in the router network namespace: sockets made
// there reach the containers, the listening ones came from the host's namespace. One thread.
class ForwardLoop
{
public:
    ForwardLoop();
    void add(int fd, Source& source, std::uint32_t events) const;
    void change(int fd, Source& source, std::uint32_t events) const;
    void forget(int fd) const;
    void own(std::unique_ptr<Task> task) { m_tasks.push_back(std::move(task)); }
    // Until WAKE is readable, and then as long as connections move data, 300 ms at most.
    void run(int wake);

private:
    UniqueFd m_epoll;
    std::list<std::unique_ptr<Task>> m_tasks;
};

[[nodiscard]] std::unique_ptr<Task> makeTcpPort(ForwardLoop& loop, UniqueFd listener, const sockaddr_in& target);
[[nodiscard]] std::unique_ptr<Task> makeUdpPort(ForwardLoop& loop, UniqueFd socket, const sockaddr_in& target);

} // namespace slipway::monitor
