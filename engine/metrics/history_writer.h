// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/metrics_file.h"

namespace slipway::metrics
{

// The mean of the seconds of a longer step; of the peaks the highest.
class Bucket
{
public:
    explicit Bucket(int step) : m_step(step) {}
    // The step that POINT ends, if it is of a later one.
    [[nodiscard]] std::optional<Point> add(const Point& point);
    [[nodiscard]] std::optional<Point> close();

private:
    int m_step;
    std::int64_t m_begin = -1;
    std::array<double, channels> m_sums{};
    std::array<int, channels> m_counts{};
};

[[nodiscard]] Point unmeasured(std::int64_t second); // none in every channel

// Writes one history, in all its steps. What cannot be written is said once in the log. One thread at a time.
class HistoryWriter
{
public:
    HistoryWriter(std::filesystem::path path, std::string name) : m_path(std::move(path)), m_name(std::move(name)) {}
    void keep(const Point& point);
    // As keep(), but written with the next one that is kept, or by flush(): a killed engine loses it.
    void hold(const Point& point) { m_held.push_back(point); }
    [[nodiscard]] std::span<Point> held() { return m_held; }
    void flush();
    void finish(); // writes what is not complete yet

private:
    void write(std::size_t tier, std::span<const Point> points);

    std::filesystem::path m_path;
    std::string m_name; // for the log
    std::optional<MetricsFile> m_file; // from the first point on
    bool m_failed = false;
    std::vector<Point> m_held;
    std::array<Bucket, tiers.size() - 1> m_buckets{Bucket(tiers[1].step), Bucket(tiers[2].step)};
};

} // namespace slipway::metrics
