// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyle>
#include <QStyleOption>

class QPainter;

// The drawing behind shell/style.h. Each returns false for what it leaves to Fusion.
namespace slipway::ui::stylePaint
{

bool primitive(QStyle::PrimitiveElement element, const QStyleOption& option, QPainter& p, const QWidget* widget);
bool control(QStyle::ControlElement element, const QStyleOption& option, QPainter& p, const QWidget* widget);
bool complexControl(QStyle::ComplexControl control, const QStyleOptionComplex& option, QPainter& p, const QWidget* widget,
                    const QStyle& style);

// A push button's icon and words, in the colour that its background needs; a link's stand at its leading edge.
void pushButtonLabel(const QStyleOptionButton& option, QPainter& p, const QWidget* widget, const QStyle& style);
inline constexpr int iconGap = 6; // between the two
// A tool button of words that opens a menu; its arrow needs menuArrow pixels more.
inline constexpr int menuArrow = 16;
[[nodiscard]] bool hasMenuArrow(const QStyleOption& option);
[[nodiscard]] QSize menuItemSize(const QStyleOption& option, const QSize& size);
[[nodiscard]] QRect scrollBarPart(const QStyleOptionSlider& option, QStyle::SubControl sub, int shortest);

// A line of 2 pixels inside RECT: where the keyboard is.
void focusRing(QPainter& p, const QRectF& rect, double radius);

} // namespace slipway::ui::stylePaint
