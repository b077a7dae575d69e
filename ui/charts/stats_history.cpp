// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/stats_history.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

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

} // namespace

void StatsHistory::add(const dockerapi::StatsSample& s)
{
    if (m_last && s.timeNs <= m_last->timeNs)
        return;
    Point point;
    point.timeNs = s.timeNs;
    point.values.fill(none);
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
    } else if (!m_points.empty()) {
        Point gap;
        gap.timeNs = m_last ? m_last->timeNs + 1 : m_points.back().timeNs + 1;
        gap.values.fill(none);
        m_points.push_back(gap);
    }
    for (std::size_t i = 0; i < point.values.size(); ++i)
        m_measured[i] = m_measured[i] || !std::isnan(point.values[i]);
    m_points.push_back(point);
    while (m_points.size() > m_keep)
        m_points.pop_front();
    m_memoryLimit = s.memoryLimit;
    m_onlineCpus = std::max(1u, s.onlineCpus);
    m_last = s;
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
    Point gap;
    gap.timeNs = m_points.back().timeNs + 1;
    gap.values.fill(none);
    m_points.push_back(gap);
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
