// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include "build/build_service.h"

// The progress of a build as lines of POST /build's answer.
namespace slipway::api
{

// What dockerd's classic builder prints, in its very lines: clients read them. Empty for what it does not print.
[[nodiscard]] std::string printedProgress(const build::BuildProgress& progress);

// Our own form, for a client that asks with steps=1 and wants to know of each step what becomes of it (the window):
//   {"slipway":{"step":3,"total":9,"line":5,"ms":1204,"state":"started","text":"RUN npm ci"}}
//   ms: since the build began;
//   state: started; output (text, stderr); pull (progress: a line as of docker pull); cached, done (size of the layer in bytes);
//   failed (text). Steps of stages that run side by side come mixed. Empty for what has no state.
[[nodiscard]] std::string stepProgress(const build::BuildProgress& progress, std::chrono::milliseconds since);

[[nodiscard]] std::string jsonLine(const Json& json); // with the line end that dockerd writes
[[nodiscard]] std::string streamLine(const std::string& text);

} // namespace slipway::api
