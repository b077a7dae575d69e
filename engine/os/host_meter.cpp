// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/host_meter.h"

#include <unistd.h>

#include <array>
#include <numeric>

#include "os/cgroup.h"
#include "os/kernel_text.h"

namespace slipway
{
namespace
{
namespace fs = std::filesystem;

constexpr std::uint64_t sectorBytes = 512; // of /proc/diskstats, whatever the disk's own are

// Of /proc/stat, into TOTALS and, where they are wanted, the busy times of the CPUs.
void readCpus(std::string_view text, HostTotals& totals, std::vector<std::uint64_t>* coresNs)
{
    totals.cpus = 0;
    eachLine(text, [&](std::string_view line) {
        const std::string_view name = takeWord(line);
        if (!name.starts_with("cpu"))
            return false;
        std::array<std::uint64_t, 8> ticks{}; // user nice system idle iowait irq softirq steal
        for (auto& each : ticks)
            each = numberAt(takeWord(line)).value_or(0);
        if (name == "cpu") {
            totals.cpuNs = std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0}) * tickNs();
        } else {
            ++totals.cpus;
            if (coresNs != nullptr)
                coresNs->push_back((ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * tickNs());
        }
        return true;
    });
    totals.cpus = std::max(totals.cpus, 1u);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }
} // namespace

HostTotals HostTotals::now()
{
    char buffer[32768];
    HostTotals totals;
    readCpus(readKernelFile(fs::path("/proc/stat"), buffer), totals, nullptr);
    totals.memoryBytes = hostMemory();
    return totals;
}

HostMeter::HostMeter()
    : m_network(::getpid()), m_stat(openKernelFile("/proc/stat")), m_memory(openKernelFile("/proc/meminfo")), m_load(openKernelFile("/proc/loadavg")),
      m_disks(openKernelFile("/proc/diskstats")), m_vm(openKernelFile("/proc/vmstat"))
{
}

HostMeter::Reading HostMeter::read(bool everything)
{
    char buffer[32768];
    Reading reading;
    readCpus(readKernelFile(m_stat.get(), buffer), reading.totals, &reading.coresNs);
    if (!reading.coresNs.empty())
        reading.cpuNs = std::accumulate(reading.coresNs.begin(), reading.coresNs.end(), std::uint64_t{0});
    const std::string_view memory = readKernelFile(m_memory.get(), buffer);
    const auto total = valueOf(memory, "MemTotal"), available = valueOf(memory, "MemAvailable"), unused = valueOf(memory, "MemFree");
    reading.totals.memoryBytes = total.value_or(0) * 1024;
    if (total && available && unused) {
        reading.memoryBytes = (*total - std::min(*total, *available)) * 1024;
        reading.cacheBytes = (*available - std::min(*available, *unused)) * 1024;
    }
    if (const auto bytes = m_network.read([this](std::string_view name) { return isOwnInterface(name); })) {
        reading.networkRx = bytes->first;
        reading.networkTx = bytes->second;
    }
    const std::string_view load = readKernelFile(m_load.get(), buffer);
    if (const std::size_t slash = load.find('/'); slash != std::string_view::npos)
        reading.tasks = numberAt(load.substr(slash + 1));
    if (!everything)
        return reading;
    if (m_disks)
        reading.blockReadBytes = reading.blockWriteBytes = 0;
    eachLine(readKernelFile(m_disks.get(), buffer), [&](std::string_view line) {
        static_cast<void>(takeWord(line)), static_cast<void>(takeWord(line));
        if (!isDisk(takeWord(line)))
            return true;
        std::array<std::uint64_t, 7> fields{}; // reads, merged, sectors, ms, writes, merged, sectors
        for (auto& each : fields)
            each = numberAt(takeWord(line)).value_or(0);
        *reading.blockReadBytes += fields[2] * sectorBytes;
        *reading.blockWriteBytes += fields[6] * sectorBytes;
        return true;
    });
    reading.oomKills = valueOf(readKernelFile(m_vm.get(), buffer), "oom_kill");
    reading.pressureCpuNs = pressureNs(readKernelFile(fs::path("/proc/pressure/cpu"), buffer));
    reading.pressureMemoryNs = pressureNs(readKernelFile(fs::path("/proc/pressure/memory"), buffer));
    reading.pressureIoNs = pressureNs(readKernelFile(fs::path("/proc/pressure/io"), buffer));
    return reading;
}

bool HostMeter::isOwnInterface(std::string_view name)
{
    if (name.starts_with("veth"))
        return false;
    if (const auto known = m_interfaces.find(name); known != m_interfaces.end())
        return known->second;
    return m_interfaces[std::string(name)] = !exists("/sys/class/net/" + std::string(name) + "/bridge");
}

bool HostMeter::isDisk(std::string_view name)
{
    if (const auto known = m_blocks.find(name); known != m_blocks.end())
        return known->second;
    // Partitions are not in /sys/block; what is made of other disks has slaves, and no device.
    return m_blocks[std::string(name)] = exists("/sys/block/" + std::string(name) + "/device");
}

} // namespace slipway
