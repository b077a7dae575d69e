// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/usage_meter.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "os/cgroup.h"
#include "os/kernel_text.h"

namespace slipway
{

namespace
{
// What a file says at this moment; valid until the next one is read by this thread.
std::string_view textOf(const UniqueFd& fd)
{
    static thread_local std::array<char, 16384> buffer; // memory.stat has about 4 KiB, the block files some lines a device
    return readKernelFile(fd.get(), buffer);
}

Counter times(Counter value, std::uint64_t factor) { return value ? Counter(*value * factor) : std::nullopt; }

std::optional<ResourceUsage::BlockIo> deviceOf(std::string_view name) // "8:0"
{
    const std::size_t colon = name.find(':');
    const Counter major = numberAt(name), minor = colon == std::string_view::npos ? std::nullopt : numberAt(name.substr(colon + 1));
    return major && minor ? std::optional(ResourceUsage::BlockIo{*major, *minor, 0, 0, 0, 0}) : std::nullopt;
}

// DEVICE's place in DEVICES, which are sorted.
ResourceUsage::BlockIo& placeOf(const ResourceUsage::BlockIo& device, std::vector<ResourceUsage::BlockIo>& devices)
{
    const auto key = [](const ResourceUsage::BlockIo& each) { return std::pair(each.major, each.minor); };
    const auto at = std::ranges::lower_bound(devices, key(device), {}, key);
    return *(at != devices.end() && key(*at) == key(device) ? at : devices.insert(at, device));
}
} // namespace

UsageMeter::UsageMeter(const Folders& folders, pid_t pid) : m_pid(pid), m_v2(folders.v2), m_groups(!(folders.cpu / folders.cpuacct / folders.memory / folders.pids / folders.blkio).empty()), m_network(pid)
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

bool UsageMeter::slept(Counter cpuNs)
{
    using std::chrono::steady_clock;
    constexpr auto longestPeriod = std::chrono::seconds(1); // of a CPU limit, which is counted at its end
    const auto now = steady_clock::now();
    if (!cpuNs || std::exchange(m_cpuNs, cpuNs) != cpuNs)
        m_ranAt = now;
    if (m_splitAt - m_ranAt > longestPeriod)
        return true;
    m_splitAt = now;
    return false;
}

void UsageMeter::readV1(ResourceUsage& usage)
{
    std::string_view perCpu = textOf(m_files[PerCpu]);
    while (const Counter ns = numberAt(takeWord(perCpu))) {
        usage.perCpuNs.push_back(*ns);
        usage.cpuNs = usage.cpuNs.value_or(0) + *ns; // as cpuacct.usage
    }
    if (!slept(usage.cpuNs)) {
        const std::string_view split = textOf(m_files[CpuSplit]);
        m_split.cpuUserNs = times(valueOf(split, "user"), tickNs());
        m_split.cpuSystemNs = times(valueOf(split, "system"), tickNs());
        const std::string_view throttling = textOf(m_files[Throttling]);
        m_split.periods = valueOf(throttling, "nr_periods");
        m_split.throttledPeriods = valueOf(throttling, "nr_throttled");
        m_split.throttledNs = valueOf(throttling, "throttled_time");
    }
    usage.cpuUserNs = m_split.cpuUserNs;
    usage.cpuSystemNs = m_split.cpuSystemNs;
    usage.periods = m_split.periods;
    usage.throttledPeriods = m_split.throttledPeriods;
    usage.throttledNs = m_split.throttledNs;
    usage.memoryLimit = numberAt(textOf(m_files[MemoryLimit]));
    if (usage.memoryLimit && *usage.memoryLimit >= (1ull << 60))
        usage.memoryLimit.reset();
    if (!m_files[IoBytes])
        return;
    usage.blockIo.emplace();
    for (const File file : {IoBytes, IoOps})
        eachLine(textOf(m_files[file]), [&](std::string_view line) {
            const auto named = deviceOf(takeWord(line));
            const std::string_view operation = takeWord(line);
            if (!named || (operation != "Read" && operation != "Write"))
                return true;
            ResourceUsage::BlockIo& device = placeOf(*named, *usage.blockIo);
            const std::uint64_t value = numberAt(line).value_or(0);
            (operation == "Read" ? (file == IoBytes ? device.readBytes : device.readOps) : (file == IoBytes ? device.writeBytes : device.writeOps)) = value;
            return true;
        });
}

void UsageMeter::readV2(ResourceUsage& usage) const
{
    const std::string_view cpu = textOf(m_files[Throttling]);
    usage.cpuNs = times(valueOf(cpu, "usage_usec"), 1000);
    usage.cpuUserNs = times(valueOf(cpu, "user_usec"), 1000);
    usage.cpuSystemNs = times(valueOf(cpu, "system_usec"), 1000);
    usage.periods = valueOf(cpu, "nr_periods");
    usage.throttledPeriods = valueOf(cpu, "nr_throttled");
    usage.throttledNs = times(valueOf(cpu, "throttled_usec"), 1000);
    usage.memoryLimit = numberAt(textOf(m_files[MemoryLimit])); // "max" is no number: unlimited
    if (!m_files[IoBytes])
        return;
    usage.blockIo.emplace();
    eachLine(textOf(m_files[IoBytes]), [&](std::string_view line) {
        if (line.find("rbytes=") == std::string_view::npos) // a device that did nothing may have none
            return true;
        if (const auto device = deviceOf(takeWord(line)))
            usage.blockIo->push_back({device->major, device->minor, sumOf(line, "rbytes="), sumOf(line, "wbytes="), sumOf(line, "rios="), sumOf(line, "wios=")});
        return true;
    });
}

Result<ResourceUsage> UsageMeter::read()
{
    if (!m_groups) {
        TRY(ResourceUsage usage, Cgroups::usageFromProc(m_pid));
        usage.interfaces = m_network.each();
        return usage;
    }
    ResourceUsage usage;
    m_v2 ? readV2(usage) : readV1(usage);
    usage.memoryBytes = numberAt(textOf(m_files[Memory]));
    usage.memoryPeak = numberAt(textOf(m_files[MemoryPeak]));
    usage.memoryStat = textOf(m_files[MemoryStat]);
    usage.pids = numberAt(textOf(m_files[Pids]));
    usage.pidsLimit = numberAt(textOf(m_files[PidsLimit]));
    if (!usage.cpuNs && !usage.memoryBytes)
        return fail(ErrorKind::NotFound, "the cgroup is gone");
    usage.interfaces = m_network.each();
    return usage;
}

} // namespace slipway
