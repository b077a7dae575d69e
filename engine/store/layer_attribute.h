// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace slipway
{

// The extended attributes that a layer keeps: capabilities, and the user's own but for overlayfs's.
[[nodiscard]] inline bool isLayerAttribute(std::string_view name)
{
    return name == "security.capability" || (name.starts_with("user.") && !name.starts_with("user.overlay."));
}

} // namespace slipway
