// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/metrics_service.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/log.h"
#include "metrics/watched_container.h"
#include "os/cgroup.h"

namespace slipway::metrics
{
namespace fs = std::filesystem;

namespace
{
constexpr std::int64_t askedAgo = 30; // seconds that a question for "the last 10 minutes" may have been under way
}

struct MetricsService::Impl
{
    const Cgroups& cgroups;
    fs::path folder;
    FindSource findSource;
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    std::map<std::string, std::unique_ptr<WatchedContainer>> watched;
    std::set<std::string> wanted; // to be found at the next second
    std::jthread thread;

    void run(const std::stop_token& stop);
    void measureAll(std::int64_t second);
    void findWanted(std::unique_lock<std::mutex>& lock);
};

void MetricsService::Impl::run(const std::stop_token& stop)
{
    std::unique_lock lock(mutex);
    using std::chrono::ceil, std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
    std::chrono::sys_seconds measured{};
    while (!stop.stop_requested()) {
        changed.wait(lock, stop, [this] { return !watched.empty() || !wanted.empty(); });
        // At full seconds, so that the points of all containers stand below each other.
        auto next = ceil<seconds>(system_clock::now());
        if (next == measured) // it woke a moment before the second that it measured
            next += seconds(1);
        changed.wait_for(lock, stop, next - system_clock::now(), [] { return false; });
        if (stop.stop_requested())
            break;
        findWanted(lock);
        measured = std::max(next, floor<seconds>(system_clock::now()));
        measureAll(measured.time_since_epoch().count());
    }
    for (auto& [id, container] : watched)
        container->finish();
}

void MetricsService::Impl::findWanted(std::unique_lock<std::mutex>& lock)
{
    const std::set<std::string> now = wanted;
    for (const std::string& id : now) {
        lock.unlock(); // whoever knows may be waiting for us with another container's end
        const auto source = findSource(id);
        auto container = source ? std::make_unique<WatchedContainer>(cgroups, id, *source, folder) : nullptr;
        lock.lock();
        if (wanted.erase(id) > 0 && container)
            watched[id] = std::move(container);
    }
}

void MetricsService::Impl::measureAll(std::int64_t second)
{
    for (auto& [id, container] : watched)
        container->measure(second);
}

MetricsService::MetricsService(const Cgroups& cgroups, fs::path folder, FindSource findSource)
    : m_impl(std::make_unique<Impl>(cgroups, std::move(folder), std::move(findSource)))
{
    std::error_code failed;
    fs::create_directories(m_impl->folder, failed);
    if (failed)
        log::warn("{}: {}; the containers' histories are not kept", m_impl->folder.string(), failed.message());
    m_impl->thread = std::jthread([impl = m_impl.get()](const std::stop_token& stop) { impl->run(stop); });
}

MetricsService::~MetricsService() { m_impl->thread = {}; }

void MetricsService::watch(const std::string& id)
{
    const std::scoped_lock lock(m_impl->mutex);
    m_impl->wanted.insert(id);
    m_impl->changed.notify_all();
}

void MetricsService::unwatch(const std::string& id)
{
    const std::scoped_lock lock(m_impl->mutex);
    m_impl->wanted.erase(id);
    const auto found = m_impl->watched.find(id);
    if (found == m_impl->watched.end())
        return;
    found->second->finish();
    m_impl->watched.erase(found);
}

void MetricsService::forget(const std::string& id)
{
    unwatch(id);
    std::error_code ignored;
    fs::remove(m_impl->folder / id, ignored);
}

void MetricsService::sweep(const std::vector<std::string>& known)
{
    const std::set<std::string> keep(known.begin(), known.end());
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_impl->folder, ignored))
        if (!keep.contains(entry.path().filename()))
            fs::remove(entry.path(), ignored);
}

Result<MetricsService::History> MetricsService::history(const std::string& id, std::int64_t from, std::int64_t to, int step) const
{
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    std::size_t tier = tiers.size() - 1;
    for (std::size_t i = tiers.size(); i-- > 0;) {
        if (step == 0 ? from + askedAgo >= now - std::int64_t{tiers[i].step} * tiers[i].kept : step == tiers[i].step)
            tier = i;
    }
    if (step != 0 && tiers[tier].step != step)
        return fail(ErrorKind::InvalidArgument, "step must be 1, 10 or 60 seconds");
    History history{tiers[tier].step, {}};
    const std::scoped_lock lock(m_impl->mutex);
    if (const auto file = MetricsFile::openToRead(m_impl->folder / id))
        history.points = file->read(tier, from, to);
    return history;
}

} // namespace slipway::metrics
