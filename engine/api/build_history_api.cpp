// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/byte_channel.h"
#include "api/router.h"
#include "build/build_history.h"
#include "build/build_service.h"

// The builds that were made, Docker has nothing like it:
//   GET    /slipway/builds            newest first: {"Id","Dockerfile","Tags":[…],"State","Ms","StepCount","CachedCount",…} (build/build_record.h)
//   GET    /slipway/builds/{id}       with "Steps":[{"Step","Line","Text","State","StartedMs","Ms","Size"}] and "Text", the Dockerfile
//   GET    /slipway/builds/{id}/log   what the steps said, as text; with steps=1 as POST /build?steps=1 answered
//   DELETE /slipway/builds/{id}       409 while it runs
//   DELETE /slipway/builds            all that ended: {"Deleted":3}
namespace slipway::api
{
namespace
{

Result<HttpResponse> list(Services& s, const HttpRequest&)
{
    Json records = Json::array();
    for (const build::BuildRecord& record : s.builds.history().list())
        records.push_back(record.toJson(false));
    return jsonResponse(records);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const auto record, s.builds.history().get(request.param()));
    TRY(std::string text, s.builds.history().dockerfile(record.id));
    Json json = record.toJson(true);
    json["Text"] = std::move(text);
    return jsonResponse(json);
}

std::string textOf(const Json& progress, int& speaker)
{
    const auto state = jsonValue<std::string>(progress, "state");
    const int step = jsonValue<int>(progress, "step");
    const std::string name = "Step " + std::to_string(step) + '/' + std::to_string(jsonValue<int>(progress, "total"));
    std::string text = speaker != step && state == "output" ? name + ":\n" : ""; // stages that ran side by side speak in turns
    if (state == "started")
        text += name + " : " + jsonValue<std::string>(progress, "text") + '\n';
    else if (state == "cached")
        text += " ---> Using cache\n";
    else if (state == "output" || state == "failed")
        text += jsonValue<std::string>(progress, "text");
    if (state == "failed")
        text += '\n';
    if (!text.empty())
        speaker = step;
    return text;
}

Task<Status> log(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const bool steps = request.flag("steps");
    Work work = [&history = api.services.builds.history(), id = request.param(), steps](ByteChannel& channel) {
        int speaker = 0;
        return history.log(id, [&](std::string_view line) -> Status {
            if (steps)
                return channel.push("{\"slipway\":" + std::string(line) + "}\r\n");
            TRY(const Json progress, parseJson(line));
            const std::string text = textOf(progress, speaker);
            return text.empty() ? Status() : channel.push(text);
        });
    };
    co_return co_await streamWork(api, exchange, steps ? "application/json" : "text/plain; charset=utf-8", std::move(work));
}

Result<HttpResponse> remove(Services& s, const HttpRequest& request)
{
    TRY_STATUS(s.builds.history().remove(request.param()));
    return noContent();
}

Result<HttpResponse> clear(Services& s, const HttpRequest&) { return jsonResponse({{"Deleted", s.builds.history().clear()}}); }

constexpr Route routes[] = {
    {"GET", "/slipway/builds", list},
    {"DELETE", "/slipway/builds", clear},
    {"GET", "/slipway/builds/{id}", inspect},
    {"DELETE", "/slipway/builds/{id}", remove},
    {"GET", "/slipway/builds/{id}/log", nullptr, log},
};
} // namespace

std::span<const Route> buildHistoryRoutes() { return routes; }

} // namespace slipway::api
