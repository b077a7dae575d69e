// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/watched_container.h"

#include <algorithm>
#include <cmath>

#include "base/ids.h"
#include "base/log.h"
#include "os/cgroup.h"

namespace slipway::metrics
{
namespace
{
constexpr int slowEvery = 5, longestStep = 12; // seconds; beyond it a rate would tell of what nobody watched

using Counter = std::optional<std::uint64_t>;

float rateOf(const Counter& now, const Counter& before, double seconds)
{
    return now && before && *now >= *before && seconds > 0 ? static_cast<float>(static_cast<double>(*now - *before) / seconds) : none;
}

bool isPeak(std::size_t channel)
{
    return channel == static_cast<std::size_t>(Channel::CpuPeak) || channel == static_cast<std::size_t>(Channel::MemoryPeak);
}

Point unmeasured(std::int64_t second)
{
    Point point{second, {}};
    point.values.fill(none);
    return point;
}
} // namespace

std::optional<Point> Bucket::close()
{
    if (m_begin < 0)
        return std::nullopt;
    Point point = unmeasured(m_begin);
    for (std::size_t i = 0; i < channels; ++i)
        if (m_counts[i] > 0)
            point.values[i] = static_cast<float>(isPeak(i) ? m_sums[i] : m_sums[i] / m_counts[i]);
    m_begin = -1;
    m_sums.fill(0);
    m_counts.fill(0);
    return point;
}

std::optional<Point> Bucket::add(const Point& point)
{
    const std::int64_t begin = point.time / m_step * m_step;
    std::optional<Point> ended;
    if (begin != m_begin)
        ended = close();
    m_begin = begin;
    for (std::size_t i = 0; i < channels; ++i) {
        if (std::isnan(point.values[i]))
            continue;
        m_sums[i] = isPeak(i) ? std::max(m_sums[i], double(point.values[i])) : m_sums[i] + point.values[i];
        ++m_counts[i];
    }
    return ended;
}

WatchedContainer::WatchedContainer(const Cgroups& cgroups, std::string id, MetricsService::Source source, std::filesystem::path folder)
    : m_id(std::move(id)), m_source(std::move(source)), m_folder(std::move(folder)), m_meter(m_source.cgroup.empty() ? nullptr : cgroups.meter(m_source.cgroup)),
      m_slow(unmeasured(0))
{
}

void WatchedContainer::measure(std::int64_t second)
{
    if (second == m_last)
        return;
    const bool everything = m_last == 0 || second / slowEvery != m_last / slowEvery;
    m_last = second;
    if (!m_meter && !everything)
        return;
    Counters now;
    now.at = std::chrono::steady_clock::now();
    Point point = unmeasured(second);
    if (m_meter)
        readCgroup(now, point, everything);
    else
        readProc(now, point);
    if (m_source.network && (m_meter || everything))
        readNetwork(now);
    const bool first = m_before.at == std::chrono::steady_clock::time_point();
    const double seconds = first ? 0 : std::chrono::duration<double>(now.at - m_before.at).count();
    if (!first && seconds < longestStep) {
        const float cores = rateOf(now.cpuNs, m_before.cpuNs, seconds) / 1e9f;
        point[Channel::Cpu] = point[Channel::CpuPeak] = cores;
        point[Channel::NetworkRx] = rateOf(now.networkRx, m_before.networkRx, seconds);
        point[Channel::NetworkTx] = rateOf(now.networkTx, m_before.networkTx, seconds);
    }
    if (everything) {
        m_slow = unmeasured(0);
        const bool firstSlow = m_slowBefore.at == std::chrono::steady_clock::time_point();
        const double slowSeconds = firstSlow ? 0 : std::chrono::duration<double>(now.at - m_slowBefore.at).count();
        if (!firstSlow && slowSeconds < longestStep) {
            m_slow[Channel::BlockRead] = rateOf(now.blockRead, m_slowBefore.blockRead, slowSeconds);
            m_slow[Channel::BlockWrite] = rateOf(now.blockWrite, m_slowBefore.blockWrite, slowSeconds);
            m_slow[Channel::Throttled] = std::min(rateOf(now.throttledNs, m_slowBefore.throttledNs, slowSeconds) / 1e9f, 1.0f);
        }
        m_slowBefore = now;
    }
    for (const Channel channel : {Channel::BlockRead, Channel::BlockWrite, Channel::Throttled})
        point[channel] = m_slow[channel];
    m_before = now;
    if (std::ranges::any_of(point.values, [](float value) { return !std::isnan(value); }))
        keep(point);
}

void WatchedContainer::readCgroup(Counters& now, Point& point, bool everything)
{
    const CgroupMeter::Reading reading = m_meter->read(everything);
    now.cpuNs = reading.cpuNs;
    if (everything) {
        now.throttledNs = reading.throttledNs;
        now.blockRead = reading.blockReadBytes;
        now.blockWrite = reading.blockWriteBytes;
        m_cache = reading.cacheBytes;
    }
    if (reading.memoryBytes) {
        const std::uint64_t cache = std::min(m_cache.value_or(0), *reading.memoryBytes);
        point[Channel::Memory] = point[Channel::MemoryPeak] = static_cast<float>(*reading.memoryBytes - cache);
        if (m_cache)
            point[Channel::Cache] = static_cast<float>(cache);
    }
    if (reading.pids)
        point[Channel::Pids] = static_cast<float>(*reading.pids);
}

void WatchedContainer::readProc(Counters& now, Point& point)
{
    const auto usage = Cgroups::usageFromProc(m_source.pid);
    if (!usage)
        return;
    now.cpuNs = usage->cpuNs;
    if (usage->memoryBytes)
        point[Channel::Memory] = point[Channel::MemoryPeak] = static_cast<float>(*usage->memoryBytes);
    if (usage->pids)
        point[Channel::Pids] = static_cast<float>(*usage->pids);
}

void WatchedContainer::readNetwork(Counters& now) const
{
    const auto bytes = interfaceBytes(m_source.pid);
    if (!bytes)
        return;
    now.networkRx = bytes->first;
    now.networkTx = bytes->second;
}

void WatchedContainer::keep(const Point& point)
{
    if (!m_file) {
        auto file = MetricsFile::open(m_folder / m_id);
        if (!file) {
            if (!std::exchange(m_failed, true))
                log::warn("history of {}: {}", shortId(m_id), file.error().message);
            return;
        }
        m_file = *std::move(file);
    }
    const auto write = [this](std::size_t tier, const Point& each) {
        if (const Status written = m_file->write(tier, each); !written && !std::exchange(m_failed, true))
            log::warn("history of {}: {}", shortId(m_id), written.error().message);
    };
    write(0, point);
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        if (const auto ended = m_buckets[i].add(point))
            write(i + 1, *ended);
}

void WatchedContainer::finish()
{
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        if (const auto open = m_buckets[i].close(); open && m_file)
            static_cast<void>(m_file->write(i + 1, *open));
}

} // namespace slipway::metrics
