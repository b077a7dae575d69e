// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/watched_container.h"

#include <algorithm>
#include <numeric>

#include "base/ids.h"
#include "os/cgroup.h"

namespace slipway::metrics
{

WatchedContainer::WatchedContainer(const Cgroups& cgroups, const std::string& id, MetricsService::Source source, const std::filesystem::path& folder)
    : m_source(std::move(source)), m_meter(m_source.cgroup.empty() ? nullptr : cgroups.meter(m_source.cgroup)), m_history(folder / id, shortId(id))
{
    if (m_source.network)
        m_network.emplace(m_source.pid);
}

void WatchedContainer::measure(std::int64_t second)
{
    if (second == m_last)
        return;
    m_everything = m_last == 0 || second / Rates::slowEvery != m_last / Rates::slowEvery;
    m_last = second;
    if (!m_meter && !m_everything)
        return;
    Counters now;
    now.at = std::chrono::steady_clock::now();
    CgroupMeter::Reading reading;
    if (m_meter) {
        reading = m_meter->read(CgroupMeter::Extent::Cpu);
        const bool ran = !reading.cpuNs || std::exchange(m_cpuNs, reading.cpuNs) != reading.cpuNs;
        if (!m_everything && !ran && wasQuiet()) {
            m_point.time = second;
            m_rates.applyQuiet(now.at, m_point);
            m_history.hold(m_point);
            return;
        }
    }
    m_point = unmeasured(second);
    if (m_meter)
        readCgroup(reading, now, m_point, m_everything);
    else
        readProc(now, m_point);
    if (m_network) {
        if (const auto bytes = m_network->read()) {
            now.networkRx = bytes->first;
            now.networkTx = bytes->second;
        }
    }
    m_rates.apply(now, m_everything, m_point);
    spread(m_point);
    m_history.keep(m_point);
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

void WatchedContainer::readCgroup(CgroupMeter::Reading& reading, Counters& now, Point& point, bool everything)
{
    using Extent = CgroupMeter::Extent;
    // What only a process that runs can use has not changed when none ran; once a minute it is read nevertheless: memory can be taken away.
    const bool slept = m_full.cpuNs && m_full.cpuNs == reading.cpuNs && point.time % 60 >= Rates::slowEvery;
    m_meter->readMore(reading, !everything ? Extent::Common : slept ? Extent::Waits : Extent::Everything);
    now.cpuNs = reading.cpuNs;
    if (everything) {
        if (slept) {
            reading.throttledNs = m_full.throttledNs;
            reading.blockReadBytes = m_full.blockReadBytes;
            reading.blockWriteBytes = m_full.blockWriteBytes;
            reading.cacheBytes = m_full.cacheBytes;
        }
        m_full = reading;
        now.throttledNs = reading.throttledNs;
        now.blockRead = reading.blockReadBytes;
        now.blockWrite = reading.blockWriteBytes;
        now.pressureCpuNs = reading.pressureCpuNs;
        now.pressureMemoryNs = reading.pressureMemoryNs;
        now.pressureIoNs = reading.pressureIoNs;
        now.oomKills = reading.oomKills;
    }
    if (reading.memoryBytes) {
        const std::uint64_t cache = std::min(m_full.cacheBytes.value_or(0), *reading.memoryBytes);
        point[Channel::Memory] = point[Channel::MemoryPeak] = static_cast<float>(*reading.memoryBytes - cache);
        if (m_full.cacheBytes)
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

void WatchedHost::measure(std::int64_t second)
{
    if (second == m_last)
        return;
    const bool everything = m_last == 0 || second / Rates::slowEvery != m_last / Rates::slowEvery;
    m_last = second;
    Counters now;
    now.at = std::chrono::steady_clock::now();
    const HostMeter::Reading reading = m_meter.read(everything);
    m_cores.assign(reading.coresNs.size(), none);
    const double ns = std::chrono::duration<double, std::nano>(now.at - m_before).count();
    if (m_coresBefore.size() == reading.coresNs.size() && ns < 5e9)
        for (std::size_t i = 0; i < m_cores.size(); ++i)
            m_cores[i] = static_cast<float>(std::clamp(static_cast<double>(static_cast<std::int64_t>(reading.coresNs[i] - m_coresBefore[i])) / ns, 0.0, 1.0));
    m_coresBefore = reading.coresNs;
    m_before = now.at;
    if (!reading.coresNs.empty())
        now.cpuNs = std::accumulate(reading.coresNs.begin(), reading.coresNs.end(), std::uint64_t{0});
    now.networkRx = reading.networkRx;
    now.networkTx = reading.networkTx;
    now.blockRead = reading.blockReadBytes;
    now.blockWrite = reading.blockWriteBytes;
    now.pressureCpuNs = reading.pressureCpuNs;
    now.pressureMemoryNs = reading.pressureMemoryNs;
    now.pressureIoNs = reading.pressureIoNs;
    now.oomKills = reading.oomKills;
    m_point = unmeasured(second);
    if (reading.memoryBytes)
        m_point[Channel::Memory] = m_point[Channel::MemoryPeak] = static_cast<float>(*reading.memoryBytes);
    if (reading.cacheBytes)
        m_point[Channel::Cache] = static_cast<float>(*reading.cacheBytes);
    if (reading.tasks)
        m_point[Channel::Pids] = static_cast<float>(*reading.tasks);
    m_rates.apply(now, everything, m_point);
    m_history.keep(m_point);
}

} // namespace slipway::metrics
