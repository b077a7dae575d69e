// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

#include <QColor>
#include <QPalette>

// How a run of text in a log or a terminal looks, and the colours both views paint with.
namespace slipway::ui
{

// A colour as a program asked for it: the default, one of the 256 of the palette, or 24 bits.
struct CellColor
{
    enum Kind : std::uint8_t { Default, Indexed, Rgb };
    Kind kind = Default;
    std::uint8_t r = 0, g = 0, b = 0; // Indexed: r is the index

    static CellColor indexed(int i) { return {Indexed, static_cast<std::uint8_t>(i), 0, 0}; }
    static CellColor rgb(int r, int g, int b)
    {
        return {Rgb, static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b)};
    }
    auto operator<=>(const CellColor&) const = default;
};

struct CellStyle
{
    enum Flag : std::uint16_t {
        Bold = 1, Dim = 2, Italic = 4, Underline = 8, Strike = 16, Reverse = 32, Conceal = 64, // as SGR names them
        Blink = 128, DoubleUnderline = 256, CurlyUnderline = 512, // one of these two comes with Underline
        Protected = 1024,                                         // a selective erase (DECSED) leaves it
    };
    CellColor fg, bg;
    std::uint16_t flags = 0;

    [[nodiscard]] bool has(Flag f) const { return flags & f; }
    void set(Flag f, bool on) { flags = static_cast<std::uint16_t>(on ? flags | f : flags & ~f); }
    auto operator<=>(const CellStyle&) const = default;
};

// SGR's CODE of one number: attributes, the default colours and the first sixteen. False, and nothing changed, for any other, as 38 and
// 48 (more numbers follow) and 5 (only a terminal blinks).
bool setRendition(int code, CellStyle& style);

// The colours of a view that paints itself, taken from the widget's palette, so light, dark and high contrast follow it.
struct ViewColors
{
    bool dark = false;
    QColor background, text, dim, faint, border, accent, selection, match, currentMatch, warning, error;

    [[nodiscard]] static ViewColors of(const QPalette& palette);
    // 0-15 are chosen for the background; 16-255 are xterm's.
    [[nodiscard]] QColor ansi(int index) const;
    [[nodiscard]] QColor resolve(const CellColor& c, const QColor& whenDefault, bool bright = false) const;

    // What a run of cells is painted with. Text in a colour of the view's own (the default, 0-15) can be read on any background: it is
    // made lighter or darker until it can (4.5:1, as WCAG 2.2 AA asks). 16-255 and 24 bits are shown as they are, and so are blocks
    // (U+2580-259F), which are parts of pictures, and text in the very colour of its background, which is meant to be hidden.
    struct Inks
    {
        QColor text, blocks, background;
        bool filled = false; // the background is not the view's
    };
    [[nodiscard]] Inks inks(const CellStyle& style, bool reversed = false) const; // REVERSED: the whole screen
};

// How well one is read on the other, 1 to 21, as WCAG defines it.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

[[nodiscard]] QColor mix(const QColor& a, const QColor& b, double shareOfB);

} // namespace slipway::ui
