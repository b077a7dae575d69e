// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/rates.h"

#include <algorithm>
#include <cmath>

namespace slipway::metrics
{
namespace
{
constexpr int longestStep = 12; // seconds; beyond it a rate would tell of what nobody watched
constexpr Channel slowChannels[] = {Channel::Throttled,      Channel::BlockRead,  Channel::BlockWrite, Channel::PressureCpu,
                                    Channel::PressureMemory, Channel::PressureIo, Channel::OomKills};

float rateOf(const Counter& now, const Counter& before, double seconds)
{
    return now && before && *now >= *before ? static_cast<float>(static_cast<double>(*now - *before) / seconds) : none;
}

// Nanoseconds of a second, at most all of it (std::min would make "not measured" a number).
float shareOf(const Counter& now, const Counter& before, double seconds)
{
    const float share = rateOf(now, before, seconds) / 1e9f;
    return share > 1 ? 1 : share;
}

double secondsBetween(const Counters& before, const Counters& now)
{
    const bool first = before.at == std::chrono::steady_clock::time_point();
    const double seconds = std::chrono::duration<double>(now.at - before.at).count();
    return first || seconds <= 0 || seconds >= longestStep ? NAN : seconds;
}
} // namespace

void Rates::apply(const Counters& now, bool everything, Point& point)
{
    const double seconds = secondsBetween(m_before, now);
    point[Channel::Cpu] = point[Channel::CpuPeak] = rateOf(now.cpuNs, m_before.cpuNs, seconds) / 1e9f;
    point[Channel::NetworkRx] = rateOf(now.networkRx, m_before.networkRx, seconds);
    point[Channel::NetworkTx] = rateOf(now.networkTx, m_before.networkTx, seconds);
    m_before = now;
    if (everything) {
        const Counters& before = m_slowBefore;
        const double slow = secondsBetween(before, now);
        m_slow[Channel::Throttled] = shareOf(now.throttledNs, before.throttledNs, slow);
        m_slow[Channel::BlockRead] = rateOf(now.blockReadBytes, before.blockReadBytes, slow);
        m_slow[Channel::BlockWrite] = rateOf(now.blockWriteBytes, before.blockWriteBytes, slow);
        m_slow[Channel::PressureCpu] = shareOf(now.pressureCpuNs, before.pressureCpuNs, slow);
        m_slow[Channel::PressureMemory] = shareOf(now.pressureMemoryNs, before.pressureMemoryNs, slow);
        m_slow[Channel::PressureIo] = shareOf(now.pressureIoNs, before.pressureIoNs, slow);
        m_slow[Channel::OomKills] = rateOf(now.oomKills, before.oomKills, slow);
        m_killed = now.oomKills && before.oomKills && *now.oomKills > *before.oomKills ? *now.oomKills - *before.oomKills : 0;
        m_slowBefore = now;
    }
    for (const Channel channel : slowChannels)
        point[channel] = m_slow[channel];
}

void Rates::applyQuiet(std::chrono::steady_clock::time_point at, Point& point)
{
    m_before.at = at; // what comes in after it belongs to the second in which it is found
    point[Channel::Cpu] = point[Channel::CpuPeak] = 0;
}

} // namespace slipway::metrics
