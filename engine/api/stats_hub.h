// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "container/stats_source.h"
#include "metrics/metrics_service.h"

namespace slipway::api
{

// Tells all streams of statistics what the histories' thread has read at each full second, one reading a container however many
// streams watch it, and in one go. Nothing is read while nobody watches.
class StatsHub : public std::enable_shared_from_this<StatsHub>
{
public:
    using Sample = std::shared_ptr<const StatsSample>;

    // Of one container. On the reactor thread.
    class Watched
    {
    public:
        [[nodiscard]] const Result<Sample>& latest() const { return m_latest; }
        // What a stream that was told BEFORE last says of the latest.
        [[nodiscard]] std::shared_ptr<const std::string> document(const Sample& before);

    private:
        friend class StatsHub;
        std::string m_id;
        std::shared_ptr<StatsSource> m_source;
        std::shared_ptr<void> m_following;
        std::vector<std::weak_ptr<Notifier>> m_streams;
        Result<Sample> m_latest;
        Sample m_told;
        std::shared_ptr<const std::string> m_document; // of m_latest after m_told
    };

    // On the reactor thread. WAKE is notified after each reading, for as long as it exists. FIRST: what the stream was told before;
    // FOLLOWING: see MetricsService::follow().
    std::shared_ptr<Watched> join(Api& api, const std::string& id, std::shared_ptr<StatsSource> source, std::shared_ptr<void> following,
                                  Sample first, const std::shared_ptr<Notifier>& wake);
    void close(); // before the reactor ends

private:
    void take(const metrics::MetricsService::Instant& instant); // on the histories' thread
    void tell(const std::vector<std::pair<std::shared_ptr<Watched>, Result<Sample>>>& news);

    std::mutex m_mutex;
    asio::io_context* m_reactor = nullptr;           // null: closed, or nobody came yet
    std::vector<std::shared_ptr<Watched>> m_watched; // sorted by id
    std::shared_ptr<void> m_listening;               // while there are some
};

} // namespace slipway::api
