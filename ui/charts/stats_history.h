// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "dockerapi/types.h"

// What one container did: readings turned into rates, about an hour of them. A stretch without readings, and the moment a
// counter starts again from zero, are gaps (NaN), never a line drawn through what nobody measured.
namespace slipway::ui
{

enum class Metric : std::uint8_t {
    CpuCores,    // cores in use
    Memory,      // bytes of working set: usage less the cache the kernel can drop
    MemoryCache, // bytes
    NetworkRx,   // bytes/s
    NetworkTx,
    BlockRead, // bytes/s
    BlockWrite,
    Pids,
    Throttled, // seconds a second, at most 1
    PressureCpu, // share of the time in which something waited, 0-1
    PressureMemory,
    PressureIo,
    OomKills, // processes a second
    Count,
};

// The metric that our own engine calls NAME; nullopt for what is not shown.
[[nodiscard]] std::optional<Metric> metricOf(std::string_view name);

class StatsHistory
{
public:
    static constexpr std::size_t capacity = 3'700;                    // seconds at one reading a second
    explicit StatsHistory(std::size_t keep = capacity) : m_keep(keep) {}
    static constexpr std::int64_t maxStepNs = 3'500'000'000;          // a longer step is a gap, of readings every second
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();

    struct Point
    {
        std::int64_t timeNs = 0;
        std::array<double, static_cast<std::size_t>(Metric::Count)> values{};
        [[nodiscard]] double value(Metric m) const { return values[static_cast<std::size_t>(m)]; }
    };

    void add(const dockerapi::StatsSample& sample); // readings not newer than the last are ignored
    // What our own engine measured at one second: a value a channel, in the order that MACHINE tells.
    void add(std::int64_t second, const std::vector<double>& values, const dockerapi::MetricsMachine& machine);
    // What the engine kept takes the place of what was read here up to then: it has no break where the reading began.
    void merge(const dockerapi::MetricsHistory& kept);
    void markGap();                                 // sampling stopped here
    void clear() { *this = StatsHistory(m_keep); }
    void setReadingEvery(int seconds) { m_every = seconds; } // as long as nobody says so: 1
    // What the machine has; of a container without a limit the same is its own.
    void setMachine(unsigned cpus, std::uint64_t memory);

    [[nodiscard]] const std::deque<Point>& points() const { return m_points; }
    [[nodiscard]] bool empty() const { return m_points.empty(); }
    [[nodiscard]] bool everMeasured(Metric m) const { return m_measured[static_cast<std::size_t>(m)]; }
    [[nodiscard]] std::optional<std::uint64_t> memoryLimit() const { return m_memoryLimit; }
    [[nodiscard]] unsigned onlineCpus() const { return m_onlineCpus; } // 0: no reading said so yet
    // The point whose time is nearest, at most TOLERANCE away.
    [[nodiscard]] const Point* nearest(std::int64_t timeNs, std::int64_t toleranceNs) const;

private:
    void append(const Point& point, bool connected);
    [[nodiscard]] std::int64_t longestStepNs() const { return std::max<std::int64_t>(maxStepNs, std::int64_t{m_every} * 2'500'000'000); }

    std::size_t m_keep;
    std::deque<Point> m_points;
    std::optional<dockerapi::StatsSample> m_last;
    std::array<bool, static_cast<std::size_t>(Metric::Count)> m_measured{};
    std::optional<std::uint64_t> m_memoryLimit;
    unsigned m_onlineCpus = 0;
    int m_every = 1;
};

} // namespace slipway::ui
