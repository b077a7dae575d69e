// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerapi/build_history.h"

namespace slipway::dockerapi
{
namespace
{
BuildState buildState(const std::string& word)
{
    return word == "running" ? BuildState::Running : word == "succeeded" ? BuildState::Succeeded : word == "cancelled" ? BuildState::Cancelled : BuildState::Failed;
}

PastStep::State stepState(const std::string& word)
{
    using enum PastStep::State;
    return word == "running" ? Running : word == "cached" ? Cached : word == "done" ? Done : word == "cancelled" ? Cancelled : Failed;
}
} // namespace

PastBuild pastBuild(const Json& json)
{
    PastBuild build;
    build.id = jsonValue<std::string>(json, "Id");
    build.dockerfile = jsonValue<std::string>(json, "Dockerfile");
    build.source = jsonValue<std::string>(json, "Source");
    build.digest = jsonValue<std::string>(json, "Digest");
    build.tags = jsonValue<std::vector<std::string>>(json, "Tags");
    build.target = jsonValue<std::string>(json, "Target");
    build.platform = jsonValue<std::string>(json, "Platform");
    build.network = jsonValue<std::string>(json, "Network");
    build.args = jsonValue<std::map<std::string, std::string>>(json, "Args");
    build.labels = jsonValue<std::map<std::string, std::string>>(json, "Labels");
    build.noCache = jsonValue<bool>(json, "NoCache");
    build.pull = jsonValue<bool>(json, "Pull");
    build.state = buildState(jsonValue<std::string>(json, "State"));
    build.error = jsonValue<std::string>(json, "Error");
    build.image = jsonValue<std::string>(json, "Image");
    build.startedNs = jsonValue<std::int64_t>(json, "StartedNs");
    build.ms = jsonValue<std::int64_t>(json, "Ms");
    build.total = jsonValue<int>(json, "Total");
    build.stepCount = jsonValue<int>(json, "StepCount");
    build.cachedCount = jsonValue<int>(json, "CachedCount");
    build.text = jsonValue<std::string>(json, "Text");
    const Json& steps = jsonMember(json, "Steps");
    for (const Json& each : steps.is_array() ? steps : Json::array())
        build.steps.push_back({.number = jsonValue<int>(each, "Step"), .line = jsonValue<int>(each, "Line"), .text = jsonValue<std::string>(each, "Text"),
                               .state = stepState(jsonValue<std::string>(each, "State")), .startedMs = jsonValue<std::int64_t>(each, "StartedMs"),
                               .ms = jsonValue<std::int64_t>(each, "Ms"), .size = jsonValue<std::int64_t>(each, "Size")});
    return build;
}

} // namespace slipway::dockerapi
