// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>

#include "logstore/log_snapshot.h"

namespace slipway::api
{

// The last snapshots of the logs that are being looked at, so that the next one costs only what was written since. Forgotten
// when nobody asked for half a minute. Thread-safe.
class LogSnapshots
{
public:
    [[nodiscard]] static LogSnapshots& shared()
    {
        static LogSnapshots snapshots;
        return snapshots;
    }
    [[nodiscard]] std::shared_ptr<const logstore::LogSnapshot> take(const std::filesystem::path& dir)
    {
        const auto now = std::chrono::steady_clock::now();
        std::shared_ptr<const logstore::LogSnapshot> earlier;
        {
            const std::lock_guard lock(m_mutex);
            m_kept.remove_if([now](const Kept& kept) { return now - kept.used > std::chrono::seconds(30); });
            for (const Kept& kept : m_kept)
                if (kept.snapshot->dir() == dir)
                    earlier = kept.snapshot;
        }
        auto snapshot = logstore::LogSnapshot::take(dir, earlier);
        const std::lock_guard lock(m_mutex);
        m_kept.remove_if([&dir](const Kept& kept) { return kept.snapshot->dir() == dir; });
        m_kept.push_front({snapshot, now});
        if (m_kept.size() > most)
            m_kept.pop_back();
        return snapshot;
    }

private:
    static constexpr std::size_t most = 64;
    struct Kept
    {
        std::shared_ptr<const logstore::LogSnapshot> snapshot;
        std::chrono::steady_clock::time_point used;
    };
    std::mutex m_mutex;
    std::list<Kept> m_kept;
};

} // namespace slipway::api
