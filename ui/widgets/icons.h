// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

// Slipway's own icons: resources/icons/NAME.svg, strokes in currentColor. They take the theme's colour when they are painted, so an
// icon that was set once is right in every theme, scale and state. GUI thread.
namespace slipway::ui
{

enum class Tint : std::uint8_t { Text, Muted, Accent, Success, Warning, Danger, OnAccent };

// icon("play"). Checked buttons show a muted icon in the accent colour, disabled ones are faint. An unknown NAME is an empty
// icon and a warning in the log.
[[nodiscard]] QIcon icon(const char* name, Tint tint = Tint::Text);
[[nodiscard]] QColor tintColor(Tint tint);

// The same for painting without an icon: NAME into RECT of the painter's device.
void paintIcon(QPainter& painter, const QRectF& rect, const char* name, const QColor& color);

} // namespace slipway::ui
