// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/metrics_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace slipway::metrics
{
namespace
{
// Little endian, as all machines that this runs on.
struct Slot
{
    std::uint32_t time = 0; // unix seconds; 0 = never written
    std::array<float, channels> values{};
};
static_assert(sizeof(Slot) == 4 + 4 * channels);

constexpr std::array<char, 16> magic{'s', 'l', 'i', 'p', 'w', 'a', 'y', ' ', 'm', 'e', 't', 'r', 'i', 'c', 's', '2'};

off_t offsetOf(std::size_t tier, int slot)
{
    auto slots = static_cast<off_t>(slot);
    for (std::size_t i = 0; i < tier; ++i)
        slots += tiers[i].kept;
    return static_cast<off_t>(magic.size()) + slots * static_cast<off_t>(sizeof(Slot));
}

int slotOf(std::size_t tier, std::int64_t time) { return static_cast<int>(time / tiers[tier].step % tiers[tier].kept); }

bool isOurs(int fd)
{
    std::array<char, magic.size()> found{};
    return ::pread(fd, found.data(), found.size(), 0) == static_cast<ssize_t>(found.size()) && found == magic;
}
} // namespace

Result<MetricsFile> MetricsFile::open(const std::filesystem::path& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return failErrno(errno, "opening " + path.string());
    if (isOurs(fd.get()))
        return MetricsFile(std::move(fd));
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), magic.data(), magic.size(), 0) != static_cast<ssize_t>(magic.size()))
        return failErrno(errno, "writing " + path.string());
    return MetricsFile(std::move(fd));
}

Result<MetricsFile> MetricsFile::openToRead(const std::filesystem::path& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        return failErrno(errno, "opening " + path.string());
    if (!isOurs(fd.get()))
        return fail(ErrorKind::NotFound, path.string() + " holds no history");
    return MetricsFile(std::move(fd));
}

Status MetricsFile::write(std::size_t tier, std::span<const Point> points)
{
    std::array<Slot, 16> slots{};
    while (!points.empty()) {
        std::size_t count = 0;
        const int first = slotOf(tier, points.front().time);
        do {
            slots[count] = {static_cast<std::uint32_t>(points[count].time), points[count].values};
            ++count;
        } while (count < std::min(points.size(), slots.size()) && slotOf(tier, points[count].time) == first + static_cast<int>(count));
        const std::size_t bytes = count * sizeof(Slot);
        if (::pwrite(m_fd.get(), slots.data(), bytes, offsetOf(tier, first)) != static_cast<ssize_t>(bytes))
            return failErrno(errno, "writing the history of a container");
        points = points.subspan(count);
    }
    return {};
}

void MetricsFile::readSlots(std::size_t tier, int first, int count, std::int64_t from, std::int64_t to, std::vector<Point>& points) const
{
    std::vector<Slot> slots(static_cast<std::size_t>(count));
    const ssize_t got = ::pread(m_fd.get(), slots.data(), slots.size() * sizeof(Slot), offsetOf(tier, first));
    slots.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof(Slot) : 0);
    for (const Slot& slot : slots)
        if (slot.time != 0 && slot.time >= from && slot.time < to)
            points.push_back({slot.time, slot.values});
}

std::vector<Point> MetricsFile::read(std::size_t tier, std::int64_t from, std::int64_t to) const
{
    const auto [step, kept] = tiers[tier];
    std::vector<Point> points;
    from = std::max<std::int64_t>(from, 0);
    if (to <= from)
        return points;
    const auto wanted = (to - 1) / step - from / step + 1;
    const int count = static_cast<int>(std::min<std::int64_t>(kept, wanted));
    const int first = wanted < kept ? slotOf(tier, from) : 0, before = std::min(count, kept - first);
    readSlots(tier, first, before, from, to, points);
    if (before < count)
        readSlots(tier, 0, count - before, from, to, points);
    std::ranges::sort(points, {}, &Point::time); // a clock that was set back leaves newer ones before older
    return points;
}

} // namespace slipway::metrics
