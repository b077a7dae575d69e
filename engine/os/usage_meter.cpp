// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/usage_meter.h"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <string_view>

#include "os/kernel_text.h"

namespace slipway
{

namespace
{
using Number = std::optional<std::uint64_t>;

// What a file says at this moment; valid until the next one is read by this thread.
std::string_view textOf(const UniqueFd& fd)
{
    static thread_local std::array<char, 16384> buffer; // memory.stat has about 4 KiB, the block files some lines a device
    return readKernelFile(fd.get(), buffer);
}

template <class Each>
void eachLine(std::string_view text, Each each)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        each(std::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::vector<std::pair<std::string, std::uint64_t>> keyed(std::string_view text)
{
    std::vector<std::pair<std::string, std::uint64_t>> values;
    values.reserve(40);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto blank = text.find(' ');
        if (blank < end)
            if (const Number value = numberAt(text.substr(blank + 1, end - blank - 1)))
                values.emplace_back(text.substr(0, blank), *value);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return values;
}

Number valueOf(const std::vector<std::pair<std::string, std::uint64_t>>& values, std::string_view key)
{
    for (const auto& [name, value] : values)
        if (name == key)
            return value;
    return std::nullopt;
}

std::uint64_t tickNs()
{
    static const auto ns = static_cast<std::uint64_t>(1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    return ns;
}

Number times(Number value, std::uint64_t factor) { return value ? Number(*value * factor) : std::nullopt; }
} // namespace

UsageMeter::UsageMeter(const Folders& folders) : m_v2(folders.v2)
{
    const auto open = [&](File file, const std::filesystem::path& folder, const char* name) {
        if (!folder.empty())
            m_files[file] = openKernelFile(folder / name);
    };
    if (m_v2) {
        open(Throttling, folders.cpu, "cpu.stat");
        open(Memory, folders.cpu, "memory.current");
        open(MemoryPeak, folders.cpu, "memory.peak");
        open(MemoryLimit, folders.cpu, "memory.max");
        open(MemoryStat, folders.cpu, "memory.stat");
        open(Pids, folders.cpu, "pids.current");
        open(PidsLimit, folders.cpu, "pids.max");
        open(IoBytes, folders.cpu, "io.stat");
        return;
    }
    open(CpuUsage, folders.cpuacct, "cpuacct.usage");
    open(CpuSplit, folders.cpuacct, "cpuacct.stat");
    open(PerCpu, folders.cpuacct, "cpuacct.usage_percpu");
    open(Throttling, folders.cpu, "cpu.stat");
    open(Memory, folders.memory, "memory.usage_in_bytes");
    open(MemoryPeak, folders.memory, "memory.max_usage_in_bytes");
    open(MemoryLimit, folders.memory, "memory.limit_in_bytes");
    open(MemoryStat, folders.memory, "memory.stat");
    open(Pids, folders.pids, "pids.current");
    open(PidsLimit, folders.pids, "pids.max");
    open(IoBytes, folders.blkio, "blkio.throttle.io_service_bytes");
    open(IoOps, folders.blkio, "blkio.throttle.io_serviced");
}

ResourceUsage UsageMeter::readV1() const
{
    ResourceUsage usage;
    usage.cpuNs = numberAt(textOf(m_files[CpuUsage]));
    const auto split = keyed(textOf(m_files[CpuSplit]));
    usage.cpuUserNs = times(valueOf(split, "user"), tickNs());
    usage.cpuSystemNs = times(valueOf(split, "system"), tickNs());
    std::string_view perCpu = textOf(m_files[PerCpu]);
    while (const Number ns = numberAt(perCpu)) {
        usage.perCpuNs.push_back(*ns);
        perCpu.remove_prefix(std::min(perCpu.find(' '), perCpu.size() - 1) + 1);
    }
    const auto throttling = keyed(textOf(m_files[Throttling]));
    usage.periods = valueOf(throttling, "nr_periods");
    usage.throttledPeriods = valueOf(throttling, "nr_throttled");
    usage.throttledNs = valueOf(throttling, "throttled_time");
    usage.memoryLimit = numberAt(textOf(m_files[MemoryLimit]));
    if (usage.memoryLimit && *usage.memoryLimit >= (1ull << 60))
        usage.memoryLimit.reset();
    std::map<std::pair<std::uint64_t, std::uint64_t>, ResourceUsage::BlockIo> devices;
    for (const File file : {IoBytes, IoOps})
        eachLine(textOf(m_files[file]), [&](const std::string& line) {
            unsigned long long major = 0, minor = 0, value = 0;
            char operation[16] = {};
            if (std::sscanf(line.c_str(), "%llu:%llu %15s %llu", &major, &minor, operation, &value) != 4)
                return;
            auto& device = devices.try_emplace({major, minor}, ResourceUsage::BlockIo{major, minor, 0, 0, 0, 0}).first->second;
            if (std::string_view(operation) == "Read")
                (file == IoBytes ? device.readBytes : device.readOps) = value;
            else if (std::string_view(operation) == "Write")
                (file == IoBytes ? device.writeBytes : device.writeOps) = value;
        });
    for (const auto& [key, device] : devices)
        usage.blockIo.push_back(device);
    return usage;
}

ResourceUsage UsageMeter::readV2() const
{
    ResourceUsage usage;
    const auto cpu = keyed(textOf(m_files[Throttling]));
    usage.cpuNs = times(valueOf(cpu, "usage_usec"), 1000);
    usage.cpuUserNs = times(valueOf(cpu, "user_usec"), 1000);
    usage.cpuSystemNs = times(valueOf(cpu, "system_usec"), 1000);
    usage.periods = valueOf(cpu, "nr_periods");
    usage.throttledPeriods = valueOf(cpu, "nr_throttled");
    usage.throttledNs = times(valueOf(cpu, "throttled_usec"), 1000);
    usage.memoryLimit = numberAt(textOf(m_files[MemoryLimit])); // "max" is no number: unlimited
    eachLine(textOf(m_files[IoBytes]), [&](const std::string& line) {
        unsigned long long major = 0, minor = 0, rb = 0, wb = 0, rio = 0, wio = 0;
        if (std::sscanf(line.c_str(), "%llu:%llu rbytes=%llu wbytes=%llu rios=%llu wios=%llu", &major, &minor, &rb, &wb, &rio, &wio) == 6)
            usage.blockIo.push_back({major, minor, rb, wb, rio, wio});
    });
    return usage;
}

Result<ResourceUsage> UsageMeter::read() const
{
    ResourceUsage usage = m_v2 ? readV2() : readV1();
    usage.memoryBytes = numberAt(textOf(m_files[Memory]));
    usage.memoryPeak = numberAt(textOf(m_files[MemoryPeak]));
    usage.memoryStat = keyed(textOf(m_files[MemoryStat]));
    usage.pids = numberAt(textOf(m_files[Pids]));
    usage.pidsLimit = numberAt(textOf(m_files[PidsLimit]));
    if (!usage.cpuNs && !usage.memoryBytes)
        return fail(ErrorKind::NotFound, "the cgroup is gone");
    return usage;
}

} // namespace slipway
