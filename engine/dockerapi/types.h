// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

// The Docker Engine API's messages as the client reads them: plain data, parsed leniently (a missing or odd field is its
// default, never a failure), because the other side may be any Docker or Podman. Source: Docker Engine API 1.45.
namespace slipway::dockerapi
{

struct Port
{
    std::string ip;
    std::uint16_t privatePort = 0;
    std::uint16_t publicPort = 0; // 0 = not published
    std::string type;             // tcp
};

struct ContainerSummary
{
    std::string id, name; // name without the leading slash
    std::string image, imageId, command;
    std::string state;  // created, running, paused, restarting, removing, exited, dead
    std::string status; // "Up 3 minutes (healthy)"
    std::int64_t created = 0; // unix seconds
    std::vector<Port> ports;
    std::map<std::string, std::string> labels;
};

struct ImageSummary
{
    std::string id;
    std::vector<std::string> repoTags, repoDigests;
    std::int64_t created = 0, size = 0; // unix seconds, bytes
    int containers = -1;                // using it; -1 = not counted
    std::map<std::string, std::string> labels;
};

struct EventMessage
{
    std::string type, action, actorId;
    std::map<std::string, std::string> attributes;
    std::int64_t timeNano = 0;
};

struct LogLine
{
    std::int64_t timeNs = 0; // 0 = unknown
    bool isStderr = false;
    bool partial = false;
    std::string text; // bytes, no newline
};

// One reading. nullopt = the engine did not say.
struct StatsSample
{
    std::int64_t timeNs = 0;
    std::optional<std::uint64_t> cpuTotalNs, systemCpuNs; // cumulative
    unsigned onlineCpus = 1;
    std::optional<std::uint64_t> memoryUsage, memoryLimit, memoryCache; // bytes; cache = inactive_file
    std::uint64_t networkRx = 0, networkTx = 0;                         // bytes, cumulative, all interfaces
    std::uint64_t blockRead = 0, blockWrite = 0;                        // bytes, cumulative
    std::optional<std::uint64_t> pids, throttledNs;
};

struct ProgressLine
{
    std::string id, status, stream, error;
    std::int64_t current = 0, total = 0;
};

// What a container used over time, as our own engine keeps it. Times that are missing were not measured.
struct MetricsHistory
{
    int step = 1;                    // seconds
    std::vector<std::int64_t> times; // unix seconds, ascending
    std::map<std::string, std::vector<double>> columns; // "cpu", "memory", …, as long as `times`; NaN = not measured
    bool fromProc = false; // measured without cgroups
};

// Something that happened to a container, as our own engine keeps it beside the history.
struct MetricsMark
{
    std::int64_t timeNs = 0;
    std::string what; // start, die, oom, restart, pause, unpause, healthy, unhealthy, update
    std::optional<std::int64_t> exitCode, memoryPeak, oomKills; // of die, where known; memoryPeak: bytes with the cache
};

// What our own engine measures, second by second, and on what machine.
struct MetricsMachine
{
    std::vector<std::string> channels; // what the values stand for: "cpu", "memory", …
    unsigned cpus = 0;
    std::uint64_t memory = 0; // bytes
    std::string cgroups;      // the version that measures; empty: none
};
struct MetricsInstant
{
    std::int64_t time = 0; // unix seconds
    std::vector<double> cores, host; // share of each in use, 0-1; of the whole machine, a value a channel; NaN = not measured
    struct Used
    {
        std::vector<double> values;
        bool fromProc = false;
    };
    std::map<std::string, Used> containers; // by id
    std::shared_ptr<const MetricsMachine> machine; // never null
};

// News of one step of a build.
struct BuildStep
{
    enum class State : std::uint8_t { Started, Output, Pull, Cached, Done, Failed };
    State state = State::Output;
    int step = 0, total = 0;
    int line = 0;        // of the Dockerfile, where the instruction begins; 0 = the engine does not say
    std::int64_t ms = -1; // since the build began; -1 = the engine does not say
    std::string text;    // the instruction; output as it came; why it failed
    bool isStderr = false;
    std::int64_t size = 0; // of its layer, bytes; of Cached and Done
    ProgressLine pull;
};

// What a build would do with one instruction (POST /slipway/builds/forecast).
struct BuildForecast
{
    enum class State : std::uint8_t { Hit, Miss, Unknown };
    enum class Reason : std::uint8_t { None, Instruction, Files, Base, Argument, Environment, After, Source, Remote, Pull, NoCache, Absent, Error };
    int step = 0, total = 0;
    int line = 0;                  // of the Dockerfile, where the instruction begins; 0 = a label of the request
    std::string stage, name, text; // "build", "COPY", "COPY . /app"
    State state = State::Unknown;
    Reason reason = Reason::None;
    std::vector<std::string> changed; // of Files, Argument, Environment: their names, not more than fifty; of Error: its words
    int after = 0;                    // of After and Source: the line of the step that has no result yet; 0 = the base image
    std::int64_t size = 0;            // of a hit's layer, bytes
};

[[nodiscard]] ContainerSummary containerSummary(const Json&);
[[nodiscard]] ImageSummary imageSummary(const Json&);
[[nodiscard]] EventMessage eventMessage(const Json&);
[[nodiscard]] StatsSample statsSample(const Json&);
[[nodiscard]] MetricsHistory metricsHistory(const Json&);
[[nodiscard]] std::vector<MetricsMark> metricsMarks(const Json&);
[[nodiscard]] MetricsMachine metricsMachine(const Json&);
[[nodiscard]] MetricsInstant metricsInstant(const Json&, std::shared_ptr<const MetricsMachine> machine);
[[nodiscard]] ProgressLine progressLine(const Json&);
// The "slipway" member of a line of POST /build?steps=1; nullopt when there is none.
[[nodiscard]] std::optional<BuildStep> buildStep(const Json&);
// The answer of POST /slipway/builds/forecast.
[[nodiscard]] std::vector<BuildForecast> buildForecast(const Json&);

} // namespace slipway::dockerapi
