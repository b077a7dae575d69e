// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/build_progress.h"

#include <format>

#include "api/byte_channel.h"
#include "build/progress_json.h"

namespace slipway::api
{

using build::BuildProgress;
using Kind = BuildProgress::Kind;

std::string forecastAnswer(const std::vector<build::ForecastStep>& steps)
{
    static constexpr const char* states[] = {"hit", "miss", "unknown"};
    static constexpr const char* reasons[] = {"",       "instruction", "files", "base",    "argument", "environment", "after",
                                              "source", "remote",      "pull",  "nocache", "absent",   "error"};
    Json list = Json::array();
    for (const build::ForecastStep& step : steps) {
        list.push_back({{"step", step.step},
                        {"total", step.total},
                        {"line", step.line},
                        {"stage", step.stage},
                        {"name", step.name},
                        {"text", step.text},
                        {"state", states[static_cast<int>(step.state)]},
                        {"reason", reasons[static_cast<int>(step.reason)]},
                        {"changed", step.changed},
                        {"after", step.after},
                        {"size", step.size}});
    }
    return dumpJson({{"steps", list}});
}

std::string jsonLine(const Json& json) { return dumpJson(json) + "\r\n"; }
std::string streamLine(const std::string& text) { return jsonLine({{"stream", text}}); }

std::string printedProgress(const BuildProgress& progress)
{
    switch (progress.kind) {
    case Kind::Step:
        return streamLine(std::format("Step {}/{} : {}", progress.step, progress.total, progress.text)) + streamLine("\n");
    case Kind::Cached:
        return streamLine(" ---> Using cache\n");
    case Kind::Running:
        return streamLine(" ---> Running in " + progress.id + "\n");
    case Kind::Output:
        return streamLine(progress.isError ? "\x1b[91m" + progress.text + "\x1b[0m" : progress.text);
    case Kind::Removed:
        return streamLine(" ---> Removed intermediate container " + progress.id + "\n");
    case Kind::Done:
        return streamLine(" ---> " + progress.id + "\n");
    case Kind::Note:
        return streamLine(progress.text + "\n");
    case Kind::Pull:
        return progressLine(progress.pull);
    case Kind::Failed:
        break;
    }
    return {};
}

std::string stepProgress(const BuildProgress& progress, std::chrono::milliseconds since)
{
    Json step = build::progressJson(progress, since);
    if (progress.kind == Kind::Pull)
        step = {{"step", progress.step}, {"total", progress.total}, {"line", progress.line}, {"ms", since.count()}, {"state", "pull"}, {"progress", progressJson(progress.pull)}};
    return step.is_null() ? std::string() : jsonLine({{"slipway", step}});
}

} // namespace slipway::api
