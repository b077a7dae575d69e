// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/cell_style.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace slipway::ui
{
namespace
{
constexpr std::array<QRgb, 16> darkPalette = {
    0xff4b5263, 0xffff6b7a, 0xff7fd88f, 0xffe8bf6a, 0xff6cb2ff, 0xffc991f2, 0xff55cfd6, 0xffd3d9e4,
    0xff7d879c, 0xffff8f9b, 0xffa3ebb0, 0xfff6d694, 0xff99caff, 0xffdcb3f9, 0xff86e4e9, 0xfff7f9fc};
constexpr std::array<QRgb, 16> lightPalette = {
    0xff24292f, 0xffc22838, 0xff1a7f37, 0xff8a5a00, 0xff0b62c4, 0xff8a3ab9, 0xff0b7285, 0xff6b7482,
    0xff57606a, 0xffa40e26, 0xff116329, 0xff6f4700, 0xff084a96, 0xff6a2396, 0xff085566, 0xff8c959f};
constexpr double legibleContrast = 4.5, plainContrast = 7;
// Backgrounds in the neutral colours stay near the view's own, as one expects of black in the dark and of white in the light.
constexpr std::array<std::pair<int, QRgb>, 2> darkGrounds = {{{0, 0xff2c323c}, {8, 0xff4b5263}}}, lightGrounds = {{{7, 0xffd8dee4}, {15, 0xffeaeef2}}};

double linear(int level)
{
    static const auto table = [] {
        std::array<double, 256> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double v = static_cast<double>(i) / 255;
            all[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        }
        return all;
    }();
    return table[static_cast<std::size_t>(level)];
}

double luminance(const QColor& c) { return 0.2126 * linear(c.red()) + 0.7152 * linear(c.green()) + 0.0722 * linear(c.blue()); }

// FG on its way to END, as far as it takes to stand on BG with that contrast.
QColor towards(const QColor& end, double wanted, const QColor& fg, const QColor& bg)
{
    double low = 0, high = 1;
    for (int i = 0; i < 8; ++i) {
        const double middle = (low + high) / 2;
        (contrast(mix(fg, end, middle), bg) >= wanted ? high : low) = middle;
    }
    return mix(fg, end, high);
}

// PLAIN: it has no tint that would be lost.
QColor legible(const QColor& fg, const QColor& bg, bool plain)
{
    if (contrast(fg, bg) >= legibleContrast)
        return fg;
    QColor end = luminance(fg) < luminance(bg) ? Qt::black : Qt::white;
    if (contrast(end, bg) < legibleContrast)
        end = end == QColor(Qt::black) ? Qt::white : Qt::black;
    return towards(end, plain ? std::min(plainContrast, contrast(end, bg)) : legibleContrast, fg, bg);
}

bool isOfTheView(const CellColor& c) { return c.kind == CellColor::Default || (c.kind == CellColor::Indexed && c.r < 16); }
} // namespace

double contrast(const QColor& a, const QColor& b)
{
    const double of = luminance(a), on = luminance(b);
    return (std::max(of, on) + 0.05) / (std::min(of, on) + 0.05);
}

bool setRendition(int code, CellStyle& style)
{
    switch (code) {
    case 0: style = {.fg = {}, .bg = {}, .flags = static_cast<std::uint16_t>(style.flags & CellStyle::Protected)}; return true;
    case 1: style.set(CellStyle::Bold, true); return true;
    case 2: style.set(CellStyle::Dim, true); return true;
    case 3: style.set(CellStyle::Italic, true); return true;
    case 4:
    case 24:
        style.set(CellStyle::Underline, code == 4);
        style.set(CellStyle::DoubleUnderline, false);
        style.set(CellStyle::CurlyUnderline, false);
        return true;
    case 7:
    case 27: style.set(CellStyle::Reverse, code == 7); return true;
    case 8:
    case 28: style.set(CellStyle::Conceal, code == 8); return true;
    case 9:
    case 29: style.set(CellStyle::Strike, code == 9); return true;
    case 22:
        style.set(CellStyle::Bold, false);
        style.set(CellStyle::Dim, false);
        return true;
    case 23: style.set(CellStyle::Italic, false); return true;
    case 39: style.fg = {}; return true;
    case 49: style.bg = {}; return true;
    default: break;
    }
    if (code >= 30 && code <= 37)
        style.fg = CellColor::indexed(code - 30);
    else if (code >= 40 && code <= 47)
        style.bg = CellColor::indexed(code - 40);
    else if (code >= 90 && code <= 97)
        style.fg = CellColor::indexed(code - 90 + 8);
    else if (code >= 100 && code <= 107)
        style.bg = CellColor::indexed(code - 100 + 8);
    else
        return false;
    return true;
}

QColor mix(const QColor& a, const QColor& b, double s)
{
    return QColor::fromRgbF(static_cast<float>(a.redF() * (1 - s) + b.redF() * s),
                            static_cast<float>(a.greenF() * (1 - s) + b.greenF() * s),
                            static_cast<float>(a.blueF() * (1 - s) + b.blueF() * s));
}

ViewColors ViewColors::of(const QPalette& palette)
{
    ViewColors c;
    c.background = palette.color(QPalette::Base);
    c.text = palette.color(QPalette::Text);
    c.dark = c.background.lightnessF() < 0.5f;
    c.dim = mix(c.text, c.background, 0.42);
    c.faint = mix(c.background, c.text, c.dark ? 0.06 : 0.035);
    c.border = mix(c.background, c.text, c.dark ? 0.16 : 0.13);
    c.accent = palette.color(QPalette::Highlight);
    c.selection = mix(c.background, c.accent, c.dark ? 0.45 : 0.28);
    c.match = c.dark ? QColor(0x6a, 0x55, 0x12) : QColor(0xff, 0xe5, 0x8a);
    c.currentMatch = c.dark ? QColor(0x9c, 0x66, 0x00) : QColor(0xff, 0xa9, 0x1f);
    c.warning = c.dark ? QColor(0xe8, 0xa3, 0x3d) : QColor(0xb3, 0x6b, 0x00);
    c.error = c.dark ? QColor(0xff, 0x7b, 0x86) : QColor(0xc2, 0x28, 0x38);
    return c;
}

QColor ViewColors::ansi(int index) const
{
    if (index < 16)
        return QColor::fromRgb(dark ? darkPalette[static_cast<std::size_t>(index)]
                                    : lightPalette[static_cast<std::size_t>(index)]);
    if (index >= 232) {
        const int v = 8 + (index - 232) * 10;
        return {v, v, v};
    }
    const auto level = [](int v) { return v == 0 ? 0 : 55 + v * 40; };
    const int i = index - 16;
    return {level(i / 36), level(i / 6 % 6), level(i % 6)};
}

QColor ViewColors::resolve(const CellColor& c, const QColor& whenDefault, bool bright) const
{
    switch (c.kind) {
    case CellColor::Default: return whenDefault;
    case CellColor::Indexed: return ansi(bright && c.r < 8 ? c.r + 8 : c.r);
    case CellColor::Rgb: return {c.r, c.g, c.b};
    }
    return whenDefault;
}

ViewColors::Inks ViewColors::inks(const CellStyle& style, bool reversed) const
{
    QColor fg = resolve(style.fg, text, style.has(CellStyle::Bold)), bg = resolve(style.bg, background);
    for (const auto& [index, ground] : dark ? darkGrounds : lightGrounds)
        if (style.bg == CellColor::indexed(index))
            bg = QColor::fromRgb(ground);
    const bool hidden = style.fg == style.bg && style.fg.kind != CellColor::Default;
    if (hidden)
        fg = bg;
    const bool reverse = style.has(CellStyle::Reverse) != reversed;
    const CellColor& wanted = reverse ? style.bg : style.fg;
    const CellColor& ground = reverse ? style.fg : style.bg;
    if (reverse)
        std::swap(fg, bg);
    Inks inks{.text = fg, .blocks = fg, .background = bg, .filled = reverse || ground.kind != CellColor::Default};
    if (hidden)
        return inks;
    if (dark && wanted == CellColor::indexed(0) && inks.filled)
        inks.text = background; // black: grey only where the view itself is black
    if (isOfTheView(wanted))
        inks.text = legible(inks.text, bg, wanted.kind == CellColor::Default || wanted.r == 0 || wanted.r == 15);
    return inks;
}

} // namespace slipway::ui
