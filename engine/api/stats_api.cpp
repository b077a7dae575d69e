// SPDX-License-Identifier: GPL-3.0-or-later
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>

#include "api/router.h"
#include "api/stats_hub.h"
#include "container/container_service.h"

namespace slipway::api
{

std::shared_ptr<StatsHub::Watched> StatsHub::join(Api& api, const std::string& id, std::shared_ptr<StatsSource> source,
                                                  std::shared_ptr<const StatsSample> first, const std::shared_ptr<Notifier>& wake)
{
    std::shared_ptr<Watched>& watched = m_watched[id];
    if (!watched)
        watched = std::make_shared<Watched>(Watched{std::move(source), std::move(first), {}});
    watched->streams.push_back(wake);
    if (!m_running) {
        m_running = true;
        asio::co_spawn(api.reactor, run(api), asio::detached);
    }
    return watched;
}

Task<void> StatsHub::run(Api& api)
{
    const auto self = shared_from_this();
    asio::steady_timer timer(api.reactor, std::chrono::steady_clock::now());
    while (true) {
        timer.expires_at(std::max(timer.expiry() + std::chrono::seconds(1), std::chrono::steady_clock::now()));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        std::erase_if(m_watched, [](const auto& entry) {
            std::erase_if(entry.second->streams, [](const std::weak_ptr<Notifier>& stream) { return stream.expired(); });
            return entry.second->streams.empty();
        });
        if (m_watched.empty()) {
            m_running = false;
            co_return;
        }
        std::vector<std::shared_ptr<Watched>> all;
        for (const auto& [_, watched] : m_watched)
            all.push_back(watched);
        const auto samples = co_await onPool(api, [all] {
            std::vector<Result<std::shared_ptr<const StatsSample>>> read;
            const HostUsage host = HostUsage::now();
            for (const auto& watched : all)
                read.push_back(watched->source->sample(host));
            return read;
        });
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i]->latest = samples[i];
            for (const auto& stream : all[i]->streams)
                if (const auto wake = stream.lock())
                    wake->notify();
        }
    }
}

namespace
{

using Sample = std::shared_ptr<const StatsSample>;

Task<Status> stats(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const bool stream = request.flag("stream", true), oneShot = request.flag("one-shot");
    struct Opened
    {
        std::string id;
        std::shared_ptr<StatsSource> source;
        Sample first;
    };
    auto opened = co_await onPool(api, [&]() -> Result<Opened> {
        TRY(const auto id, api.services.containers.resolve(request.param()));
        TRY(auto source, api.services.containers.stats(id));
        TRY(auto first, source->sample(HostUsage::now()));
        return Opened{id, std::move(source), std::move(first)};
    });
    if (!opened)
        co_return std::unexpected(opened.error());
    auto gone = std::make_shared<bool>(false);
    auto notifier = std::make_shared<Notifier>(api.reactor);
    if (const Status begun = co_await exchange.begin("application/json"); !begun)
        co_return begun;
    exchange.whenPeerGone([gone, notifier] {
        *gone = true;
        notifier->notify();
    });
    if (!stream) {
        Sample now = opened->first, before;
        if (!oneShot) {
            co_await notifier->waitFor(std::chrono::seconds(1));
            auto second = co_await onPool(api, [source = opened->source] { return source->sample(HostUsage::now()); });
            if (!second)
                co_return Status();
            before = std::exchange(now, *second);
        }
        co_return co_await exchange.write(statsDocument(*now, before.get(), !oneShot) + "\n"); // dockerd leaves them out of a one-shot
    }
    if (const Status sent = co_await exchange.write(statsDocument(*opened->first, nullptr) + "\n"); !sent)
        co_return sent;
    Sample before = opened->first;
    const auto watched = api.stats->join(api, opened->id, std::move(opened->source), opened->first, notifier);
    while (true) {
        co_await notifier->wait();
        if (*gone || !watched->latest)
            co_return Status();
        const Sample now = *watched->latest;
        if (now == before) // woken twice for it
            continue;
        if (const Status sent = co_await exchange.write(statsDocument(*now, before.get()) + "\n"); !sent)
            co_return sent;
        before = now;
    }
}

constexpr Route routes[] = {{"GET", "/containers/{id}/stats", nullptr, stats}};

} // namespace

std::span<const Route> statsRoutes() { return routes; }

} // namespace slipway::api
