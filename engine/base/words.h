// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace slipway
{

// What stands between blanks, tabs and line ends.
[[nodiscard]] std::vector<std::string> wordsOf(const std::string& text);

// TEXT in quotes as Go's %q writes it: what cannot be seen by its number.
[[nodiscard]] std::string goQuoted(const std::string& text);

} // namespace slipway
