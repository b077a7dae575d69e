// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/wave.h"

#include <QPainter>
#include <QPainterPath>
#include <QPixmap>
#include <QPixmapCache>

#include <cmath>

namespace slipway::ui
{
namespace
{
constexpr int period = 4, height = 3, periods = 32; // units; so many in a piece

QPixmap pieceOf(const QColor& color, double ratio)
{
    const QString key = QStringLiteral("wave %1 %2").arg(color.rgba()).arg(ratio);
    QPixmap piece;
    if (QPixmapCache::find(key, &piece))
        return piece;
    piece = QPixmap(QSize(period * periods, height) * ratio);
    piece.setDevicePixelRatio(ratio);
    piece.fill(Qt::transparent);
    QPainterPath path(QPointF(-period / 2.0, height - 0.5));
    for (int i = 0; i <= 2 * periods + 1; ++i)
        path.lineTo(i * period / 2.0, i % 2 == 0 ? 0.5 : height - 0.5);
    QPainter painter(&piece);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.strokePath(path, QPen(color, 1));
    QPixmapCache::insert(key, piece);
    return piece;
}
} // namespace

void paintWave(QPainter& painter, const QPointF& at, double width, const QColor& color)
{
    const double left = std::floor(at.x());
    const QPixmap piece = pieceOf(color, painter.device()->devicePixelRatio());
    painter.drawTiledPixmap(QRectF(left, std::floor(at.y()), std::ceil(width), height), piece, QPointF(std::fmod(left, period), 0)); // neighbours join
}

} // namespace slipway::ui
