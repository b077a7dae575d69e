// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QWidget>

#include "widgets/icons.h"

namespace slipway::ui
{

// One icon as a picture. It follows the theme, which a QLabel with a pixmap does not. GUI thread.
class IconLabel : public QWidget
{
public:
    explicit IconLabel(int size, QWidget* parent = nullptr) : QWidget(parent) { setFixedSize(size, size); }
    IconLabel(const char* name, Tint tint, int size, QWidget* parent = nullptr) : IconLabel(size, parent)
    {
        setIcon(name, tint);
    }
    void setIcon(const char* name, Tint tint)
    {
        m_name = name;
        m_tint = tint;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        if (m_name)
            paintIcon(painter, rect(), m_name, tintColor(m_tint));
    }

private:
    const char* m_name = nullptr;
    Tint m_tint = Tint::Text;
};

} // namespace slipway::ui
