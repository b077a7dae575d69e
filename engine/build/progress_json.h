// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "base/json.h"
#include "build/build_service.h"

namespace slipway::build
{

// What happens to a step as JSON, told to the window and kept in the history in the same form:
//   {"step":3,"total":9,"line":5,"ms":1204,"state":"started","text":"RUN npm ci"}
//   ms: since the build began; state: started; output (text, stderr); cached, done (size of the layer in bytes); failed (text; cancelled: because
//   another step failed, or nobody wants it any more).
// Null for what has no state (a pull: the API tells of it).
[[nodiscard]] Json progressJson(const BuildProgress& progress, std::chrono::milliseconds since);

} // namespace slipway::build
