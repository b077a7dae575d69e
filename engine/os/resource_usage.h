// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the kernel has counted of a container or of the machine. What it, or the situation, does not give stays nullopt: the API and the
// charts then say so instead of showing a zero.
namespace slipway
{

using Counter = std::optional<std::uint64_t>;

// What only grows, since the group began or the machine was started: the part that rates are made of.
struct UsageCounters
{
    Counter cpuNs, throttledNs;
    Counter networkRx, networkTx; // bytes, without lo
    Counter blockReadBytes, blockWriteBytes;
    Counter pressureCpuNs, pressureMemoryNs, pressureIoNs; // time in which something waited
    Counter oomKills;                                      // processes that the kernel killed for want of memory
};

struct InterfaceCounters
{
    std::string name;
    std::uint64_t rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0;
    std::uint64_t txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0;
};

// All of one container at one instant, as GET /containers/{id}/stats tells it.
struct ResourceUsage
{
    Counter cpuNs, cpuUserNs, cpuSystemNs;
    std::vector<std::uint64_t> perCpuNs; // v1 only
    Counter throttledPeriods, periods, throttledNs;
    Counter memoryBytes, memoryLimit, memoryPeak; // limit: none = unlimited
    std::string memoryStat;                       // memory.stat, the kernel's own text
    Counter pids, pidsLimit;
    struct BlockIo
    {
        std::uint64_t major, minor, readBytes, writeBytes, readOps, writeOps;
    };
    std::optional<std::vector<BlockIo>> blockIo;
    std::vector<InterfaceCounters> interfaces; // of its network namespace, without lo
};

} // namespace slipway
