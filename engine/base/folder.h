// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace slipway
{

// The names in FOLDER, sorted.
[[nodiscard]] Result<std::vector<std::string>> namesIn(int folder);

} // namespace slipway
