// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/unique_fd.h"
#include "os/resource_usage.h"

namespace slipway
{

// The few counters of one container that somebody wants every second, from files that stay open: a reading costs some
// microseconds, a fraction of UsageMeter's. They are the kernel's own numbers; nullopt = this machine does not give it, or
// the group is gone. Made by Cgroups::meter(). One thread at a time.
class CgroupMeter
{
public:
    // Pressure: the kernel knows that of groups of v2 alone. The network is no group's: it stays nullopt.
    struct Reading : UsageCounters
    {
        Counter memoryBytes, cacheBytes; // cache: the file pages that can be dropped (inactive_file)
        Counter pids;
        [[nodiscard]] static Reading of(const ResourceUsage& usage); // what can be told of it, without pressure and OOM kills
    };
    // What stands in a group until it is removed, its processes ended or not.
    struct LastWords
    {
        Counter memoryPeakBytes; // with the cache
        Counter oomKills;
    };
    struct Files // paths; empty = there is none
    {
        std::filesystem::path cpu, throttling, memory, memoryStat, pids, blockIo, oom, memoryPeak;
        std::filesystem::path pressureCpu, pressureMemory, pressureIo;
        bool v2 = false;
    };

    // How much to read; what is left out is nullopt. What comes after Common costs more, and is read from files that are opened
    // for it so that a container costs few descriptors.
    enum class Extent : std::uint8_t {
        Cpu,        // one file: whether anything ran at all
        Common,     // memory and processes too
        Waits,      // what can grow though nothing runs: pressure, OOM kills
        Everything, // cache, throttling, block I/O
    };

    explicit CgroupMeter(Files files);
    [[nodiscard]] Reading read(Extent extent) const;
    void readMore(Reading& reading, Extent extent) const; // to what read(Extent::Cpu) gave
    void readWaits(Reading& reading) const;               // only what Extent::Waits has beyond Common
    [[nodiscard]] static LastWords lastWords(const Files& files);

private:
    Files m_files;
    UniqueFd m_cpu, m_memory, m_pids;
};

} // namespace slipway
