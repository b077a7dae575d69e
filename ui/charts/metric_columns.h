// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include <QString>

#include "charts/axis.h"
#include "charts/stats_history.h"

namespace slipway::ui
{

// The metrics as the columns of a table, in the order in which they stand everywhere.
struct MetricColumn
{
    Metric metric;
    Unit unit;
    const char* name;  // in a CSV file, with its plain unit
    const char* words; // of the heading, to be translated
    [[nodiscard]] QString title() const;
};

[[nodiscard]] std::span<const MetricColumn> metricColumns();

} // namespace slipway::ui
