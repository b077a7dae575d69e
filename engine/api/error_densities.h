// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>

#include "api/log_snapshots.h"
#include "logstore/error_density.h"

namespace slipway::api
{

// What is known of the errors in the logs that are being looked at. Forgotten when nobody asked for five minutes. Thread-safe.
class ErrorDensities
{
public:
    [[nodiscard]] static ErrorDensities& shared()
    {
        static ErrorDensities densities;
        return densities;
    }
    [[nodiscard]] logstore::ErrorDensity::Counted count(const std::filesystem::path& dir, std::int64_t fromNs, std::int64_t toNs, std::size_t bins)
    {
        const std::shared_ptr<Kept> kept = find(dir);
        const std::lock_guard lock(kept->mutex);
        return kept->density.count(*LogSnapshots::shared().take(dir), fromNs, toNs, bins, budget);
    }

private:
    static constexpr std::chrono::milliseconds budget{150};
    static constexpr std::size_t most = 16;
    struct Kept
    {
        std::filesystem::path dir;
        std::chrono::steady_clock::time_point used;
        std::mutex mutex; // of density
        logstore::ErrorDensity density;
    };
    std::shared_ptr<Kept> find(const std::filesystem::path& dir)
    {
        const auto now = std::chrono::steady_clock::now();
        const std::lock_guard lock(m_mutex);
        std::shared_ptr<Kept> found;
        m_kept.remove_if([&](const std::shared_ptr<Kept>& each) {
            if (each->dir == dir)
                found = each;
            return each->dir == dir || now - each->used > std::chrono::minutes(5);
        });
        if (!found) {
            found = std::make_shared<Kept>();
            found->dir = dir;
        }
        found->used = now;
        m_kept.push_front(found);
        if (m_kept.size() > most)
            m_kept.pop_back();
        return found;
    }
    std::mutex m_mutex;
    std::list<std::shared_ptr<Kept>> m_kept;
};

} // namespace slipway::api
