// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace slipway::build
{

struct BuildRequest;

// What is kept of one step of a build.
struct StepRecord
{
    int number = 0, line = 0; // line of the Dockerfile, from 1; 0: it is not in there
    std::string text;
    std::string state = "running"; // running, cached, done, failed, cancelled
    std::int64_t startedMs = 0, ms = 0; // since the build began; how long it took
    std::int64_t size = 0;              // of its layer, bytes
};

// What is kept of one build.
struct BuildRecord
{
    std::string id;
    std::string dockerfile, source; // its name in the context; where the client has it (BuildRequest::source)
    std::string digest;             // of the Dockerfile's text
    std::vector<std::string> tags;
    std::string target, platform, network;
    std::map<std::string, std::string> args, labels; // values of args whose name says secret are left out
    bool noCache = false, pull = false;
    std::string state = "running"; // running, succeeded, failed, cancelled
    std::string error, image;      // why it failed; the id of what it made
    std::int64_t startedNs = 0, ms = 0; // unix time; how long it took (until now)
    int total = 0;                      // steps that were planned
    std::vector<StepRecord> steps;      // those that began, in the order in which they did
    std::int64_t logBytes = 0;

    [[nodiscard]] static BuildRecord of(const BuildRequest& request, const std::string& text);
    [[nodiscard]] static BuildRecord from(const Json& json);
    [[nodiscard]] Json toJson(bool withSteps) const; // without: how many steps there were, and how many of them cached

    // PROGRESS: as of progressJson().
    void take(const Json& progress);
    // Whatever still runs ended with it.
    void end(const std::string& how, const std::string& why);
    [[nodiscard]] int cachedSteps() const;
};

} // namespace slipway::build
