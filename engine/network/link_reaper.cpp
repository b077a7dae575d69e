// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/link_reaper.h"

#include <set>

#include "base/log.h"
#include "os/conntrack.h"
#include "os/netlink.h"

namespace slipway
{

LinkReaper::~LinkReaper()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void LinkReaper::remove(std::string name, std::vector<IpAddress> addresses)
{
    const std::scoped_lock lock(m_mutex);
    m_links.emplace_back(std::move(name), std::move(addresses));
    if (!m_thread.joinable())
        m_thread = std::thread([this] { run(); });
    m_wake.notify_one();
}

void LinkReaper::run()
{
    auto link = Netlink::open(m_netns);
    for (;;) {
        std::vector<std::pair<std::string, std::vector<IpAddress>>> links;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stop || !m_links.empty(); });
            if (m_links.empty())
                return;
            links.swap(m_links);
        }
        std::set<IpAddress> addresses;
        for (const auto& [name, own] : links) {
            addresses.insert(own.begin(), own.end());
            if (!link)
                link = Netlink::open(m_netns);
            const auto index = link ? link->linkIndex(name) : std::nullopt;
            const auto removed = !link ? Status(std::unexpected(link.error())) : index ? link->removeLink(*index) : Status{};
            if (!removed)
                log::warn("removing the interface {}: {}", name, removed.error().message);
        }
        if (auto forgotten = forgetConnections(addresses, m_netns); !forgotten)
            log::warn("{}", forgotten.error().message);
    }
}

} // namespace slipway
