// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/host_meter.h"

#include <unistd.h>

#include <array>

#include "os/kernel_text.h"

namespace slipway
{
namespace
{
namespace fs = std::filesystem;

constexpr std::uint64_t sectorBytes = 512; // of /proc/diskstats, whatever the disk's own are

// The next word of TEXT, which loses it.
std::string_view wordOf(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

template <class F>
void eachLine(std::string_view text, F use)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!use(text.substr(at, end - at)))
            return;
        at = end + 1;
    }
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }
} // namespace

HostMeter::HostMeter()
    : m_network(::getpid()), m_stat(openKernelFile("/proc/stat")), m_memory(openKernelFile("/proc/meminfo")), m_load(openKernelFile("/proc/loadavg")),
      m_disks(openKernelFile("/proc/diskstats")), m_vm(openKernelFile("/proc/vmstat"))
{
}

HostMeter::Reading HostMeter::read(bool everything)
{
    static const auto tickNs = static_cast<std::uint64_t>(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    char buffer[32768];
    Reading reading;
    eachLine(readKernelFile(m_stat.get(), buffer), [&](std::string_view line) {
        const std::string_view name = wordOf(line);
        if (!name.starts_with("cpu"))
            return false;
        if (name == "cpu")
            return true;
        std::array<std::uint64_t, 7> ticks{}; // user nice system idle iowait irq softirq
        for (auto& each : ticks)
            each = numberAt(wordOf(line)).value_or(0);
        reading.coresNs.push_back((ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) * tickNs);
        return true;
    });
    const std::string_view memory = readKernelFile(m_memory.get(), buffer);
    const auto total = valueOf(memory, "MemTotal"), available = valueOf(memory, "MemAvailable"), unused = valueOf(memory, "MemFree");
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
        wordOf(line), wordOf(line);
        if (!isDisk(wordOf(line)))
            return true;
        std::array<std::uint64_t, 7> fields{}; // reads, merged, sectors, ms, writes, merged, sectors
        for (auto& each : fields)
            each = numberAt(wordOf(line)).value_or(0);
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
