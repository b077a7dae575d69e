// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace slipway::ui
{

// The stretch of time that all charts of a view show. Live: it ends at the newest reading and moves on with it.
struct ChartWindow
{
    static constexpr std::int64_t second = 1'000'000'000, shortest = 10 * second, longest = 604'800 * second;

    std::int64_t endNs = 0, spanNs = 300 * second;
    bool live = true;

    [[nodiscard]] std::int64_t beginNs() const { return endNs - spanNs; }
    // By FACTOR (below 1: closer) around AT, which stays where it is. NOW bounds it.
    [[nodiscard]] ChartWindow zoomed(std::int64_t atNs, double factor, std::int64_t nowNs) const
    {
        const std::int64_t span = std::clamp(static_cast<std::int64_t>(static_cast<double>(spanNs) * factor), shortest, longest);
        const double share = std::clamp(static_cast<double>(endNs - atNs) / static_cast<double>(spanNs), 0.0, 1.0);
        return bounded(atNs + static_cast<std::int64_t>(share * static_cast<double>(span)), span, nowNs);
    }
    [[nodiscard]] ChartWindow moved(std::int64_t byNs, std::int64_t nowNs) const { return bounded(endNs + byNs, spanNs, nowNs); }
    [[nodiscard]] ChartWindow range(std::int64_t fromNs, std::int64_t toNs, std::int64_t nowNs) const
    {
        const std::int64_t span = std::clamp(toNs - fromNs, shortest, longest);
        return bounded((fromNs + toNs) / 2 + span / 2, span, nowNs);
    }
    bool operator==(const ChartWindow&) const = default;

private:
    [[nodiscard]] ChartWindow bounded(std::int64_t end, std::int64_t span, std::int64_t nowNs) const
    {
        return {std::clamp(end, nowNs - longest + span, nowNs), span, live && end >= nowNs};
    }
};

} // namespace slipway::ui
