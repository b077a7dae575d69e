// SPDX-License-Identifier: GPL-3.0-or-later
#include "network/link_reaper.h"

#include "base/log.h"
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

void LinkReaper::remove(std::string name)
{
    const std::scoped_lock lock(m_mutex);
    m_names.push_back(std::move(name));
    if (!m_thread.joinable())
        m_thread = std::thread([this] { run(); });
    m_wake.notify_one();
}

void LinkReaper::run()
{
    auto link = Netlink::open(m_netns);
    for (;;) {
        std::vector<std::string> names;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stop || !m_names.empty(); });
            if (m_names.empty())
                return;
            names.swap(m_names);
        }
        for (const auto& name : names) {
            if (!link)
                link = Netlink::open(m_netns);
            const auto index = link ? link->linkIndex(name) : std::nullopt;
            const auto removed = !link ? Status(std::unexpected(link.error())) : index ? link->removeLink(*index) : Status{};
            if (!removed)
                log::warn("removing the interface {}: {}", name, removed.error().message);
        }
    }
}

} // namespace slipway
