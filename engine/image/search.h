// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

struct ImageSearch
{
    std::string term; // "nginx", "team/app", or "registry.example:5000/app" for another registry than the Hub
    int limit = 25;   // 1 to 100
    std::optional<bool> official, automated;
    int stars = 0; // at least
};

// What the registry's search (/v1/search) finds: [{"name", "description", "star_count", "is_official", "is_automated"}].
// In dockerd's words: InvalidArgument for a limit out
// of range and for a registry that does not answer, Internal for the Hub and for one that has no search.
[[nodiscard]] Result<Json> searchImages(const ImageSearch& wanted, const std::stop_token& stop);

} // namespace slipway
