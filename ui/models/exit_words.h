// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace slipway::ui
{

[[nodiscard]] QString signalName(int number); // "SIGKILL"; "signal 60" without a name
[[nodiscard]] QString exitWords(int code);    // "exit code 2", "exit code 137 (SIGKILL)"

} // namespace slipway::ui
