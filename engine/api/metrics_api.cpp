// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <mutex>
#include <set>

#include "api/router.h"
#include "container/container_service.h"
#include "metrics/metrics_service.h"

namespace slipway::api
{
namespace
{
using metrics::Channel;
using metrics::MetricsService;

constexpr std::array<const char*, metrics::channels> names{
    "cpu",       "cpuPeak",    "memory", "memoryPeak", "cache",       "networkRx",      "networkTx",  "blockRead",
    "blockWrite", "pids",      "throttled", "pressureCpu", "pressureMemory", "pressureIo", "oomKills"};

Result<std::int64_t> seconds(const HttpRequest& request, const char* name, std::int64_t fallback)
{
    const std::string text = request.value(name);
    std::int64_t value = fallback;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!text.empty() && (error != std::errc() || end != text.data() + text.size() || value < 0))
        return fail(ErrorKind::InvalidArgument, std::string("invalid value for ") + name + ": " + text);
    return value;
}

void append(std::string& out, float value)
{
    char buffer[32];
    if (out.back() != '[')
        out += ',';
    if (std::isnan(value)) {
        out += "null";
        return;
    }
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

Result<HttpResponse> historyOf(Services& s, const HttpRequest& request, const std::string& id)
{
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    TRY(const std::int64_t from, seconds(request, "from", now - 3600));
    TRY(const std::int64_t to, seconds(request, "to", now + 1));
    TRY(const std::int64_t step, seconds(request, "step", 0));
    TRY(const auto history, s.metrics.history(id, from, to, static_cast<int>(std::min<std::int64_t>(step, 3600))));
    std::string body = "{\"step\":" + std::to_string(history.step) + (history.fromProc ? ",\"fromProc\":true" : "") + ",\"time\":[";
    for (const metrics::Point& point : history.points)
        body += (body.back() == '[' ? "" : ",") + std::to_string(point.time);
    for (std::size_t channel = 0; channel < names.size(); ++channel) {
        body += std::string("],\"") + names[channel] + "\":[";
        for (const metrics::Point& point : history.points)
            append(body, point.values[channel]);
    }
    return HttpResponse{200, body + "]}\n"};
}

// GET /slipway/containers/{id}/metrics?from=UNIX&to=UNIX&step=1|10|60: what a container used, a column a channel:
//   {"step":10,"time":[…],"cpu":[0.5,…],"memory":[…],…}   rates a second, cores, bytes; null: not measured
// Without a step the finest that reaches back to FROM (an hour ago). Times that are missing were not measured. "fromProc":true of
// one that is measured without cgroups.
Result<HttpResponse> history(Services& s, const HttpRequest& request)
{
    TRY(const std::string id, s.containers.resolve(request.param()));
    return historyOf(s, request, id);
}

// GET /slipway/metrics/host: the same of the whole machine, while containers ran or somebody looked.
Result<HttpResponse> hostHistory(Services& s, const HttpRequest& request) { return historyOf(s, request, MetricsService::host); }

// GET /slipway/containers/{id}/marks?from=UNIX: what happened to a container, in order of time:
//   [{"time":UNIXNANO,"what":"die","exitCode":137,"memoryPeak":BYTES,"oomKills":1},…]   the last three: of die alone, where known
// what: start, die, oom, restart, pause, unpause, healthy, unhealthy, update.
Result<HttpResponse> marks(Services& s, const HttpRequest& request)
{
    static constexpr std::array<const char*, 10> words{"", "start", "die", "oom", "restart", "pause", "unpause", "healthy", "unhealthy", "update"};
    TRY(const std::string id, s.containers.resolve(request.param()));
    TRY(const std::int64_t from, seconds(request, "from", 0));
    Json list = Json::array();
    for (const metrics::Mark& mark : s.metrics.marks(id)) {
        if (mark.timeNs / 1'000'000'000 < from)
            continue;
        Json each = {{"time", mark.timeNs}, {"what", words.at(static_cast<std::size_t>(mark.what))}};
        for (const auto& [name, value] : {std::pair("exitCode", mark.exitCode), {"memoryPeak", mark.memoryPeak}, {"oomKills", mark.oomKills}})
            if (value >= 0)
                each[name] = value;
        list.push_back(std::move(each));
    }
    return jsonResponse(list);
}

std::string instantJson(const MetricsService::Instant& instant, const std::set<std::string>& wanted)
{
    std::string line = "{\"time\":" + std::to_string(instant.second) + ",\"cores\":[";
    for (const float core : instant.cores)
        append(line, core);
    line += "],\"host\":[";
    for (const float value : instant.host.values)
        append(line, value);
    line += "],\"containers\":{";
    std::string fromProc;
    for (const MetricsService::Instant::Used& used : instant.containers) {
        if (!used.point || (!wanted.empty() && !wanted.contains(used.id)))
            continue;
        line += (line.back() == '{' ? "\"" : ",\"") + used.id + "\":[";
        for (const float value : used.point->values)
            append(line, value);
        line += ']';
        if (used.fromProc)
            fromProc += (fromProc.empty() ? "\"" : ",\"") + used.id + '"';
    }
    return line + "},\"fromProc\":[" + fromProc + "]}\n";
}

// GET /slipway/metrics/live[?containers=…]: what those containers (all that run) and the machine use, a JSON line a second, after one
// that says what the values are:
//   {"channels":["cpu",…],"cpus":2,"memory":BYTES,"cgroups":"1"}     cgroups: the version that measures, "" = none
//   {"time":UNIX,"cores":[0.5,…],"host":[…],"containers":{"ID":[…]},"fromProc":["ID",…]}
Task<Status> live(Api& api, const HttpRequest& request, Exchange& exchange)
{
    struct Newest
    {
        std::mutex mutex;
        std::shared_ptr<const MetricsService::Instant> instant; // a reader that is slow misses some
    };
    std::set<std::string> wanted;
    if (const auto asked = request.list("containers"); !asked.empty()) {
        const auto found = co_await onPool(api, [&]() -> Status { // one that was just removed does not hide the others
            Status none;
            for (const std::string& name : asked) {
                if (auto id = api.services.containers.resolve(name))
                    wanted.insert(*id);
                else
                    none = std::unexpected(id.error());
            }
            return wanted.empty() ? none : Status();
        });
        if (!found)
            co_return found;
    }
    auto notifier = std::make_shared<Notifier>(api.reactor);
    auto gone = std::make_shared<bool>(false);
    auto newest = std::make_shared<Newest>();
    if (const Status begun = co_await exchange.begin("application/x-ndjson"); !begun)
        co_return begun;
    exchange.whenPeerGone([gone, notifier] {
        *gone = true;
        notifier->notify();
    });
    const EngineInfo& info = api.services.info;
    const Json head = {{"channels", names}, {"cpus", info.cpus}, {"memory", info.memory}, {"cgroups", info.cgroups ? info.cgroupVersion : ""}};
    const std::string first = dumpJson(head) + "\n";
    if (const Status sent = co_await exchange.write(first); !sent)
        co_return sent;
    const auto listening = api.services.metrics.listen([notifier, newest](const std::shared_ptr<const MetricsService::Instant>& instant) {
        const std::lock_guard lock(newest->mutex);
        newest->instant = instant;
        notifier->notify();
    });
    while (!*gone) {
        co_await notifier->wait();
        std::shared_ptr<const MetricsService::Instant> instant;
        {
            const std::lock_guard lock(newest->mutex);
            instant = std::exchange(newest->instant, nullptr);
        }
        if (!instant)
            continue;
        const std::string line = instantJson(*instant, wanted);
        if (const Status sent = co_await exchange.write(line); !sent)
            co_return sent;
    }
    co_return Status();
}

constexpr Route routes[] = {
    {"GET", "/slipway/containers/{id}/metrics", history},
    {"GET", "/slipway/containers/{id}/marks", marks},
    {"GET", "/slipway/metrics/host", hostHistory},
    {"GET", "/slipway/metrics/live", nullptr, live},
};
} // namespace

std::span<const Route> metricsRoutes() { return routes; }

} // namespace slipway::api
