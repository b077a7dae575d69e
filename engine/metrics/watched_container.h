// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "metrics/metrics_service.h"
#include "metrics/rates.h"
#include "os/cgroup_meter.h"
#include "os/host_meter.h"
#include "os/interface_meter.h"
#include "os/usage_meter.h"

namespace slipway::metrics
{

// One running container while it is measured: its counters, and what they were at the last reading. One thread at a time.
class WatchedContainer
{
public:
    WatchedContainer(const Cgroups& cgroups, const std::string& id, MetricsService::Source source, const std::filesystem::path& folder);
    // SECOND: unix time. FOLLOWED: all counters too, for usage().
    void measure(std::int64_t second, bool followed = false);
    void flush() { m_history.flush(); } // so that the file has all that was measured
    void finish() { m_history.finish(); }

    [[nodiscard]] const Point* at(std::int64_t second) const { return m_point.time == second ? &m_point : nullptr; } // nullptr: not measured then
    [[nodiscard]] const std::shared_ptr<const ResourceUsage>& usage() const { return m_usage; } // of the last measure(); null: not followed, or gone
    [[nodiscard]] Result<ResourceUsage> usageNow(); // all counters; its files stay open until a measure() without FOLLOWED
    [[nodiscard]] bool fromProc() const { return !m_meter; }
    [[nodiscard]] const MetricsService::Source& source() const { return m_source; }
    // Processes that the kernel killed for want of memory, as the last measure() found.
    [[nodiscard]] std::uint64_t killed() const { return m_everything ? m_rates.killed() : 0; }

private:
    [[nodiscard]] bool wasQuiet() const; // the last second
    void follow(bool followed);
    void readMore(CgroupMeter::Reading& reading); // than the processor's time
    void readNetwork(UsageCounters& counters);
    void spread(Point& point); // over the quiet seconds before it

    const Cgroups& m_cgroups;
    MetricsService::Source m_source;
    std::unique_ptr<CgroupMeter> m_meter; // null: no cgroups
    std::optional<InterfaceMeter> m_network;
    std::optional<UsageMeter> m_all; // while it is followed
    std::shared_ptr<const ResourceUsage> m_usage;
    HistoryWriter m_history;
    Rates m_rates;
    Point m_point;
    std::int64_t m_last = 0;
    bool m_everything = false; // the last measure() read everything
    Counter m_cpuNs;
    CgroupMeter::Reading m_full; // the last of everything
    bool m_unread = false;       // the network, in the last second
};

// The whole machine.
class WatchedHost
{
public:
    explicit WatchedHost(std::filesystem::path path) : m_history(std::move(path), "the machine") {}
    void measure(std::int64_t second);
    void finish() { m_history.finish(); }
    [[nodiscard]] const Point& point() const { return m_point; }
    [[nodiscard]] const HostTotals& totals() const { return m_totals; }
    [[nodiscard]] const std::vector<float>& cores() const { return m_cores; } // share of each in use, 0-1

private:
    HostMeter m_meter;
    HistoryWriter m_history;
    Rates m_rates;
    Point m_point;
    std::int64_t m_last = 0;
    HostTotals m_totals;
    std::vector<std::uint64_t> m_coresBefore;
    std::chrono::steady_clock::time_point m_before{};
    std::vector<float> m_cores;
};

} // namespace slipway::metrics
