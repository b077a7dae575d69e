// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace slipway
{

// This machine's architecture as images and Docker name it: "amd64", "arm64", …; the kernel's own word where they have none.
[[nodiscard]] std::string machineArchitecture();

} // namespace slipway
