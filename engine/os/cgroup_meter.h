// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/unique_fd.h"

namespace slipway
{

// The few counters of one container that somebody wants every second, from files that stay open: a reading costs some
// microseconds, a fraction of UsageMeter's. They are the kernel's own numbers; nullopt = this machine does not give it, or
// the group is gone. Made by Cgroups::meter(). One thread at a time.
class CgroupMeter
{
public:
    struct Reading
    {
        std::optional<std::uint64_t> cpuNs, throttledNs; // since the group began
        std::optional<std::uint64_t> memoryBytes, cacheBytes; // cache: the file pages that can be dropped (inactive_file)
        std::optional<std::uint64_t> pids;
        std::optional<std::uint64_t> blockReadBytes, blockWriteBytes; // since the group began, all devices
        // Time in which something in it waited, since the group began: the kernel knows that of groups of v2 alone.
        std::optional<std::uint64_t> pressureCpuNs, pressureMemoryNs, pressureIoNs;
        std::optional<std::uint64_t> oomKills; // processes that the kernel killed for want of memory
    };
    // What stands in a group until it is removed, its processes ended or not.
    struct LastWords
    {
        std::optional<std::uint64_t> memoryPeakBytes; // with the cache
        std::optional<std::uint64_t> oomKills;
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
    [[nodiscard]] static LastWords lastWords(const Files& files);

private:
    Files m_files;
    UniqueFd m_cpu, m_memory, m_pids;
};

} // namespace slipway
