// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "metrics/metrics_file.h"
#include "metrics/metrics_service.h"
#include "os/cgroup_meter.h"

namespace slipway::metrics
{

// The mean of the seconds of a longer step; of the peaks the highest.
class Bucket
{
public:
    explicit Bucket(int step) : m_step(step) {}
    // The step that POINT ends, if it is of a later one.
    [[nodiscard]] std::optional<Point> add(const Point& point);
    [[nodiscard]] std::optional<Point> close();

private:
    int m_step;
    std::int64_t m_begin = -1;
    std::array<double, channels> m_sums{};
    std::array<int, channels> m_counts{};
};

// One running container while it is measured: its counters, and what they were at the last reading. One thread at a time.
class WatchedContainer
{
public:
    WatchedContainer(const Cgroups& cgroups, std::string id, MetricsService::Source source, std::filesystem::path folder);
    void measure(std::int64_t second); // unix time
    void finish();                     // writes what is not complete yet

private:
    struct Counters
    {
        std::chrono::steady_clock::time_point at{};
        std::optional<std::uint64_t> cpuNs, throttledNs, blockRead, blockWrite, networkRx, networkTx;
    };
    void readCgroup(Counters& now, Point& point, bool everything);
    void readProc(Counters& now, Point& point);
    void readNetwork(Counters& now) const;
    void keep(const Point& point);

    std::string m_id;
    MetricsService::Source m_source;
    std::filesystem::path m_folder;
    std::unique_ptr<CgroupMeter> m_meter; // null: no cgroups
    std::optional<MetricsFile> m_file;    // from the first point on
    bool m_failed = false;                // it was said that it cannot be written
    std::int64_t m_last = 0;
    Counters m_before, m_slowBefore; // at the last reading, and at the last one of everything
    std::optional<std::uint64_t> m_cache;
    Point m_slow; // the channels that are read every fifth second
    std::array<Bucket, tiers.size() - 1> m_buckets{Bucket(tiers[1].step), Bucket(tiers[2].step)};
};

} // namespace slipway::metrics
