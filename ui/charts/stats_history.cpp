// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/stats_history.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace slipway::ui
{
namespace
{

double rate(std::uint64_t now, std::uint64_t before, double seconds)
{
    return now < before ? StatsHistory::none : static_cast<double>(now - before) / seconds;
}

double rate(const std::optional<std::uint64_t>& now, const std::optional<std::uint64_t>& before, double seconds)
{
    return now && before ? rate(*now, *before, seconds) : StatsHistory::none;
}

// Means of neighbours, so that no more points are left than a chart has pixels. A gap stays one.
dockerapi::MetricsHistory thinned(const dockerapi::MetricsHistory& all, std::size_t most)
{
    const std::size_t group = (all.times.size() + most - 1) / most;
    if (group < 2)
        return all;
    dockerapi::MetricsHistory thin;
    thin.step = all.step * static_cast<int>(group);
    const std::int64_t longest = all.step * 3 / 2 + 1;
    for (std::size_t begin = 0; begin < all.times.size();) {
        std::size_t end = begin + 1;
        while (end < all.times.size() && end - begin < group && all.times[end] - all.times[end - 1] <= longest)
            ++end;
        thin.times.push_back(all.times[begin]);
        for (const auto& [name, values] : all.columns) {
            double sum = 0;
            int count = 0;
            for (std::size_t i = begin; i < end; ++i) {
                sum += std::isnan(values[i]) ? 0 : values[i];
                count += !std::isnan(values[i]);
            }
            thin.columns[name].push_back(count > 0 ? sum / count : StatsHistory::none);
        }
        begin = end;
    }
    return thin;
}

constexpr std::size_t mostKept = 2'500;

constexpr std::pair<std::string_view, Metric> channelNames[] = {
    {"cpu", Metric::CpuCores},          {"memory", Metric::Memory},       {"cache", Metric::MemoryCache},
    {"networkRx", Metric::NetworkRx},   {"networkTx", Metric::NetworkTx}, {"blockRead", Metric::BlockRead},
    {"blockWrite", Metric::BlockWrite}, {"pids", Metric::Pids},           {"throttled", Metric::Throttled},
    {"pressureCpu", Metric::PressureCpu}, {"pressureMemory", Metric::PressureMemory}, {"pressureIo", Metric::PressureIo},
    {"oomKills", Metric::OomKills}};

StatsHistory::Point emptyPoint(std::int64_t timeNs)
{
    StatsHistory::Point point;
    point.timeNs = timeNs;
    point.values.fill(StatsHistory::none);
    return point;
}

} // namespace

std::optional<Metric> metricOf(std::string_view name)
{
    for (const auto& [known, metric] : channelNames)
        if (name == known)
            return metric;
    return std::nullopt;
}

// A point after a stretch that nobody measured stands behind a gap.
void StatsHistory::append(const Point& point, bool connected)
{
    if (!connected && !m_points.empty() && !std::ranges::all_of(m_points.back().values, [](double v) { return std::isnan(v); }))
        m_points.push_back(emptyPoint(m_points.back().timeNs + 1));
    for (std::size_t i = 0; i < point.values.size(); ++i)
        m_measured[i] = m_measured[i] || !std::isnan(point.values[i]);
    m_points.push_back(point);
    while (m_points.size() > m_keep)
        m_points.pop_front();
}

void StatsHistory::setMachine(unsigned cpus, std::uint64_t memory)
{
    m_onlineCpus = cpus;
    m_memoryLimit = memory;
}

void StatsHistory::add(std::int64_t second, const std::vector<double>& values, const dockerapi::MetricsMachine& machine)
{
    Point point = emptyPoint(second * 1'000'000'000);
    if (!m_points.empty() && point.timeNs <= m_points.back().timeNs)
        return;
    for (std::size_t i = 0; i < std::min(values.size(), machine.channels.size()); ++i)
        if (const auto metric = metricOf(machine.channels[i]))
            point.values[static_cast<std::size_t>(*metric)] = values[i];
    append(point, !m_points.empty() && point.timeNs - m_points.back().timeNs <= longestStepNs());
    setMachine(machine.cpus, machine.memory);
}

void StatsHistory::add(const dockerapi::StatsSample& s)
{
    if (m_last && s.timeNs <= m_last->timeNs)
        return;
    Point point = emptyPoint(s.timeNs);
    const auto set = [&](Metric m, double v) { point.values[static_cast<std::size_t>(m)] = v; };
    if (s.memoryUsage) {
        const std::uint64_t cache = std::min(s.memoryCache.value_or(0), *s.memoryUsage);
        set(Metric::Memory, static_cast<double>(*s.memoryUsage - cache));
        if (s.memoryCache)
            set(Metric::MemoryCache, static_cast<double>(cache));
    }
    if (s.pids)
        set(Metric::Pids, static_cast<double>(*s.pids));
    const bool connected = m_last && s.timeNs - m_last->timeNs <= maxStepNs;
    if (connected) {
        const double seconds = static_cast<double>(s.timeNs - m_last->timeNs) / 1e9;
        set(Metric::CpuCores, rate(s.cpuTotalNs, m_last->cpuTotalNs, seconds) / 1e9);
        set(Metric::NetworkRx, rate(s.networkRx, m_last->networkRx, seconds));
        set(Metric::NetworkTx, rate(s.networkTx, m_last->networkTx, seconds));
        set(Metric::BlockRead, rate(s.blockRead, m_last->blockRead, seconds));
        set(Metric::BlockWrite, rate(s.blockWrite, m_last->blockWrite, seconds));
        set(Metric::Throttled, std::min(rate(s.throttledNs, m_last->throttledNs, seconds) / 1e9, 1.0));
    }
    append(point, connected);
    m_memoryLimit = s.memoryLimit;
    m_onlineCpus = std::max(1u, s.onlineCpus);
    m_last = s;
}

void StatsHistory::merge(const dockerapi::MetricsHistory& all)
{
    const dockerapi::MetricsHistory kept = thinned(all, mostKept);
    if (kept.times.empty())
        return;
    const std::int64_t stepNs = std::int64_t{kept.step} * 1'000'000'000;
    while (!m_points.empty() && m_points.front().timeNs <= kept.times.back() * 1'000'000'000 + stepNs / 2)
        m_points.pop_front();
    const std::int64_t longest = kept.step == 1 ? longestStepNs() : stepNs * 3 / 2;
    std::deque<Point> before;
    const auto gapAfter = [&before](std::int64_t timeNs) { before.push_back(emptyPoint(timeNs + 1)); };
    for (std::size_t i = 0; i < kept.times.size(); ++i) {
        Point point = emptyPoint(kept.times[i] * 1'000'000'000);
        for (const auto& [name, metric] : channelNames)
            if (const auto column = kept.columns.find(std::string(name)); column != kept.columns.end())
                point.values[static_cast<std::size_t>(metric)] = column->second[i];
        if (!before.empty() && point.timeNs - before.back().timeNs > longest)
            gapAfter(before.back().timeNs);
        for (std::size_t m = 0; m < point.values.size(); ++m)
            m_measured[m] = m_measured[m] || !std::isnan(point.values[m]);
        before.push_back(point);
    }
    if (!m_points.empty() && m_points.front().timeNs - before.back().timeNs > longest)
        gapAfter(before.back().timeNs);
    m_points.insert(m_points.begin(), before.begin(), before.end());
    while (m_points.size() > m_keep)
        m_points.pop_front();
}

void StatsHistory::markGap()
{
    if (!m_last)
        return;
    dockerapi::StatsSample past;
    past.timeNs = m_last->timeNs - maxStepNs; // so that the next reading starts afresh however soon it comes
    m_last = past;
    if (m_points.empty() || m_points.back().timeNs <= past.timeNs)
        return;
    m_points.push_back(emptyPoint(m_points.back().timeNs + 1));
}

const StatsHistory::Point* StatsHistory::nearest(std::int64_t timeNs, std::int64_t toleranceNs) const
{
    const Point* best = nullptr;
    auto it = std::lower_bound(m_points.begin(), m_points.end(), timeNs,
                               [](const Point& p, std::int64_t t) { return p.timeNs < t; });
    const auto isGap = [](const Point& p) {
        return std::all_of(p.values.begin(), p.values.end(), [](double v) { return std::isnan(v); });
    };
    const auto consider = [&](const Point& p) {
        if (!isGap(p) && std::llabs(p.timeNs - timeNs) <= toleranceNs &&
            (!best || std::llabs(p.timeNs - timeNs) < std::llabs(best->timeNs - timeNs)))
            best = &p;
    };
    for (auto forward = it; forward != m_points.end() && forward - it < 2; ++forward)
        consider(*forward);
    for (int i = 0; i < 2 && it != m_points.begin(); ++i)
        consider(*--it);
    return best;
}

} // namespace slipway::ui
