// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway
{

[[nodiscard]] std::string base64Encode(std::string_view bytes);
[[nodiscard]] Result<std::string> base64Decode(std::string_view text); // standard and URL alphabets; InvalidArgument

} // namespace slipway
