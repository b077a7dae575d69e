// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/cgroup_meter.h"

#include <utility>

#include "os/kernel_text.h"

namespace slipway
{
namespace
{
constexpr std::size_t largest = 16384; // memory.stat has about 4 KiB, io.stat a line a device

Counter nanoseconds(Counter microseconds)
{
    return microseconds ? Counter(*microseconds * 1000) : std::nullopt;
}
} // namespace

CgroupMeter::CgroupMeter(Files files)
    : m_files(std::move(files)), m_cpu(openKernelFile(m_files.cpu)), m_memory(openKernelFile(m_files.memory)), m_pids(openKernelFile(m_files.pids))
{
}

CgroupMeter::Reading CgroupMeter::read(Extent extent) const
{
    char buffer[largest];
    Reading reading;
    const std::string_view cpu = readKernelFile(m_cpu.get(), buffer);
    if (m_files.v2) {
        reading.cpuNs = nanoseconds(valueOf(cpu, "usage_usec"));
        reading.throttledNs = nanoseconds(valueOf(cpu, "throttled_usec"));
    } else {
        reading.cpuNs = numberAt(cpu);
    }
    readMore(reading, extent);
    return reading;
}

void CgroupMeter::readMore(Reading& reading, Extent extent) const
{
    char buffer[largest];
    if (extent < Extent::Common)
        return;
    reading.memoryBytes = numberAt(readKernelFile(m_memory.get(), buffer));
    reading.pids = numberAt(readKernelFile(m_pids.get(), buffer));
    if (extent < Extent::Waits)
        return;
    readWaits(reading);
    if (extent < Extent::Everything)
        return;
    if (!m_files.v2)
        reading.throttledNs = valueOf(readKernelFile(m_files.throttling, buffer), "throttled_time");
    reading.cacheBytes = valueOf(readKernelFile(m_files.memoryStat, buffer), m_files.v2 ? "inactive_file" : "total_inactive_file");
    if (const UniqueFd file = openKernelFile(m_files.blockIo)) {
        const std::string_view io = readKernelFile(file.get(), buffer);
        reading.blockReadBytes = sumOf(io, m_files.v2 ? "rbytes=" : " Read ");
        reading.blockWriteBytes = sumOf(io, m_files.v2 ? "wbytes=" : " Write ");
    }
}

void CgroupMeter::readWaits(Reading& reading) const
{
    char buffer[largest];
    reading.oomKills = valueOf(readKernelFile(m_files.oom, buffer), "oom_kill");
    reading.pressureCpuNs = pressureNs(readKernelFile(m_files.pressureCpu, buffer));
    reading.pressureMemoryNs = pressureNs(readKernelFile(m_files.pressureMemory, buffer));
    reading.pressureIoNs = pressureNs(readKernelFile(m_files.pressureIo, buffer));
}

CgroupMeter::Reading CgroupMeter::Reading::of(const ResourceUsage& usage)
{
    Reading reading;
    reading.cpuNs = usage.cpuNs;
    reading.throttledNs = usage.throttledNs;
    reading.memoryBytes = usage.memoryBytes;
    reading.cacheBytes = valueOf(usage.memoryStat, "total_inactive_file"); // v1
    if (!reading.cacheBytes)
        reading.cacheBytes = valueOf(usage.memoryStat, "inactive_file");
    reading.pids = usage.pids;
    if (!usage.blockIo)
        return reading;
    reading.blockReadBytes = reading.blockWriteBytes = 0;
    for (const ResourceUsage::BlockIo& device : *usage.blockIo) {
        *reading.blockReadBytes += device.readBytes;
        *reading.blockWriteBytes += device.writeBytes;
    }
    return reading;
}

CgroupMeter::LastWords CgroupMeter::lastWords(const Files& files)
{
    char buffer[largest];
    return {numberAt(readKernelFile(files.memoryPeak, buffer)), valueOf(readKernelFile(files.oom, buffer), "oom_kill")};
}

} // namespace slipway
