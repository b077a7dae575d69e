// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

// Small translations into dockerd's words.
namespace slipway
{

struct ContainerState;

// Go units: "Less than a second", "About a minute", "3 weeks".
[[nodiscard]] std::string humanDuration(std::chrono::nanoseconds duration);
[[nodiscard]] std::string statusText(const ContainerState& state, TimePoint at); // "Exited (0) 5 seconds ago"
[[nodiscard]] std::string stateText(const ContainerState& state);                // "exited"

// "KILL", "sigterm", "9", "RTMIN+3"; InvalidArgument "invalid signal: X".
[[nodiscard]] Result<int> parseSignal(std::string_view text);

// A string, or the strings of an array; nothing of anything else.
[[nodiscard]] std::vector<std::string> jsonStrings(const Json& value);

} // namespace slipway
