// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerapi/types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

namespace slipway::dockerapi
{
namespace
{

std::map<std::string, std::string> stringMap(const Json& object)
{
    std::map<std::string, std::string> result;
    if (!object.is_object())
        return result;
    for (const auto& [key, value] : object.items())
        if (value.is_string())
            result[key] = value.get<std::string>();
    return result;
}

std::vector<std::string> strings(const Json& array)
{
    std::vector<std::string> result;
    if (!array.is_array())
        return result;
    for (const Json& value : array)
        if (value.is_string())
            result.push_back(value.get<std::string>());
    return result;
}

std::optional<std::uint64_t> number(const Json& object, const char* key)
{
    const Json& value = jsonMember(object, key);
    if (!value.is_number())
        return std::nullopt;
    if (value.is_number_float())
        return value.get<double>() < 0 ? 0 : static_cast<std::uint64_t>(value.get<double>());
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.get<std::int64_t>()));
}

// A moment as a number of seconds or (libpod) as text.
std::int64_t seconds(const Json& object, const char* key)
{
    const Json& value = jsonMember(object, key);
    if (value.is_string()) {
        const auto time = parseRfc3339(value.get_ref<const std::string&>());
        return time ? toUnixSeconds(*time) : 0;
    }
    return jsonValue<std::int64_t>(object, key);
}

Port port(const Json& json)
{
    Port result;
    result.ip = jsonValue<std::string>(json, "IP");
    result.privatePort = jsonValue<std::uint16_t>(json, "PrivatePort");
    result.publicPort = jsonValue<std::uint16_t>(json, "PublicPort");
    result.type = jsonValue<std::string>(json, "Type", "tcp");
    return result;
}

void addBlockIo(StatsSample& sample, const Json& entries)
{
    if (!entries.is_array())
        return;
    for (const Json& entry : entries) {
        std::string op = jsonValue<std::string>(entry, "op");
        std::ranges::transform(op, op.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (op == "read")
            sample.blockRead += number(entry, "value").value_or(0);
        else if (op == "write")
            sample.blockWrite += number(entry, "value").value_or(0);
    }
}

void addMemory(StatsSample& sample, const Json& memory)
{
    sample.memoryUsage = number(memory, "usage");
    sample.memoryLimit = number(memory, "limit");
    const Json& detail = jsonMember(memory, "stats");
    sample.memoryCache = number(detail, "inactive_file");
    if (!sample.memoryCache)
        sample.memoryCache = number(detail, "total_inactive_file");
}

} // namespace

ContainerSummary containerSummary(const Json& json)
{
    ContainerSummary result;
    result.id = jsonValue<std::string>(json, "Id");
    const auto names = strings(jsonMember(json, "Names"));
    for (const std::string& name : names) // "/a/b" is a link of an old engine, not the name
        if (result.name.empty() && std::ranges::count(name, '/') <= 1)
            result.name = name.starts_with('/') ? name.substr(1) : name;
    result.image = jsonValue<std::string>(json, "Image");
    result.imageId = jsonValue<std::string>(json, "ImageID");
    result.command = jsonValue<std::string>(json, "Command");
    result.state = jsonValue<std::string>(json, "State");
    result.status = jsonValue<std::string>(json, "Status");
    result.created = seconds(json, "Created");
    if (const Json& ports = jsonMember(json, "Ports"); ports.is_array())
        for (const Json& entry : ports)
            result.ports.push_back(port(entry));
    result.labels = stringMap(jsonMember(json, "Labels"));
    return result;
}

ImageSummary imageSummary(const Json& json)
{
    ImageSummary result;
    result.id = jsonValue<std::string>(json, "Id");
    result.repoTags = strings(jsonMember(json, "RepoTags"));
    result.repoDigests = strings(jsonMember(json, "RepoDigests"));
    std::erase(result.repoTags, "<none>:<none>");
    std::erase(result.repoDigests, "<none>@<none>");
    result.created = seconds(json, "Created");
    result.size = jsonValue<std::int64_t>(json, "Size");
    result.containers = jsonValue<int>(json, "Containers", -1);
    result.labels = stringMap(jsonMember(json, "Labels"));
    return result;
}

