// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>

#include "base/unique_fd.h"
#include "os/cgroup.h"

namespace slipway
{

// All counters of one group for GET /stats, from files that stay open: a reading costs some twenty microseconds, a quarter of
// what opening them takes. (CgroupMeter reads the few that the histories need.) Made by Cgroups::usageMeter(). One thread at a time.
class UsageMeter
{
public:
    // FOLDERS of the group by controller; for v2 all in CPU. Empty = there is none.
    struct Folders
    {
        std::filesystem::path cpu, cpuacct, memory, pids, blkio;
        bool v2 = false;
    };
    explicit UsageMeter(const Folders& folders);
    [[nodiscard]] Result<ResourceUsage> read() const; // NotFound when the group is gone

private:
    enum File : std::size_t { CpuUsage, CpuSplit, PerCpu, Throttling, Memory, MemoryPeak, MemoryLimit, MemoryStat, Pids, PidsLimit, IoBytes, IoOps, Count };
    [[nodiscard]] ResourceUsage readV1() const;
    [[nodiscard]] ResourceUsage readV2() const;

    bool m_v2;
    std::array<UniqueFd, Count> m_files;
};

} // namespace slipway
