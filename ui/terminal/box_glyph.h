// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QRect>

class QPainter;

// Box drawing (U+2500–257F) and block elements (U+2580–259F), drawn so that they meet from cell to cell whatever the font and the
// distance of the lines.
namespace slipway::ui
{

[[nodiscard]] constexpr bool isBoxGlyph(char32_t c) { return c >= 0x2500 && c <= 0x259f; }
[[nodiscard]] constexpr bool isBlock(char32_t c) { return c >= 0x2580 && c <= 0x259f; }
void drawBoxGlyph(QPainter& p, char32_t c, const QRect& cell, const QColor& color); // isBoxGlyph(c)

} // namespace slipway::ui