EventMessage eventMessage(const Json& json)
{
    EventMessage result;
    result.type = jsonValue<std::string>(json, "Type");
    result.action = jsonValue<std::string>(json, "Action", jsonValue<std::string>(json, "status"));
    const Json& actor = jsonMember(json, "Actor");
    result.actorId = jsonValue<std::string>(actor, "ID", jsonValue<std::string>(json, "id"));
    result.attributes = stringMap(jsonMember(actor, "Attributes"));
    result.timeNano = jsonValue<std::int64_t>(json, "timeNano");
    if (result.timeNano == 0)
        result.timeNano = jsonValue<std::int64_t>(json, "time") * 1'000'000'000;
    return result;
}

StatsSample statsSample(const Json& json)
{
    StatsSample result;
    if (const auto time = parseRfc3339(jsonValue<std::string>(json, "read")))
        result.timeNs = toUnixNano(*time);
    const Json& cpu = jsonMember(json, "cpu_stats");
    const Json& usage = jsonMember(cpu, "cpu_usage");
    result.cpuTotalNs = number(usage, "total_usage");
    result.systemCpuNs = number(cpu, "system_cpu_usage");
    result.onlineCpus = jsonValue<unsigned>(cpu, "online_cpus");
    if (const Json& each = jsonMember(usage, "percpu_usage"); result.onlineCpus == 0 && each.is_array())
        result.onlineCpus = static_cast<unsigned>(each.size());
    result.onlineCpus = std::max(1u, result.onlineCpus);
    result.throttledNs = number(jsonMember(cpu, "throttling_data"), "throttled_time");
    addMemory(result, jsonMember(json, "memory_stats"));
    if (const Json& networks = jsonMember(json, "networks"); networks.is_object())
        for (const Json& counters : networks) {
            result.networkRx += number(counters, "rx_bytes").value_or(0);
            result.networkTx += number(counters, "tx_bytes").value_or(0);
        }
    addBlockIo(result, jsonMember(jsonMember(json, "blkio_stats"), "io_service_bytes_recursive"));
    result.pids = number(jsonMember(json, "pids_stats"), "current");
    return result;
}

namespace
{
constexpr double unmeasured = std::numeric_limits<double>::quiet_NaN();

std::vector<double> doubles(const Json& column, std::size_t size)
{
    std::vector<double> values;
    if (column.is_array())
        for (const Json& value : column)
            values.push_back(value.is_number() ? value.get<double>() : unmeasured);
    values.resize(size, unmeasured);
    return values;
}
} // namespace

MetricsHistory metricsHistory(const Json& json)
{
    MetricsHistory history;
    if (!json.is_object())
        return history;
    history.step = std::max(1, jsonValue<int>(json, "step", 1));
    history.times = jsonValue<std::vector<std::int64_t>>(json, "time");
    history.fromProc = jsonValue<bool>(json, "fromProc");
    for (const auto& [name, column] : json.items())
        if (column.is_array() && name != "time")
            history.columns[name] = doubles(column, history.times.size());
    return history;
}

std::vector<MetricsMark> metricsMarks(const Json& json)
{
    std::vector<MetricsMark> marks;
    if (!json.is_array())
        return marks;
    const auto whole = [](const Json& each, const char* name) {
        const Json& value = jsonMember(each, name);
        return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
    };
    for (const Json& each : json)
        marks.push_back({jsonValue<std::int64_t>(each, "time"), jsonValue<std::string>(each, "what"), whole(each, "exitCode"), whole(each, "memoryPeak"), whole(each, "oomKills")});
    return marks;
}

MetricsMachine metricsMachine(const Json& json)
{
    return {jsonValue<std::vector<std::string>>(json, "channels"), jsonValue<unsigned>(json, "cpus"), jsonValue<std::uint64_t>(json, "memory"),
            jsonValue<std::string>(json, "cgroups")};
}

