// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace slipway
{

// The names in FOLDER, sorted.
[[nodiscard]] Result<std::vector<std::string>> namesIn(int folder);
// The same in any order, and none where there is no such folder or it cannot be read.
[[nodiscard]] std::vector<std::string> entriesOf(const std::filesystem::path& folder);

} // namespace slipway
