// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string_view>

#include "base/error.h"

namespace slipway
{

// A Go duration: "1h30m", "1.5s", "250ms", "-2m", "0". InvalidArgument in Go's words.
[[nodiscard]] Result<std::chrono::nanoseconds> parseDuration(std::string_view text);

} // namespace slipway
