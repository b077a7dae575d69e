// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/ip_address.h"

namespace slipway
{

// Removes interfaces, and the connections tracked for their addresses, on a thread of its own: the kernel takes about 30 ms for
// one veth (it waits for RCU), which the end of a container should not wait for. Thread-safe. The destructor waits until all
// are gone.
class LinkReaper
{
public:
    explicit LinkReaper(int netns) : m_netns(netns) {}
    ~LinkReaper();
    LinkReaper(const LinkReaper&) = delete;
    LinkReaper& operator=(const LinkReaper&) = delete;

    void remove(std::string name, std::vector<IpAddress> addresses);

private:
    void run();

    const int m_netns;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::vector<std::pair<std::string, std::vector<IpAddress>>> m_links;
    bool m_stop = false;
    std::thread m_thread; // started with the first link
};

} // namespace slipway
