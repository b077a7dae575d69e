// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QString>

// Axes people can read: round ticks, values with the unit's prefix.
namespace slipway::ui
{

enum class Unit : std::uint8_t { Count, Cores, Bytes, BytesPerSecond, Share, Rate };

struct Axis
{
    double max = 1; // the axis runs from 0 to here
    std::vector<double> ticks;
};

// The smallest round axis that holds MAXIMUM with about WANTED ticks; bytes go in powers of two of KiB, MiB, …
[[nodiscard]] Axis niceAxis(double maximum, int wanted, Unit unit);
[[nodiscard]] QString formatValue(double value, Unit unit); // "1.5 MiB/s", "0.25 cores", "12", "35 %"
[[nodiscard]] QString formatTick(double value, Unit unit);  // shorter: no "cores"

} // namespace slipway::ui
