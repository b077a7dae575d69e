// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/metrics_service.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/log.h"
#include "metrics/watched_container.h"
#include "os/cgroup.h"
#include "os/usage_meter.h"

namespace slipway::metrics
{
namespace fs = std::filesystem;

namespace
{
constexpr std::int64_t askedAgo = 30; // seconds that a question for "the last 10 minutes" may have been under way
constexpr const char* marksEnding = ".marks";
} // namespace

struct MetricsService::Impl
{
    const Cgroups& cgroups;
    fs::path folder;
    FindSource findSource;
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    std::map<std::string, std::unique_ptr<WatchedContainer>> watched;
    std::set<std::string> wanted; // to be found at the next second
    std::optional<WatchedHost> machine; // from the first measuring on
    std::vector<std::pair<std::string, Mark>> marks; // not written yet
    std::vector<std::weak_ptr<Listener>> listeners;
    std::map<std::string, std::weak_ptr<void>> followed;
    std::jthread thread;

    [[nodiscard]] bool idle() const { return watched.empty() && wanted.empty() && listeners.empty(); }
    [[nodiscard]] fs::path marksOf(const std::string& id) const { return folder / (id + marksEnding); }
    void run(const std::stop_token& stop);
    void measureAll(std::int64_t second);
    void findWanted(std::unique_lock<std::mutex>& lock);
    void writeMarks();
    void tell(std::unique_lock<std::mutex>& lock, std::int64_t second);
};

void MetricsService::Impl::run(const std::stop_token& stop)
{
    std::unique_lock lock(mutex);
    using std::chrono::ceil, std::chrono::floor, std::chrono::seconds, std::chrono::system_clock;
    std::chrono::sys_seconds measured{};
    while (!stop.stop_requested()) {
        changed.wait(lock, stop, [this] { return !idle() || !marks.empty(); });
        // At full seconds, so that the points of all containers stand below each other.
        auto next = ceil<seconds>(system_clock::now());
        if (next == measured) // it woke a moment before the second that it measured
            next += seconds(1);
        changed.wait_for(lock, stop, next - system_clock::now(), [] { return false; });
        if (stop.stop_requested())
            break;
        findWanted(lock);
        measured = std::max(next, floor<seconds>(system_clock::now()));
        if (!idle())
            measureAll(measured.time_since_epoch().count());
        writeMarks();
        tell(lock, measured.time_since_epoch().count());
    }
    for (auto& [id, container] : watched)
        container->finish();
    if (machine)
        machine->finish();
    writeMarks();
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
    std::erase_if(followed, [](const auto& each) { return each.second.expired(); });
    for (auto& [id, container] : watched) {
        container->measure(second, followed.contains(id));
        if (container->killed() > 0)
            marks.emplace_back(id, Mark{Mark::What::Oom, second * 1'000'000'000, -1, -1, static_cast<std::int64_t>(container->killed())});
    }
    if (!machine)
        machine.emplace(folder / host);
    machine->measure(second);
}

void MetricsService::Impl::writeMarks()
{
    for (const auto& [id, mark] : std::exchange(marks, {}))
        if (const Status written = MarksFile(marksOf(id)).add(mark); !written)
            log::warn("{}", written.error().message);
}

void MetricsService::Impl::tell(std::unique_lock<std::mutex>& lock, std::int64_t second)
{
    std::erase_if(listeners, [](const auto& each) { return each.expired(); });
    if (listeners.empty() || !machine)
        return;
    auto instant = std::make_shared<Instant>();
    instant->second = second;
    instant->host = machine->point();
    instant->cores = machine->cores();
    instant->totals = machine->totals();
    for (const auto& [id, container] : watched) {
        const Point* const point = container->at(second);
        if (point != nullptr || container->usage())
            instant->containers.push_back({id, container->fromProc(), point != nullptr ? std::optional(*point) : std::nullopt, container->usage()});
    }
    const auto told = listeners;
    lock.unlock();
    for (const auto& each : told)
        if (const auto listener = each.lock())
            (*listener)(instant);
    lock.lock();
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
    const std::scoped_lock lock(m_impl->mutex);
    std::erase_if(m_impl->marks, [&](const auto& each) { return each.first == id; });
    std::error_code ignored;
    fs::remove(m_impl->folder / id, ignored);
    fs::remove(m_impl->marksOf(id), ignored);
}

void MetricsService::sweep(const std::vector<std::string>& known)
{
    std::set<std::string> keep{host};
    for (const std::string& id : known) {
        keep.insert(id);
        keep.insert(m_impl->marksOf(id).filename());
    }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_impl->folder, ignored))
        if (!keep.contains(entry.path().filename()))
            fs::remove(entry.path(), ignored);
}

void MetricsService::mark(const std::string& id, const Mark& mark)
{
    const std::scoped_lock lock(m_impl->mutex);
    m_impl->marks.emplace_back(id, mark);
    m_impl->changed.notify_all();
}

std::vector<Mark> MetricsService::marks(const std::string& id) const
{
    const std::scoped_lock lock(m_impl->mutex);
    std::vector<Mark> all = MarksFile(m_impl->marksOf(id)).read();
    for (const auto& [owner, mark] : m_impl->marks)
        if (owner == id)
            all.push_back(mark);
    std::ranges::stable_sort(all, {}, &Mark::timeNs);
    return all;
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
    History history{tiers[tier].step, {}, false};
    const std::scoped_lock lock(m_impl->mutex);
    const auto found = m_impl->watched.find(id);
    if (found != m_impl->watched.end())
        found->second->flush();
    if (const auto file = MetricsFile::openToRead(m_impl->folder / id))
        history.points = file->read(tier, from, to);
    history.fromProc = found != m_impl->watched.end() && found->second->fromProc();
    return history;
}

std::shared_ptr<void> MetricsService::listen(Listener listener)
{
    auto held = std::make_shared<Listener>(std::move(listener));
    const std::scoped_lock lock(m_impl->mutex);
    m_impl->listeners.push_back(held);
    m_impl->changed.notify_all();
    return held;
}

std::shared_ptr<void> MetricsService::follow(const std::string& id)
{
    const std::scoped_lock lock(m_impl->mutex);
    std::weak_ptr<void>& known = m_impl->followed[id];
    std::shared_ptr<void> held = known.lock();
    if (!held)
        known = held = std::make_shared<char>();
    return held;
}

Result<ResourceUsage> MetricsService::usage(const std::string& id) const
{
    std::optional<Source> source;
    {
        const std::scoped_lock lock(m_impl->mutex);
        if (const auto found = m_impl->watched.find(id); found != m_impl->watched.end()) {
            if (!found->second->fromProc())
                return found->second->usageNow();
            source = found->second->source(); // takes long: not while the lock is held
        }
    }
    if (!source)
        source = m_impl->findSource(id);
    if (!source)
        return fail(ErrorKind::NotFound, "the container " + id + " does not run");
    return m_impl->cgroups.usageMeter(source->cgroup, source->pid).read();
}

} // namespace slipway::metrics
