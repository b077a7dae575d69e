// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/spinner.h"

#include <QPainter>

#include "shell/theme.h"

namespace slipway::ui
{

Spinner::Spinner(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("Busy"));
}

void Spinner::paintEvent(QPaintEvent*)
{
    const double stroke = width() / 9.0;
    const QRectF circle = QRectF(rect()).adjusted(stroke, stroke, -stroke, -stroke);
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(theme::colors().line, stroke));
    p.drawEllipse(circle);
    p.setPen(QPen(theme::colors().accent, stroke, Qt::SolidLine, Qt::RoundCap));
    p.drawArc(circle, -m_angle * 16, 100 * 16);
}

void Spinner::timerEvent(QTimerEvent*)
{
    m_angle = (m_angle + 24) % 360;
    update();
}

void Spinner::showEvent(QShowEvent*)
{
    m_timer.start(60, this);
}

void Spinner::hideEvent(QHideEvent*)
{
    m_timer.stop();
}

} // namespace slipway::ui
