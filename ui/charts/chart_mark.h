// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <QString>

#include "dockerapi/types.h"
#include "widgets/icons.h"

namespace slipway::ui
{

// Something that happened to a container, as charts show it.
struct ChartMark
{
    std::int64_t timeNs = 0;
    const char* icon = "info"; // of resources/icons
    Tint tint = Tint::Muted;
    QString text; // "Ended with exit code 137 (SIGKILL)"
};

[[nodiscard]] ChartMark chartMark(const dockerapi::MetricsMark& mark);
// What an event of the engine means for the charts; what = "" for one that means nothing to them.
[[nodiscard]] dockerapi::MetricsMark markOf(const dockerapi::EventMessage& event);

} // namespace slipway::ui
