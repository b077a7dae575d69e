// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include <QString>

// What can be done to a container, by the engine's own verbs: start, stop, restart, kill, pause, unpause.
namespace slipway::ui::verbs
{

[[nodiscard]] bool applies(std::string_view verb, std::string_view state); // "start" to "exited"
[[nodiscard]] QString doing(std::string_view verb);                        // "Starting…"
[[nodiscard]] QString failed(std::string_view verb);                       // "Not started"

} // namespace slipway::ui::verbs