MetricsInstant metricsInstant(const Json& json, std::shared_ptr<const MetricsMachine> machine)
{
    MetricsInstant instant;
    const std::size_t channels = machine->channels.size();
    instant.time = jsonValue<std::int64_t>(json, "time");
    const Json& cores = jsonMember(json, "cores");
    instant.cores = doubles(cores, cores.is_array() ? cores.size() : 0);
    instant.host = doubles(jsonMember(json, "host"), channels);
    if (const Json& containers = jsonMember(json, "containers"); containers.is_object())
        for (const auto& [id, values] : containers.items())
            instant.containers[id].values = doubles(values, channels);
    for (const std::string& id : jsonValue<std::vector<std::string>>(json, "fromProc"))
        if (const auto found = instant.containers.find(id); found != instant.containers.end())
            found->second.fromProc = true;
    instant.machine = std::move(machine);
    return instant;
}

ProgressLine progressLine(const Json& json)
{
    ProgressLine result;
    result.id = jsonValue<std::string>(json, "id");
    result.status = jsonValue<std::string>(json, "status");
    result.stream = jsonValue<std::string>(json, "stream");
    result.error = jsonValue<std::string>(json, "error", jsonValue<std::string>(jsonMember(json, "errorDetail"), "message"));
    const Json& detail = jsonMember(json, "progressDetail");
    result.current = jsonValue<std::int64_t>(detail, "current");
    result.total = jsonValue<std::int64_t>(detail, "total");
    return result;
}

std::optional<BuildStep> buildStep(const Json& json)
{
    static constexpr std::pair<const char*, BuildStep::State> states[] = {
        {"started", BuildStep::State::Started}, {"output", BuildStep::State::Output}, {"pull", BuildStep::State::Pull},
        {"cached", BuildStep::State::Cached},   {"done", BuildStep::State::Done},     {"failed", BuildStep::State::Failed}};
    const Json& step = jsonMember(json, "slipway");
    const auto word = jsonValue<std::string>(step, "state");
    for (const auto& [name, state] : states) {
        if (word != name)
            continue;
        BuildStep result;
        result.state = state;
        result.step = jsonValue<int>(step, "step");
        result.total = jsonValue<int>(step, "total");
        result.line = jsonValue<int>(step, "line");
        result.ms = jsonValue<std::int64_t>(step, "ms", -1);
        result.text = jsonValue<std::string>(step, "text");
        result.isStderr = jsonValue<bool>(step, "stderr");
        result.size = jsonValue<std::int64_t>(step, "size");
        result.pull = progressLine(jsonMember(step, "progress"));
        return result;
    }
    return std::nullopt;
}

std::vector<BuildForecast> buildForecast(const Json& json)
{
    static constexpr std::array states = {"hit", "miss", "unknown"};
    static constexpr std::array reasons = {"",       "instruction", "files", "base",    "argument", "environment", "after",
                                           "source", "remote",      "pull",  "nocache", "absent",   "error"};
    const auto numberOf = [](const auto& words, const std::string& word, std::size_t otherwise) {
        const auto found = std::ranges::find(words, word);
        return found == words.end() ? otherwise : static_cast<std::size_t>(found - words.begin());
    };
    std::vector<BuildForecast> steps;
    for (const Json& step : jsonMember(json, "steps")) {
        BuildForecast made;
        made.step = jsonValue<int>(step, "step");
        made.total = jsonValue<int>(step, "total");
        made.line = jsonValue<int>(step, "line");
        made.stage = jsonValue<std::string>(step, "stage");
        made.name = jsonValue<std::string>(step, "name");
        made.text = jsonValue<std::string>(step, "text");
        made.state = static_cast<BuildForecast::State>(numberOf(states, jsonValue<std::string>(step, "state"), 2));
        made.reason = static_cast<BuildForecast::Reason>(numberOf(reasons, jsonValue<std::string>(step, "reason"), 0));
        made.changed = jsonValue<std::vector<std::string>>(step, "changed");
        made.after = jsonValue<int>(step, "after");
        made.size = jsonValue<std::int64_t>(step, "size");
        steps.push_back(std::move(made));
    }
    return steps;
}

} // namespace slipway::dockerapi
