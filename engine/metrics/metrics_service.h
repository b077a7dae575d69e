// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "metrics/marks_file.h"
#include "metrics/metrics_file.h"
#include "os/host_meter.h"
#include "os/resource_usage.h"

namespace slipway
{
class Cgroups;
}

namespace slipway::metrics
{

// What the containers and the machine used, second by second, kept for a week (see Tier) whether anybody looks or not. One thread
// measures all that run at each full second; while none runs and nobody listens it sleeps. Rates are the difference of the
// kernel's own counters over the time between two readings; what costs more to read (cache, throttling, block I/O, pressure, OOM
// kills) is read every fifth second and stands for the five. Of a container in which nothing ran only that is looked up, and its
// points are written every fifth second: a killed engine loses up to four, in which nothing happened. Where there are no cgroups the sum over /proc is taken every fifth
// second. A stretch in which nobody measured (no engine) is missing, never filled in. Beside each history: what happened to the
// container, as marks. Thread-safe.
class MetricsService
{
public:
    struct Source
    {
        pid_t pid = 0;       // of its first process
        std::string cgroup;  // as in the OCI spec; empty = none
        bool network = true; // it has a network of its own to count
    };
    // Where a container is to be measured, nullopt when it does not run (any more). Called on the measuring thread.
    using FindSource = std::function<std::optional<Source>(const std::string& id)>;
    static constexpr const char* host = "host"; // in the place of a container's id: the whole machine

    // FOLDER: of the histories, one file a container; made when missing.
    MetricsService(const Cgroups& cgroups, std::filesystem::path folder, FindSource findSource);
    ~MetricsService();
    MetricsService(const MetricsService&) = delete;
    MetricsService& operator=(const MetricsService&) = delete;

    void watch(const std::string& id); // from the next full second on, until unwatch(); costs the caller nothing
    void unwatch(const std::string& id);
    void forget(const std::string& id);                // and deletes its history
    void sweep(const std::vector<std::string>& known); // deletes the histories of all others

    void mark(const std::string& id, const Mark& mark); // written within a second; costs the caller nothing
    [[nodiscard]] std::vector<Mark> marks(const std::string& id) const; // in order of time

    struct History
    {
        int step = 1; // seconds
        std::vector<Point> points;
        bool fromProc = false; // it runs, and is measured without cgroups
    };
    // [FROM, TO) in unix seconds, by the finest tier that reaches back to FROM (or by STEP when it is not 0). An empty history
    // when nothing was measured. InvalidArgument for a STEP that is none.
    [[nodiscard]] Result<History> history(const std::string& id, std::int64_t from, std::int64_t to, int step) const;

    // What was measured at one full second.
    struct Instant
    {
        struct Used
        {
            std::string id;
            bool fromProc = false;
            std::optional<Point> point;                 // nullopt: only followed, not measured at this second
            std::shared_ptr<const ResourceUsage> usage; // null: not followed, or gone
        };
        std::int64_t second = 0;
        Point host;
        HostTotals totals;
        std::vector<float> cores; // of the machine, share of each in use, 0-1
        std::vector<Used> containers;
    };
    // Each second until what it gives is dropped; on the measuring thread: only hand over. The machine is measured too while
    // somebody listens, though nothing runs.
    using Listener = std::function<void(std::shared_ptr<const Instant>)>;
    [[nodiscard]] std::shared_ptr<void> listen(Listener listener);

    // As long as what it gives lives, all counters of the container ID are read each second, while it runs, and are in each Instant: the
    // same reading that its history is made of.
    [[nodiscard]] std::shared_ptr<void> follow(const std::string& id);
    // All counters at this moment; NotFound when it does not run.
    [[nodiscard]] Result<ResourceUsage> usage(const std::string& id) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::metrics
