// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>

#include "api/router.h"
#include "api/stats_hub.h"
#include "container/container_service.h"

namespace slipway::api
{

std::shared_ptr<const std::string> StatsHub::Watched::document(const Sample& before)
{
    if (!m_document || m_told != before) {
        m_told = before;
        m_document = std::make_shared<const std::string>(statsDocument(**m_latest, before.get()) + "\n");
    }
    return m_document;
}

std::shared_ptr<StatsHub::Watched> StatsHub::join(Api& api, const std::string& id, std::shared_ptr<StatsSource> source,
                                                  std::shared_ptr<void> following, Sample first, const std::shared_ptr<Notifier>& wake)
{
    const std::lock_guard lock(m_mutex);
    m_reactor = &api.reactor;
    const auto at = std::ranges::lower_bound(m_watched, id, {}, [](const auto& each) -> const std::string& { return each->m_id; });
    std::shared_ptr<Watched> watched = at != m_watched.end() && (*at)->m_id == id ? *at : nullptr;
    if (!watched) {
        watched = std::make_shared<Watched>();
        watched->m_id = id;
        watched->m_source = std::move(source);
        watched->m_following = std::move(following);
        watched->m_latest = std::move(first);
        m_watched.insert(at, watched);
    }
    watched->m_streams.push_back(wake);
    if (!m_listening)
        m_listening = api.services.metrics.listen([hub = weak_from_this()](const auto& instant) {
            if (const auto self = hub.lock())
                self->take(*instant);
        });
    return watched;
}

void StatsHub::close()
{
    const std::lock_guard lock(m_mutex);
    m_reactor = nullptr;
    m_watched.clear();
    m_listening.reset();
}

void StatsHub::take(const metrics::MetricsService::Instant& instant)
{
    const std::lock_guard lock(m_mutex);
    if (m_reactor == nullptr)
        return;
    const StatsMoment moment(instant.totals);
    std::vector<std::pair<std::shared_ptr<Watched>, Result<Sample>>> news;
    news.reserve(m_watched.size());
    auto used = instant.containers.begin(); // sorted by id too
    for (const auto& watched : m_watched) {
        while (used != instant.containers.end() && used->id < watched->m_id)
            ++used;
        const bool found = used != instant.containers.end() && used->id == watched->m_id;
        news.emplace_back(watched, watched->m_source->sample(moment, found ? used->usage.get() : nullptr));
    }
    asio::post(*m_reactor, [self = shared_from_this(), news = std::move(news)] { self->tell(news); });
}

void StatsHub::tell(const std::vector<std::pair<std::shared_ptr<Watched>, Result<Sample>>>& news)
{
    for (const auto& [watched, sample] : news) {
        watched->m_latest = sample;
        watched->m_document.reset();
        std::erase_if(watched->m_streams, [](const std::weak_ptr<Notifier>& each) {
            const auto stream = each.lock();
            if (stream)
                stream->wake();
            return !stream;
        });
    }
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_watched, [](const std::shared_ptr<Watched>& each) { return each->m_streams.empty(); });
    if (m_watched.empty())
        m_listening.reset();
}

namespace
{

using Sample = StatsHub::Sample;

constexpr auto shortest = std::chrono::milliseconds(200); // between two samples: the CPU's share of less would be mostly chance

Result<Sample> sampleNow(const Services& s, const std::string& id, const StatsSource& source)
{
    const auto usage = s.metrics.usage(id);
    return source.sample(StatsMoment(HostTotals::now()), usage ? &*usage : nullptr);
}

Task<Status> stats(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const bool stream = request.flag("stream", true), oneShot = request.flag("one-shot");
    struct Opened
    {
        std::string id;
        std::shared_ptr<StatsSource> source;
        std::shared_ptr<void> following;
        Sample first;
    };
    auto opened = co_await onPool(api, [&]() -> Result<Opened> {
        TRY(const auto id, api.services.containers.resolve(request.param()));
        TRY(auto source, api.services.containers.stats(id));
        auto following = stream ? api.services.metrics.follow(id) : nullptr;
        TRY(auto first, sampleNow(api.services, id, *source));
        return Opened{id, std::move(source), std::move(following), std::move(first)};
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
            auto second = co_await onPool(api, [&api, &opened] { return sampleNow(api.services, opened->id, *opened->source); });
            if (!second)
                co_return Status();
            before = std::exchange(now, *second);
        }
        co_return co_await exchange.write(statsDocument(*now, before.get(), !oneShot) + "\n"); // dockerd leaves them out of a one-shot
    }
    if (const Status sent = co_await exchange.write(statsDocument(*opened->first, nullptr) + "\n"); !sent)
        co_return sent;
    Sample before = opened->first;
    const auto watched = api.stats->join(api, opened->id, std::move(opened->source), std::move(opened->following), before, notifier);
    while (true) {
        co_await notifier->wait();
        if (*gone || !watched->latest())
            co_return Status();
        const Sample now = *watched->latest();
        if (now->at - before->at < shortest) // it comes right after the first one, or this was woken twice
            continue;
        const auto document = watched->document(before);
        if (const Status sent = co_await exchange.write(*document); !sent)
            co_return sent;
        before = now;
    }
}

constexpr Route routes[] = {{"GET", "/containers/{id}/stats", nullptr, stats}};

} // namespace

std::span<const Route> statsRoutes() { return routes; }

} // namespace slipway::api
