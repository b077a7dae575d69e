// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <QColor>
#include <QString>

// Colours, font and style of the whole window. GUI thread.
namespace slipway::ui::theme
{

enum class Mode : std::uint8_t { System, Light, Dark };

// Puts MODE on; System follows the desktop, also when it changes. Every widget is repainted (QEvent::PaletteChange).
void apply(Mode mode);
[[nodiscard]] Mode mode();
[[nodiscard]] bool isDark();

// Text colours keep a contrast of 4.5 on base and surface, in both themes.
struct Colors
{
    QColor base;               // behind everything: rail, page, dialog
    QColor surface;            // lists, fields, cards
    QColor raised;             // hover, wells, tracks
    QColor line, strongLine;   // separators; borders of controls
    QColor text, muted;        // muted: secondary text
    QColor accent, accentFill; // as text or line; behind accentText
    QColor accentText;
    QColor select;                            // behind a selected row
    QColor success, warning, danger;          // as text or glyph
    QColor dangerFill, dangerText;            // a destructive button
};
[[nodiscard]] const Colors& colors(); // of the theme that is on: read it when painting, do not keep it

// OVER laid on UNDER with an opacity of 0-1: tints of message bars and chips.
[[nodiscard]] QColor mix(const QColor& under, const QColor& over, double opacity);

// The spacing scale, in device-independent pixels.
inline constexpr int space1 = 4, space2 = 8, space3 = 12, space4 = 16, space6 = 24, space8 = 32;
inline constexpr int radius = 6;

} // namespace slipway::ui::theme
