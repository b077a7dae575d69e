// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

// What GET /slipway/builds tells of a build that was made.
namespace slipway::dockerapi
{

enum class BuildState : std::uint8_t { Running, Succeeded, Failed, Cancelled };

struct PastStep
{
    enum class State : std::uint8_t { Running, Cached, Done, Failed, Cancelled };
    int number = 0, line = 0; // line of the Dockerfile, from 1; 0: it is not in there
    std::string text;
    State state = State::Running;
    std::int64_t startedMs = 0, ms = 0, size = 0; // since the build began; how long; bytes of its layer
};

struct PastBuild
{
    std::string id, dockerfile, source; // source: where the window had it; empty: another client built it
    std::string digest;                 // of the Dockerfile's text
    std::vector<std::string> tags;
    std::string target, platform, network;
    std::map<std::string, std::string> args, labels;
    bool noCache = false, pull = false;
    BuildState state = BuildState::Running;
    std::string error, image;
    std::int64_t startedNs = 0, ms = 0;
    int total = 0, stepCount = 0, cachedCount = 0;
    std::vector<PastStep> steps; // of one that was asked for alone, and its Dockerfile
    std::string text;
};

[[nodiscard]] PastBuild pastBuild(const Json& json);

} // namespace slipway::dockerapi
