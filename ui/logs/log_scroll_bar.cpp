// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_scroll_bar.h"

#include <QPainter>
#include <QStyle>
#include <QStyleOptionSlider>

#include "logs/log_model.h"
#include "terminal/cell_style.h"

namespace slipway::ui
{

LogScrollBar::LogScrollBar(const LogModel& model, QWidget* parent) : QScrollBar(Qt::Vertical, parent), m_model(model) {}

void LogScrollBar::marksChanged()
{
    m_height = -1;
    update();
}

void LogScrollBar::paintEvent(QPaintEvent* event)
{
    QScrollBar::paintEvent(event);
    QStyleOptionSlider option;
    initStyleOption(&option);
    const QRect groove = style()->subControlRect(QStyle::CC_ScrollBar, &option, QStyle::SC_ScrollBarGroove, this);
    if (m_height != groove.height()) {
        m_height = groove.height();
        m_marks = m_model.marks(m_height);
    }
    QPainter p(this);
    const ViewColors colors = ViewColors::of(palette());
    for (const int y : m_marks)
        p.fillRect(width() - 7, groove.top() + y, 5, 2, colors.warning);
    if (const auto current = m_model.currentMatch(); current && m_model.count() > 0) {
        const double share = static_cast<double>(m_model.rowOf(*current)) / static_cast<double>(m_model.count());
        p.fillRect(1, groove.top() + static_cast<int>(share * m_height) - 1, width() - 2, 3, colors.accent);
    }
}

LogPill::LogPill(QWidget* parent) : QAbstractButton(parent)
{
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
}

QSize LogPill::sizeHint() const { return {fontMetrics().horizontalAdvance(text()) + 32, fontMetrics().height() + 14}; }

void LogPill::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QColor fill = palette().color(QPalette::Highlight);
    p.setBrush(underMouse() ? fill.lighter(112) : fill);
    p.setPen(hasFocus() ? QPen(palette().color(QPalette::HighlightedText), 2) : Qt::NoPen);
    const QRectF r = QRectF(rect()).adjusted(1, 1, -1, -1);
    p.drawRoundedRect(r, r.height() / 2, r.height() / 2);
    p.setPen(palette().color(QPalette::HighlightedText));
    p.drawText(rect(), Qt::AlignCenter, text());
}

} // namespace slipway::ui
