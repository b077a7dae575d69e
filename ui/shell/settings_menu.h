// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;

namespace slipway::ui
{

class MainWindow;

// The menu behind "Settings" of the rail: theme, palette, help, quit. The caller owns it.
[[nodiscard]] QMenu* makeSettingsMenu(MainWindow& window);

} // namespace slipway::ui
