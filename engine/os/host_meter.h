// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "os/interface_meter.h"
#include "os/resource_usage.h"

namespace slipway
{

// What GET /containers/{id}/stats says of the machine beside a container.
struct HostTotals
{
    std::uint64_t cpuNs = 0; // of all CPUs, idle or not, since the machine was started; 0: not known
    unsigned cpus = 1;       // online
    std::uint64_t memoryBytes = 0;

    [[nodiscard]] static HostTotals now();
};

// What the whole machine uses, from files of /proc that stay open. Counters run since it was started; nullopt = the kernel does
// not give it. One thread at a time.
class HostMeter
{
public:
    // The network: interfaces of the machine, no bridges, no ends of containers' cables. Blocks: disks, not what is made of them.
    struct Reading : UsageCounters // blocks, pressure and OOM kills only with EVERYTHING
    {
        HostTotals totals;
        std::vector<std::uint64_t> coresNs; // busy time of each online CPU, in the kernel's order
        Counter memoryBytes, cacheBytes;    // what cannot be had back; what can (MemAvailable less MemFree)
        Counter tasks;                      // threads
    };

    HostMeter();
    [[nodiscard]] Reading read(bool everything);

private:
    bool isOwnInterface(std::string_view name);
    bool isDisk(std::string_view name);

    InterfaceMeter m_network;
    UniqueFd m_stat, m_memory, m_load, m_disks, m_vm;
    std::map<std::string, bool, std::less<>> m_interfaces, m_blocks; // asked once
};

} // namespace slipway
