// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "os/interface_meter.h"

namespace slipway
{

// What the whole machine uses, from files of /proc that stay open. Counters run since it was started; nullopt = the kernel does
// not give it. One thread at a time.
class HostMeter
{
public:
    struct Reading
    {
        std::vector<std::uint64_t> coresNs; // busy time of each online CPU, in the kernel's order
        std::optional<std::uint64_t> memoryBytes, cacheBytes; // what cannot be had back; what can (MemAvailable less MemFree)
        std::optional<std::uint64_t> networkRx, networkTx;    // interfaces of the machine: no bridges, no ends of containers' cables
        std::optional<std::uint64_t> tasks;                   // threads
        // Only with EVERYTHING:
        std::optional<std::uint64_t> blockReadBytes, blockWriteBytes; // disks, not what is made of them
        std::optional<std::uint64_t> pressureCpuNs, pressureMemoryNs, pressureIoNs;
        std::optional<std::uint64_t> oomKills;
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
