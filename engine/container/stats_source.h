// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "os/host_meter.h"
#include "os/resource_usage.h"

namespace slipway
{

// What GET /containers/{id}/stats says at one moment, in the pieces of its JSON.
struct StatsSample
{
    std::chrono::steady_clock::time_point at;
    std::string read;                       // RFC 3339; zero while it does not run
    std::string cpu, blockIo, memory, pids; // objects
    std::string networks;                   // "" or `"networks":{…},`
    std::string name, id;                   // strings, quoted
};

// The document: NOW, and what the CPU had used at BEFORE (null: nothing yet). NAMED: with name and id, as all but a one-shot.
[[nodiscard]] std::string statsDocument(const StatsSample& now, const StatsSample* before, bool named = true);

// The part that is the same for all containers at one moment.
struct StatsMoment
{
    explicit StatsMoment(HostTotals totals) : host(totals) {}
    std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
    std::string read = formatRfc3339(now()); // of it
    HostTotals host;
};

// What is said of one container, whether it runs or not. Thread-safe. Outlives the container: then sample() is NotFound.
class StatsSource
{
public:
    virtual ~StatsSource() = default;
    // USAGE: what was read of it at MOMENT; null: nothing.
    [[nodiscard]] virtual Result<std::shared_ptr<const StatsSample>> sample(const StatsMoment& moment, const ResourceUsage* usage) const = 0;
};

} // namespace slipway
