// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

#include "metrics/history_writer.h"
#include "os/resource_usage.h"

namespace slipway::metrics
{

// What the kernel has counted up to a moment. The processor is read every second, the network every second in which something ran,
// the rest every fifth.
struct Counters : UsageCounters
{
    std::chrono::steady_clock::time_point at{};
};

// Makes rates of two readings. What is read every fifth second stands for the five. A stretch that was too long to tell of,
// and a counter that fell, are not measured.
class Rates
{
public:
    static constexpr int slowEvery = 5; // seconds
    // EVERYTHING: NOW has the counters of every fifth second too.
    void apply(const Counters& now, bool everything, Point& point);
    // Nothing ran since the last reading: POINT, which is the last one's, is to tell of this second.
    void applyQuiet(std::chrono::steady_clock::time_point at, Point& point);
    [[nodiscard]] std::uint64_t killed() const { return m_killed; } // for want of memory, between the last two readings of everything

private:
    Counters m_before, m_slowBefore; // at the last reading, and at the last one of everything
    Point m_slow = unmeasured(0);
    std::uint64_t m_killed = 0;
};

} // namespace slipway::metrics
