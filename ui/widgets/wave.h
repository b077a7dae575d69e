// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

class QPainter;

namespace slipway::ui
{

// A wavy line of WIDTH from AT (its upper left) to the right, three units high: what stands above it is wrong. GUI thread.
void paintWave(QPainter& painter, const QPointF& at, double width, const QColor& color);

} // namespace slipway::ui
