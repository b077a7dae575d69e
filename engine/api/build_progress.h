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
//   {"slipway":{"step":3,"total":9,"line":5,"ms":1204,"state":"started","text":"RUN npm ci"}}: build/progress_json.h, and
//   pull (progress: a line as of docker pull). Steps of stages that run side by side come mixed. Empty for what has no state.
[[nodiscard]] std::string stepProgress(const build::BuildProgress& progress, std::chrono::milliseconds since);

// The answer of POST /slipway/builds/forecast, which takes context and query of POST /build and makes nothing:
//   {"steps":[{"step":3,"total":9,"line":5,"stage":"build","name":"RUN","text":"RUN npm ci","state":"miss","reason":"files",
//              "changed":["package.json"],"after":0,"size":0}]}
//   state: hit, miss, unknown (until what it copies from is made); reason: why no hit (build::ForecastStep::Reason in lower
//   case); after: the line of the step without a result that "after" and "source" speak of.
[[nodiscard]] std::string forecastAnswer(const std::vector<build::ForecastStep>& steps);

[[nodiscard]] std::string jsonLine(const Json& json); // with the line end that dockerd writes
[[nodiscard]] std::string streamLine(const std::string& text);

} // namespace slipway::api
