// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>

#include "charts/axis.h"
#include "charts/chart_window.h"
#include "charts/time_series_chart.h"

namespace slipway::ui
{

// Where a value at a time stands in a chart while it is painted.
struct TimeSeriesChart::Frame
{
    QRectF area;
    Axis axis;
    std::int64_t beginNs, spanNs;
    [[nodiscard]] double x(std::int64_t t) const
    {
        return area.left() + static_cast<double>(t - beginNs) / static_cast<double>(spanNs) * area.width();
    }
    [[nodiscard]] double y(double v) const { return area.bottom() - std::min(v / axis.max, 1.02) * area.height(); }
};

} // namespace slipway::ui
