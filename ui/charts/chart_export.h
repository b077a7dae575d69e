// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include "base/error.h"
#include "charts/stats_history.h"

class QWidget;

namespace slipway::ui
{

// A line a point between FROMNS and TONS: time (UTC, ISO 8601), then a column a metric in its plain unit (cores, bytes, bytes a
// second); what was not measured is empty. Gaps have no line.
[[nodiscard]] QByteArray csvOf(const StatsHistory& history, std::int64_t fromNs, std::int64_t toNs);

// These write the whole or nothing. An Error says why, for a person.
[[nodiscard]] Status saveFile(const QString& file, const QByteArray& bytes);
[[nodiscard]] Status savePicture(const QString& file, QWidget& board);

} // namespace slipway::ui
