// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/watched_container.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "os/cgroup.h"

namespace slipway::metrics
{

namespace
{
CgroupMeter::Reading ofProc(const ResourceUsage& usage)
{
    CgroupMeter::Reading reading;
    reading.cpuNs = usage.cpuNs;
    reading.memoryBytes = usage.memoryBytes;
    reading.pids = usage.pids;
    return reading;
}

// What is used at this moment, as it is kept. MEMORY: with CACHE.
void setUsed(Point& point, Counter memory, Counter cache, Counter pids)
{
    if (memory) {
        const std::uint64_t dropped = std::min(cache.value_or(0), *memory);
        point[Channel::Memory] = point[Channel::MemoryPeak] = static_cast<float>(*memory - dropped);
        if (cache)
            point[Channel::Cache] = static_cast<float>(dropped);
    }
    if (pids)
        point[Channel::Pids] = static_cast<float>(*pids);
}
} // namespace

WatchedContainer::WatchedContainer(const Cgroups& cgroups, const std::string& id, MetricsService::Source source, const std::filesystem::path& folder)
    : m_cgroups(cgroups), m_source(std::move(source)), m_meter(m_source.cgroup.empty() ? nullptr : cgroups.meter(m_source.cgroup)), m_history(folder / id, shortId(id))
{
    if (m_source.network)
        m_network.emplace(m_source.pid);
}

void WatchedContainer::measure(std::int64_t second, bool followed)
{
    if (second == m_last)
        return;
    m_everything = m_last == 0 || second / Rates::slowEvery != m_last / Rates::slowEvery;
    m_last = second;
    follow(followed);
    if (!m_meter && !m_everything)
        return;
    const auto now = std::chrono::steady_clock::now();
    CgroupMeter::Reading reading;
    if (m_meter) {
        reading = m_usage ? CgroupMeter::Reading::of(*m_usage) : m_meter->read(CgroupMeter::Extent::Cpu);
        const bool ran = !reading.cpuNs || std::exchange(m_cpuNs, reading.cpuNs) != reading.cpuNs;
        if (!m_everything && !ran && wasQuiet() && !m_usage) {
            m_point.time = second;
            m_rates.applyQuiet(now, m_point);
            m_history.hold(m_point);
            m_unread = true;
            return;
        }
        readMore(reading);
    } else if (const auto usage = m_usage ? Result<ResourceUsage>(*m_usage) : Cgroups::usageFromProc(m_source.pid)) {
        reading = ofProc(*usage);
    }
    readNetwork(reading);
    m_point = unmeasured(second);
    setUsed(m_point, reading.memoryBytes, reading.cacheBytes ? reading.cacheBytes : m_full.cacheBytes, reading.pids);
    m_rates.apply(Counters{reading, now}, m_everything, m_point);
    if (std::exchange(m_unread, false))
        spread(m_point);
    if (m_usage && !m_everything && wasQuiet())
        m_history.hold(m_point);
    else
        m_history.keep(m_point);
}

void WatchedContainer::follow(bool followed)
{
    m_usage = nullptr;
    if (!followed)
        return m_all.reset();
    if (auto usage = usageNow())
        m_usage = std::make_shared<const ResourceUsage>(*std::move(usage));
}

Result<ResourceUsage> WatchedContainer::usageNow()
{
    if (!m_all)
        m_all.emplace(m_cgroups.usageMeter(m_source.cgroup, m_source.pid));
    return m_all->read();
}

bool WatchedContainer::wasQuiet() const
{
    const auto still = [this](Channel channel) { return !(m_point[channel] > 0); }; // or not counted at all
    return m_point[Channel::Cpu] == 0 && still(Channel::NetworkRx) && still(Channel::NetworkTx);
}

// What came in while nothing ran (the kernel itself answers some) came at some time since the last look.
void WatchedContainer::spread(Point& point)
{
    const std::span<Point> quiet = m_history.held();
    if (quiet.empty() || point[Channel::Cpu] != 0)
        return;
    for (const Channel channel : {Channel::NetworkRx, Channel::NetworkTx}) {
        point[channel] /= static_cast<float>(quiet.size() + 1);
        for (Point& each : quiet)
            each[channel] = point[channel];
    }
}

void WatchedContainer::readMore(CgroupMeter::Reading& reading)
{
    using Extent = CgroupMeter::Extent;
    // What only a process that runs can use has not changed when none ran; once a minute it is read nevertheless: memory can be taken away.
    const bool slept = !m_usage && m_full.cpuNs && m_full.cpuNs == reading.cpuNs && m_last % 60 >= Rates::slowEvery;
    if (!m_usage)
        m_meter->readMore(reading, !m_everything ? Extent::Common : slept ? Extent::Waits : Extent::Everything);
    else if (m_everything)
        m_meter->readWaits(reading);
    if (!m_everything)
        return;
    if (slept) {
        reading.throttledNs = m_full.throttledNs;
        reading.blockReadBytes = m_full.blockReadBytes;
        reading.blockWriteBytes = m_full.blockWriteBytes;
        reading.cacheBytes = m_full.cacheBytes;
    }
    m_full = reading;
}

void WatchedContainer::readNetwork(UsageCounters& counters)
{
    if (!m_network)
        return;
    if (!m_usage) {
        if (const auto bytes = m_network->read()) {
            counters.networkRx = bytes->first;
            counters.networkTx = bytes->second;
        }
        return;
    }
    counters.networkRx = counters.networkTx = 0;
    for (const InterfaceCounters& each : m_usage->interfaces) {
        *counters.networkRx += each.rxBytes;
        *counters.networkTx += each.txBytes;
    }
}

void WatchedHost::measure(std::int64_t second)
{
    if (second == m_last)
        return;
    const bool everything = m_last == 0 || second / Rates::slowEvery != m_last / Rates::slowEvery;
    m_last = second;
    const auto now = std::chrono::steady_clock::now();
    const HostMeter::Reading reading = m_meter.read(everything);
    m_totals = reading.totals;
    m_cores.assign(reading.coresNs.size(), none);
    const double ns = std::chrono::duration<double, std::nano>(now - m_before).count();
    if (m_coresBefore.size() == reading.coresNs.size() && ns < 5e9)
        for (std::size_t i = 0; i < m_cores.size(); ++i)
            m_cores[i] = static_cast<float>(std::clamp(static_cast<double>(static_cast<std::int64_t>(reading.coresNs[i] - m_coresBefore[i])) / ns, 0.0, 1.0));
    m_coresBefore = reading.coresNs;
    m_before = now;
    m_point = unmeasured(second);
    setUsed(m_point, reading.memoryBytes, std::nullopt, reading.tasks);
    if (reading.cacheBytes)
        m_point[Channel::Cache] = static_cast<float>(*reading.cacheBytes);
    m_rates.apply(Counters{reading, now}, everything, m_point);
    m_history.keep(m_point);
}

} // namespace slipway::metrics
