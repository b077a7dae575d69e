// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::logstore
{

// Texts of which at least one is in everything that a Perl regular expression matches: the rarest one of each alternative.
// Empty when there is none, or when the expression is not simple enough to be sure.
[[nodiscard]] std::vector<std::string> needlesOf(std::string_view regex);

} // namespace slipway::logstore
