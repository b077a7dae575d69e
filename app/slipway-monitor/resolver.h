// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace slipway::monitor
{

struct ResolverOptions
{
    int udp = -1, tcp = -1;           // sockets of the container's network namespace, at 127.0.0.11
    std::string names, id;            // see dns_names.h
    std::vector<std::string> servers; // given by the user: asked from inside the container; else the host's, from the host
};

// The resolver at 127.0.0.11 of a container on a user-defined network: it answers for the names of the container's networks
// and passes every other question on. It is the monitor's, so that names go on resolving while there is no engine. A
// thread of its own, started with the first question: most containers never ask one.
class Resolver
{
public:
    explicit Resolver(ResolverOptions options); // takes over the sockets
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

private:
    UniqueFd m_wake;
    std::thread m_thread;
};

} // namespace slipway::monitor
