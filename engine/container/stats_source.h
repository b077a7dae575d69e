// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"

namespace slipway
{

// What GET /containers/{id}/stats says at one moment, in the pieces of its JSON.
struct StatsSample
{
    std::string read;                              // RFC 3339
    std::string cpu, blockIo, memory, pids;        // objects
    std::string networks;                          // "" or `"networks":{…},`
    std::string name, id;                          // strings, quoted
};

// The document: NOW, and what the CPU had used at BEFORE (null: nothing yet). NAMED: with name and id, as all but a one-shot.
[[nodiscard]] std::string statsDocument(const StatsSample& now, const StatsSample* before, bool named = true);

// The part that is the same for all containers at one moment: measured once for all of them.
struct HostUsage
{
    std::uint64_t cpuNs = 0; // of all CPUs since the start; 0: not known
    unsigned cpus = 1;
    std::uint64_t memoryBytes = 0;

    [[nodiscard]] static HostUsage now();
};

// Reads one container, whether it runs or not, from files that stay open while it does. One thread at a time. Outlives the
// container: then sample() is NotFound.
class StatsSource
{
public:
    virtual ~StatsSource() = default;
    [[nodiscard]] virtual Result<std::shared_ptr<const StatsSample>> sample(const HostUsage& host) = 0;
};

} // namespace slipway
