// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "base/unique_fd.h"
#include "os/interface_meter.h"
#include "os/resource_usage.h"

namespace slipway
{

// All counters of one container for GET /stats, from files that stay open: a reading costs some twenty microseconds, a quarter of
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
    UsageMeter(const Folders& folders, pid_t pid); // without a folder: of all processes in the pid namespace of PID, from /proc
    [[nodiscard]] Result<ResourceUsage> read();    // NotFound when it is gone

private:
    enum File : std::size_t { CpuSplit, PerCpu, Throttling, Memory, MemoryPeak, MemoryLimit, MemoryStat, Pids, PidsLimit, IoBytes, IoOps, Count };
    void readV1(ResourceUsage& usage);
    void readV2(ResourceUsage& usage) const;
    [[nodiscard]] bool slept(Counter cpuNs);

    pid_t m_pid;
    bool m_v2, m_groups;
    std::array<UniqueFd, Count> m_files;
    InterfaceMeter m_network;
    // Of v1, where they are files of their own: they change only while something runs, and at most a second after it.
    ResourceUsage m_split;
    std::chrono::steady_clock::time_point m_ranAt{}, m_splitAt{};
    Counter m_cpuNs;
};

} // namespace slipway
