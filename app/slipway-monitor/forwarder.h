// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "options.h"

namespace slipway::monitor
{

// Published ports of a rootless container: the sockets that reserve them are in the host's network namespace, the
// container is behind the router namespace, so the monitor carries the data. A thread of its own, because only threads can
// be in another network namespace and because a container that logs much must not slow its ports.
class Forwarder
{
public:
    // ROUTER: the router namespace. Takes over it and the sockets named in FORWARDS.
    Forwarder(UniqueFd router, const std::vector<Options::Forward>& forwards);
    // Closes the ports at once; connections get a moment to deliver what is on its way.
    ~Forwarder();
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;

private:
    void run(const UniqueFd& router, const std::vector<Options::Forward>& forwards) const;

    UniqueFd m_wake;
    std::thread m_thread;
};

} // namespace slipway::monitor
