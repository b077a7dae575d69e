// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/cgroup_meter.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <span>
#include <string_view>

namespace slipway
{
namespace
{
constexpr std::size_t largest = 16384; // memory.stat has about 4 KiB, io.stat a line a device

UniqueFd openFile(const std::filesystem::path& path)
{
    return UniqueFd(path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string_view textOf(int fd, std::span<char> buffer)
{
    const ssize_t got = fd < 0 ? -1 : ::pread(fd, buffer.data(), buffer.size(), 0);
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::optional<std::uint64_t> numberAt(std::string_view text)
{
    std::uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

// Of "key value" lines.
std::optional<std::uint64_t> valueOf(std::string_view text, std::string_view key)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
            return numberAt(line.substr(key.size() + 1));
        at = end + 1;
    }
    return std::nullopt;
}

// The sum of what follows each KEY: "8:0 Read 4096" lines of v1, "8:0 rbytes=4096 …" of v2.
std::uint64_t sumOf(std::string_view text, std::string_view key)
{
    std::uint64_t sum = 0;
    for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at))
        sum += numberAt(text.substr(at += key.size())).value_or(0);
    return sum;
}
} // namespace

CgroupMeter::CgroupMeter(const Files& files)
    : m_v2(files.v2), m_cpu(openFile(files.cpu)), m_throttling(openFile(files.throttling)), m_memory(openFile(files.memory)),
      m_memoryStat(openFile(files.memoryStat)), m_pids(openFile(files.pids)), m_blockIo(openFile(files.blockIo))
{
}

CgroupMeter::Reading CgroupMeter::read(bool everything) const
{
    char buffer[largest];
    Reading reading;
    const std::string_view cpu = textOf(m_cpu.get(), buffer);
    const auto nanoseconds = [](std::optional<std::uint64_t> microseconds) {
        return microseconds ? std::optional(*microseconds * 1000) : std::nullopt;
    };
    if (m_v2) {
        reading.cpuNs = nanoseconds(valueOf(cpu, "usage_usec"));
        reading.throttledNs = nanoseconds(valueOf(cpu, "throttled_usec"));
    } else {
        reading.cpuNs = numberAt(cpu);
        if (everything)
            reading.throttledNs = valueOf(textOf(m_throttling.get(), buffer), "throttled_time");
    }
    reading.memoryBytes = numberAt(textOf(m_memory.get(), buffer));
    reading.pids = numberAt(textOf(m_pids.get(), buffer));
    if (!everything)
        return reading;
    const std::string_view memory = textOf(m_memoryStat.get(), buffer);
    reading.cacheBytes = valueOf(memory, m_v2 ? "inactive_file" : "total_inactive_file");
    if (m_blockIo) {
        const std::string_view io = textOf(m_blockIo.get(), buffer);
        reading.blockReadBytes = sumOf(io, m_v2 ? "rbytes=" : " Read ");
        reading.blockWriteBytes = sumOf(io, m_v2 ? "wbytes=" : " Write ");
    }
    return reading;
}

} // namespace slipway
