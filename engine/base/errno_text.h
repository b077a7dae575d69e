// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace slipway
{

// What strerror says, in lower case as Go (and so dockerd) prints it: "no space left on device". failErrno() uses it.
[[nodiscard]] std::string errnoText(int err);

} // namespace slipway
