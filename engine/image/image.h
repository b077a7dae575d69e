// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "store/digest.h"

namespace slipway
{

struct HealthConfig // durations in nanoseconds, 0 = inherit/default
{
    std::vector<std::string> test; // {"NONE"}, {"CMD", …}, {"CMD-SHELL", …}
    std::int64_t interval = 0, timeout = 0, startPeriod = 0, startInterval = 0;
    int retries = 0;
};

// The runnable part of an OCI image configuration.
struct ImageConfig
{
    std::string user, workingDir, stopSignal;
    std::vector<std::string> env, entrypoint, cmd, onBuild, shell;
    std::vector<std::string> exposedPorts; // "80/tcp"
    std::vector<std::string> volumes;
    std::map<std::string, std::string> labels;
    std::optional<HealthConfig> health;
    bool cmdIsNull = true, entrypointIsNull = true, labelsAreNull = true; // as inspect shows them
    Json ofContainer = Json::object(); // what a committed container leaves in it: {"Hostname", "Tty", "Image", …}
};

struct ImageHistory
{
    TimePoint created{};
    std::string createdBy, author, comment;
    bool emptyLayer = false;
};

struct Image
{
    Digest id; // digest of the configuration
    std::vector<std::string> repoTags;    // familiar form: "nginx:latest"
    std::vector<std::string> repoDigests; // "nginx@sha256:…"
    TimePoint created{};
    TimePoint lastTagged{};
    std::int64_t size = 0; // sum of the unpacked layers, bytes
    std::string architecture, variant, os, osVersion, author, comment;
    std::string parent; // id of the image that this one was committed from
    ImageConfig config;
    std::vector<Digest> layers; // diff ids, lowest first
    std::vector<ImageHistory> history;
};

} // namespace slipway
