// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slipway::ui::theme
{

enum class Mode : std::uint8_t { System, Light, Dark };
// Palette, font and style sheet of the whole application; System follows the desktop, also when it changes.
void apply(Mode mode);

} // namespace slipway::ui::theme
