// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/json.h"

namespace slipway::build
{
class BuildService;
}

namespace slipway::api
{

// BuildCache of GET /system/df.
[[nodiscard]] Result<Json> buildCacheJson(const build::BuildService& builds);

} // namespace slipway::api
