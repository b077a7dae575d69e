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
    };
    struct Files // paths; empty = there is none
    {
        std::filesystem::path cpu, throttling, memory, memoryStat, pids, blockIo;
        bool v2 = false;
    };

    explicit CgroupMeter(const Files& files);
    // EVERYTHING: also what costs more to read (cache, throttling, block I/O); otherwise those are nullopt.
    [[nodiscard]] Reading read(bool everything) const;

private:
    bool m_v2;
    UniqueFd m_cpu, m_throttling, m_memory, m_memoryStat, m_pids, m_blockIo;
};

} // namespace slipway
