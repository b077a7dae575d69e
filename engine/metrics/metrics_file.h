// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway::metrics
{

// What is kept of a container over time, or of the whole machine.
enum class Channel : std::uint8_t {
    Cpu,        // cores in use
    CpuPeak,    // the most of a second
    Memory,     // bytes of working set: usage less the cache that the kernel can drop
    MemoryPeak, // the most of a second
    Cache,      // bytes of that cache
    NetworkRx,  // bytes/s, all interfaces but lo
    NetworkTx,
    BlockRead, // bytes/s
    BlockWrite,
    Pids,
    Throttled, // seconds a second that its processes together were kept from running by the CPU limit, at most 1
    PressureCpu, // share of the time in which something in it waited for CPU, 0-1
    PressureMemory,
    PressureIo,
    OomKills, // processes a second
    Count
};
inline constexpr std::size_t channels = static_cast<std::size_t>(Channel::Count);
inline constexpr float none = std::numeric_limits<float>::quiet_NaN(); // not measured

struct Point
{
    std::int64_t time = 0; // unix seconds; of a step longer than a second its beginning
    std::array<float, channels> values{};
    [[nodiscard]] float& operator[](Channel c) { return values[static_cast<std::size_t>(c)]; }
    [[nodiscard]] float operator[](Channel c) const { return values[static_cast<std::size_t>(c)]; }
};

// How fine and how long: 1 s for 10 minutes, 10 s for 6 hours, 1 min for 7 days.
struct Tier
{
    int step;  // seconds
    int kept;  // steps
};
inline constexpr std::array tiers{Tier{1, 600}, Tier{10, 2160}, Tier{60, 10080}};

// The history of one container in a file of its own: a ring of slots a tier, the slot of a point follows from its time, so a
// write is one pwrite and nothing has to be found again after a crash. Sparse: what was never measured takes no room. What
// the kernel had not written when the power went is a gap. Used by one thread at a time.
class MetricsFile
{
public:
    // Made when missing; a file that is none of ours (or of another version) is begun anew.
    [[nodiscard]] static Result<MetricsFile> open(const std::filesystem::path& path);
    // NotFound when there is none; never makes one.
    [[nodiscard]] static Result<MetricsFile> openToRead(const std::filesystem::path& path);

    [[nodiscard]] Status write(std::size_t tier, std::span<const Point> points); // of steps that follow each other: one system call
    // The points with FROM <= time < TO, in order of time. What is missing was not measured.
    [[nodiscard]] std::vector<Point> read(std::size_t tier, std::int64_t from, std::int64_t to) const;

private:
    explicit MetricsFile(UniqueFd fd) : m_fd(std::move(fd)) {}
    void readSlots(std::size_t tier, int first, int count, std::int64_t from, std::int64_t to, std::vector<Point>& points) const;
    UniqueFd m_fd;
};

} // namespace slipway::metrics
