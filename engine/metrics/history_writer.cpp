// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/history_writer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/log.h"

namespace slipway::metrics
{
namespace
{
bool isPeak(std::size_t channel)
{
    return channel == static_cast<std::size_t>(Channel::CpuPeak) || channel == static_cast<std::size_t>(Channel::MemoryPeak);
}
} // namespace

Point unmeasured(std::int64_t second)
{
    Point point{second, {}};
    point.values.fill(none);
    return point;
}

std::optional<Point> Bucket::close()
{
    if (m_begin < 0)
        return std::nullopt;
    Point point = unmeasured(m_begin);
    for (std::size_t i = 0; i < channels; ++i)
        if (m_counts[i] > 0)
            point.values[i] = static_cast<float>(isPeak(i) ? m_sums[i] : m_sums[i] / m_counts[i]);
    m_begin = -1;
    m_sums.fill(0);
    m_counts.fill(0);
    return point;
}

std::optional<Point> Bucket::add(const Point& point)
{
    const std::int64_t begin = point.time / m_step * m_step;
    std::optional<Point> ended;
    if (begin != m_begin)
        ended = close();
    m_begin = begin;
    for (std::size_t i = 0; i < channels; ++i) {
        if (std::isnan(point.values[i]))
            continue;
        m_sums[i] = isPeak(i) ? std::max(m_sums[i], double(point.values[i])) : m_sums[i] + point.values[i];
        ++m_counts[i];
    }
    return ended;
}

void HistoryWriter::write(std::size_t tier, std::span<const Point> points)
{
    if (const Status written = m_file->write(tier, points); !written && !std::exchange(m_failed, true))
        log::warn("history of {}: {}", m_name, written.error().message);
}

void HistoryWriter::keep(const Point& point)
{
    if (std::ranges::all_of(point.values, [](float value) { return std::isnan(value); }))
        return;
    m_held.push_back(point);
    flush();
}

void HistoryWriter::flush()
{
    const std::vector<Point> points = std::exchange(m_held, {});
    if (points.empty())
        return;
    if (!m_file) {
        auto file = MetricsFile::open(m_path);
        if (!file) {
            if (!std::exchange(m_failed, true))
                log::warn("history of {}: {}", m_name, file.error().message);
            return;
        }
        m_file = *std::move(file);
    }
    write(0, points);
    for (const Point& point : points)
        for (std::size_t i = 0; i < m_buckets.size(); ++i)
            if (const auto ended = m_buckets[i].add(point))
                write(i + 1, {&*ended, 1});
}

void HistoryWriter::finish()
{
    flush();
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        if (const auto open = m_buckets[i].close(); open && m_file)
            write(i + 1, {&*open, 1});
}

} // namespace slipway::metrics
