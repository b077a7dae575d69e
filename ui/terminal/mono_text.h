// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>

#include <QFont>
#include <QRawFont>
#include <QStringView>

class QPainter;

// Text in a grid of equal cells, drawn glyph by glyph at whole pixels, so columns never drift whatever the font's advance.
// A character the font lacks is drawn by Qt's font fallback inside its cell.
namespace slipway::ui
{

// Columns a character takes in a terminal: 0 (combining, format), 1 or 2 (East Asian wide, emoji).
[[nodiscard]] int columnsOf(char32_t c);

class MonoText
{
public:
    MonoText() = default;
    explicit MonoText(const QFont& font);

    [[nodiscard]] const QFont& font() const { return m_font; }
    [[nodiscard]] int cellWidth() const { return m_cellWidth; }
    [[nodiscard]] int lineHeight() const { return m_lineHeight; }
    [[nodiscard]] int ascent() const { return m_ascent; }

    // Draws with the painter's pen, block elements in BLOCKS if that is a colour; y is the top of the line.
    void draw(QPainter& p, int x, int y, QStringView text, bool bold = false, bool italic = false, const QColor& blocks = {}) const;

    [[nodiscard]] static QFont defaultFont();

private:
    [[nodiscard]] qreal wideShift(std::size_t face) const;

    QFont m_font;
    std::array<QFont, 4> m_fonts;
    std::array<QRawFont, 4> m_raw;
    std::array<std::array<quint32, 128>, 4> m_ascii{}; // its glyphs; 0: the font has none
    mutable std::array<std::optional<qreal>, 4> m_wideShift;
    int m_cellWidth = 8, m_lineHeight = 16, m_ascent = 12;
};

} // namespace slipway::ui
