// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/build_record.h"

#include <algorithm>

#include "base/clock.h"
#include "build/build_service.h"
#include "build/dockerfile/lint_checks.h"
#include "store/digest.h"

namespace slipway::build
{

BuildRecord BuildRecord::of(const BuildRequest& request, const std::string& text)
{
    BuildRecord record;
    record.dockerfile = request.dockerfile;
    record.source = request.source;
    record.digest = Digest::of(text).str();
    for (const Reference& tag : request.tags)
        record.tags.push_back(tag.familiar());
    record.target = request.target;
    record.platform = request.platform;
    record.network = request.network == "default" ? "" : request.network;
    record.labels = request.labels;
    for (const auto& [name, value] : request.args)
        record.args[name] = dockerfile::looksSecret(name) ? "" : value;
    record.noCache = request.noCache;
    record.pull = request.pull;
    record.startedNs = toUnixNano(now());
    return record;
}

BuildRecord BuildRecord::from(const Json& json)
{
    BuildRecord record;
    record.id = jsonValue<std::string>(json, "Id");
    record.dockerfile = jsonValue<std::string>(json, "Dockerfile");
    record.source = jsonValue<std::string>(json, "Source");
    record.digest = jsonValue<std::string>(json, "Digest");
    record.tags = jsonValue<std::vector<std::string>>(json, "Tags");
    record.target = jsonValue<std::string>(json, "Target");
    record.platform = jsonValue<std::string>(json, "Platform");
    record.network = jsonValue<std::string>(json, "Network");
    record.args = jsonValue<std::map<std::string, std::string>>(json, "Args");
    record.labels = jsonValue<std::map<std::string, std::string>>(json, "Labels");
    record.noCache = jsonValue<bool>(json, "NoCache");
    record.pull = jsonValue<bool>(json, "Pull");
    record.state = jsonValue<std::string>(json, "State");
    record.error = jsonValue<std::string>(json, "Error");
    record.image = jsonValue<std::string>(json, "Image");
    record.startedNs = jsonValue<std::int64_t>(json, "StartedNs");
    record.ms = jsonValue<std::int64_t>(json, "Ms");
    record.total = jsonValue<int>(json, "Total");
    record.logBytes = jsonValue<std::int64_t>(json, "LogBytes");
    const Json& steps = jsonMember(json, "Steps");
    for (const Json& each : steps.is_array() ? steps : Json::array())
        record.steps.push_back({.number = jsonValue<int>(each, "Step"), .line = jsonValue<int>(each, "Line"), .text = jsonValue<std::string>(each, "Text"),
                                .state = jsonValue<std::string>(each, "State"), .startedMs = jsonValue<std::int64_t>(each, "StartedMs"),
                                .ms = jsonValue<std::int64_t>(each, "Ms"), .size = jsonValue<std::int64_t>(each, "Size")});
    return record;
}

Json BuildRecord::toJson(bool withSteps) const
{
    Json json = {{"Id", id},           {"Dockerfile", dockerfile}, {"Source", source}, {"Digest", digest},       {"Tags", tags},   {"Target", target},
                 {"Platform", platform}, {"Network", network},       {"Args", args},     {"Labels", labels},       {"NoCache", noCache}, {"Pull", pull},
                 {"State", state},       {"Error", error},           {"Image", image},   {"StartedNs", startedNs}, {"Ms", ms},       {"Total", total},
                 {"LogBytes", logBytes}, {"StepCount", steps.size()}, {"CachedCount", cachedSteps()}};
    if (!withSteps)
        return json;
    Json& list = json["Steps"] = Json::array();
    for (const StepRecord& each : steps)
        list.push_back({{"Step", each.number}, {"Line", each.line}, {"Text", each.text}, {"State", each.state},
                        {"StartedMs", each.startedMs}, {"Ms", each.ms}, {"Size", each.size}});
    return json;
}

int BuildRecord::cachedSteps() const { return static_cast<int>(std::ranges::count(steps, "cached", &StepRecord::state)); }

void BuildRecord::take(const Json& progress)
{
    const int number = jsonValue<int>(progress, "step");
    const auto word = jsonValue<std::string>(progress, "state");
    const auto at = jsonValue<std::int64_t>(progress, "ms");
    total = std::max(total, jsonValue<int>(progress, "total"));
    ms = std::max(ms, at);
    if (word == "started") {
        for (StepRecord& each : steps) // an ARG before the first FROM has no end of its own
            if (each.state == "running" && each.number == number - 1 && each.text.starts_with("ARG"))
                each.state = "done";
        steps.push_back({.number = number, .line = jsonValue<int>(progress, "line"), .text = jsonValue<std::string>(progress, "text"), .startedMs = at});
        return;
    }
    const auto found = std::ranges::find(steps, number, &StepRecord::number);
    if (found == steps.end() || word == "output")
        return;
    found->ms = at - found->startedMs;
    found->size = std::max(found->size, jsonValue<std::int64_t>(progress, "size"));
    if (word == "failed")
        found->state = jsonValue<bool>(progress, "cancelled") ? "cancelled" : "failed";
    else if (found->state != "cached")
        found->state = word;
}

void BuildRecord::end(const std::string& how, const std::string& why)
{
    state = how;
    error = why;
    for (StepRecord& each : steps) {
        if (each.state != "running")
            continue;
        each.state = how == "succeeded" ? "done" : how;
        each.ms = std::max<std::int64_t>(0, ms - each.startedMs);
    }
}

} // namespace slipway::build
