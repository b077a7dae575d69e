// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "container/stats_source.h"

namespace slipway::api
{

// Reads each watched container once a second, however many streams watch it, all in one go on one pool thread. Sleeps while
// nobody watches. On the reactor thread only.
class StatsHub : public std::enable_shared_from_this<StatsHub>
{
public:
    struct Watched
    {
        std::shared_ptr<StatsSource> source;
        Result<std::shared_ptr<const StatsSample>> latest;
        std::vector<std::weak_ptr<Notifier>> streams;
    };

    // WAKE is notified after each reading, for as long as it exists. FIRST is what the caller has read from SOURCE.
    std::shared_ptr<Watched> join(Api& api, const std::string& id, std::shared_ptr<StatsSource> source,
                                  std::shared_ptr<const StatsSample> first, const std::shared_ptr<Notifier>& wake);

private:
    Task<void> run(Api& api);

    std::map<std::string, std::shared_ptr<Watched>> m_watched; // by container
    bool m_running = false;
};

} // namespace slipway::api
