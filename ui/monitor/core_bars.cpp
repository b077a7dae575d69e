// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/core_bars.h"

#include <algorithm>
#include <cmath>

#include <QPainter>

#include "charts/axis.h"
#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
constexpr int gap = 10, widestPart = 240;
}

CoreBars::CoreBars(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Cores of the machine"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize CoreBars::sizeHint() const { return {400, fontMetrics().height() + 6}; }

void CoreBars::setCores(const std::vector<double>& shares)
{
    m_shares = shares;
    QStringList words;
    for (std::size_t i = 0; i < shares.size(); ++i)
        words << tr("core %1: %2").arg(i).arg(formatValue(shares[i], Unit::Share));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    setToolTip(words.join(QLatin1Char('\n')));
    update();
}

bool CoreBars::wordy() const { return !m_shares.empty() && width() / static_cast<int>(m_shares.size()) >= 110; }

void CoreBars::paintEvent(QPaintEvent*)
{
    if (m_shares.empty())
        return;
    const theme::Colors& c = theme::colors();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const auto count = static_cast<int>(m_shares.size());
    const bool words = wordy();
    const double part = std::min<double>(widestPart, static_cast<double>(width()) / count);
    for (int i = 0; i < count; ++i) {
        const double share = m_shares[static_cast<std::size_t>(i)];
        QRectF cell(part * i, 0, part - (words ? gap : 2), height());
        if (layoutDirection() == Qt::RightToLeft)
            cell.moveLeft(width() - cell.right());
        if (words) {
            const QString name = tr("Core %1").arg(i), value = formatValue(share, Unit::Share);
            p.setPen(c.muted);
            p.drawText(cell, Qt::AlignLeft | Qt::AlignVCenter, name);
            p.setPen(c.text);
            p.drawText(cell, Qt::AlignRight | Qt::AlignVCenter, value);
            cell.adjust(fontMetrics().horizontalAdvance(name) + 8, 0, -fontMetrics().horizontalAdvance(tr("%1 %").arg(100)) - 8, 0);
        }
        const QRectF track(cell.left(), height() / 2.0 - 4, cell.width(), 8);
        p.setPen(Qt::NoPen);
        p.setBrush(c.raised);
        p.drawRoundedRect(track, 3, 3);
        if (std::isnan(share))
            continue;
        p.setBrush(share > 0.9 ? c.warning : c.accent);
        p.drawRoundedRect(QRectF(track.topLeft(), QSizeF(std::max(2.0, track.width() * share), track.height())), 3, 3);
    }
}

} // namespace slipway::ui
