// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "api/router.h"
#include "container/container_service.h"
#include "metrics/metrics_service.h"

namespace slipway::api
{
namespace
{
using metrics::Channel;

constexpr std::array<const char*, metrics::channels> names{"cpu",       "cpuPeak",  "memory",     "memoryPeak", "cache",    "networkRx",
                                                           "networkTx", "blockRead", "blockWrite", "pids",       "throttled"};

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
    if (std::isnan(value)) {
        out += "null";
        return;
    }
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// GET /slipway/containers/{id}/metrics?from=UNIX&to=UNIX&step=1|10|60: what a container used, a column a channel:
//   {"step":10,"time":[…],"cpu":[0.5,…],"memory":[…],…}   rates a second, cores, bytes; null: not measured
// Without a step the finest that reaches back to FROM (an hour ago). Times that are missing were not measured.
Result<HttpResponse> history(Services& s, const HttpRequest& request)
{
    TRY(const Json container, s.containers.inspect(request.param(), false));
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    TRY(const std::int64_t from, seconds(request, "from", now - 3600));
    TRY(const std::int64_t to, seconds(request, "to", now + 1));
    TRY(const std::int64_t step, seconds(request, "step", 0));
    TRY(const auto history, s.metrics.history(jsonValue<std::string>(container, "Id"), from, to, static_cast<int>(std::min<std::int64_t>(step, 3600))));
    std::string body = "{\"step\":" + std::to_string(history.step) + ",\"time\":[";
    for (const metrics::Point& point : history.points)
        body += (body.back() == '[' ? "" : ",") + std::to_string(point.time);
    for (std::size_t channel = 0; channel < names.size(); ++channel) {
        body += std::string("],\"") + names[channel] + "\":[";
        for (const metrics::Point& point : history.points) {
            if (body.back() != '[')
                body += ',';
            append(body, point.values[channel]);
        }
    }
    return HttpResponse{200, body + "]}\n"};
}

constexpr Route routes[] = {
    {"GET", "/slipway/containers/{id}/metrics", history},
};
} // namespace

std::span<const Route> metricsRoutes() { return routes; }

} // namespace slipway::api
