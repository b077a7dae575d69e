// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHBoxLayout>
#include <QPainter>
#include <QWidget>

#include "shell/theme.h"

namespace slipway::ui
{

// What carries the buttons of the row under the mouse: the row's own colour, fading out over the cells behind it. GUI thread.
class RowButtons : public QWidget
{
public:
    RowButtons()
    {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(fade + theme::space2, 0, theme::space2, 0);
        row->setSpacing(2);
        setCursor(Qt::ArrowCursor);
    }
    void setRow(bool selected)
    {
        m_selected = selected;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const theme::Colors& c = theme::colors();
        const QColor solid = m_selected ? c.select : theme::mix(c.surface, c.text, 0.045);
        QColor clear = solid;
        clear.setAlpha(0);
        const bool mirrored = layoutDirection() == Qt::RightToLeft;
        QLinearGradient shade(mirrored ? width() : 0, 0, mirrored ? width() - fade : fade, 0);
        shade.setColorAt(0, clear);
        shade.setColorAt(1, solid);
        QPainter(this).fillRect(rect(), shade);
    }

private:
    static constexpr int fade = 24;
    bool m_selected = false;
};

} // namespace slipway::ui
