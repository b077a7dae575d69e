// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>

#include <cerrno>

#include "client/http_nouns.h"

namespace slipway
{
namespace
{

template <class T, class Convert>
Reply<HttpReply> parsed(Reply<T> reply, Convert convert)
{
    return [reply = std::move(reply), convert](Result<HttpReply> answer) {
        if (!answer)
            return reply(std::unexpected(std::move(answer).error()));
        auto json = parseJson(answer->body);
        if (!json)
            return reply(wrap(json.error(), "the engine's answer"));
        reply(convert(std::move(*json)));
    };
}

Reply<HttpReply> done(Reply<void> reply)
{
    return [reply = std::move(reply)](Result<HttpReply> answer) {
        if (!answer)
            return reply(std::unexpected(std::move(answer).error()));
        reply({});
    };
}

constexpr auto asJson = [](Json json) { return json; };

std::string path(const std::string& id, std::string_view what)
{
    return "/containers/" + percentEncode(id) + std::string(what);
}

class Containers final : public ContainersClient
{
public:
    explicit Containers(HttpLoop& loop) : m_http(loop) {}

    Request list(bool all, Reply<std::vector<dockerapi::ContainerSummary>> reply) override
    {
        using List = std::vector<dockerapi::ContainerSummary>;
        return m_http.request(HttpCaller::call("GET", all ? "/containers/json?all=1" : "/containers/json"),
                              parsed<List>(std::move(reply), [](const Json& json) {
                                  List result;
                                  if (json.is_array())
                                      for (const Json& entry : json)
                                          result.push_back(dockerapi::containerSummary(entry));
                                  return result;
                              }));
    }
    Request inspect(const std::string& id, Reply<Json> reply) override
    {
        return m_http.request(HttpCaller::call("GET", path(id, "/json")), parsed<Json>(std::move(reply), asJson));
    }
    Request create(const std::string& name, const Json& body, Reply<std::string> reply) override
    {
        const std::string target = "/containers/create" + (name.empty() ? "" : "?name=" + percentEncode(name));
        return m_http.request(HttpCaller::call("POST", target, &body),
                              parsed<std::string>(std::move(reply), [](const Json& json) {
                                  return jsonValue<std::string>(json, "Id");
                              }));
    }
    Request act(const std::string& id, std::string_view verb, Reply<void> reply) override
    {
        return m_http.request(HttpCaller::call("POST", path(id, "/" + percentEncode(verb))), done(std::move(reply)));
    }
    Request remove(const std::string& id, bool force, bool volumes, Reply<void> reply) override
    {
        const std::string query = std::string("?force=") + (force ? "1" : "0") + "&v=" + (volumes ? "1" : "0");
        return m_http.request(HttpCaller::call("DELETE", path(id, query)), done(std::move(reply)));
    }
    Request rename(const std::string& id, const std::string& name, Reply<void> reply) override
    {
        return m_http.request(HttpCaller::call("POST", path(id, "/rename?name=" + percentEncode(name))),
                              done(std::move(reply)));
    }
    Request top(const std::string& id, Reply<Json> reply) override
    {
        return m_http.request(HttpCaller::call("GET", path(id, "/top")), parsed<Json>(std::move(reply), asJson));
    }

private:
    HttpCaller m_http;
};

class Stats final : public StatsClient
{
public:
    explicit Stats(HttpLoop& loop) : m_http(loop) {}

    Request stats(const std::string& id, std::function<void(dockerapi::StatsSample)> onSample,
                  std::function<void(Status)> onEnd) override
    {
        return m_http.streamJson(
            HttpCaller::call("GET", path(id, "/stats?stream=1")),
            [onSample = std::move(onSample)](const Json& json) { onSample(dockerapi::statsSample(json)); },
            std::move(onEnd));
    }
    Request history(const std::string& id, std::int64_t from, std::int64_t to, Reply<dockerapi::MetricsHistory> reply) override
    {
        std::string target = (id == host ? "/slipway/metrics/host" : "/slipway/containers/" + pathSegment(id) + "/metrics") + "?from=" + std::to_string(from);
        if (to != 0)
            target += "&to=" + std::to_string(to);
        return m_http.request(HttpCaller::call("GET", target), parsed(std::move(reply), dockerapi::metricsHistory));
    }
    Request marks(const std::string& id, std::int64_t from, Reply<std::vector<dockerapi::MetricsMark>> reply) override
    {
        return m_http.request(HttpCaller::call("GET", "/slipway/containers/" + pathSegment(id) + "/marks?from=" + std::to_string(from)),
                              parsed(std::move(reply), dockerapi::metricsMarks));
    }
    Request live(const std::vector<std::string>& ids, std::function<void(dockerapi::MetricsInstant)> onInstant, std::function<void(Status)> onEnd) override
    {
        std::string target = "/slipway/metrics/live";
        for (const std::string& id : ids)
            target += (&id == &ids.front() ? "?containers=" : ",") + percentEncode(id);
        auto machine = std::make_shared<std::shared_ptr<const dockerapi::MetricsMachine>>();
        return m_http.streamJson(
            HttpCaller::call("GET", target),
            [machine, onInstant = std::move(onInstant)](const Json& json) {
                if (*machine)
                    onInstant(dockerapi::metricsInstant(json, *machine));
                else
                    *machine = std::make_shared<const dockerapi::MetricsMachine>(dockerapi::metricsMachine(json));
            },
            std::move(onEnd));
    }

private:
    HttpCaller m_http;
};

class System final : public SystemClient
{
public:
    explicit System(HttpLoop& loop) : m_http(loop) {}

    Request ping(Reply<void> reply) override
    {
        return m_http.request(HttpCaller::call("GET", "/_ping"), done(std::move(reply)));
    }
    Request version(Reply<Json> reply) override { return get("/version", std::move(reply)); }
    Request info(Reply<Json> reply) override { return get("/info", std::move(reply)); }
    Request volumes(Reply<Json> reply) override { return get("/volumes", std::move(reply)); }
    Request networks(Reply<Json> reply) override { return get("/networks", std::move(reply)); }
    Request events(std::function<void(dockerapi::EventMessage)> onEvent, std::function<void(Status)> onEnd) override
    {
        return m_http.streamJson(
            HttpCaller::call("GET", "/events"),
            [onEvent = std::move(onEvent)](const Json& json) { onEvent(dockerapi::eventMessage(json)); },
            std::move(onEnd));
    }

private:
    Request get(const std::string& target, Reply<Json> reply)
    {
        return m_http.request(HttpCaller::call("GET", target), parsed<Json>(std::move(reply), asJson));
    }
    HttpCaller m_http;
};

class Images final : public ImagesClient
{
public:
    explicit Images(HttpLoop& loop) : m_http(loop) {}

    Request list(Reply<std::vector<dockerapi::ImageSummary>> reply) override
    {
        using List = std::vector<dockerapi::ImageSummary>;
        return m_http.request(HttpCaller::call("GET", "/images/json"),
                              parsed<List>(std::move(reply), [](const Json& json) {
                                  List result;
                                  if (json.is_array())
                                      for (const Json& entry : json)
                                          result.push_back(dockerapi::imageSummary(entry));
                                  return result;
                              }));
    }
    Request inspect(const std::string& name, Reply<Json> reply) override
    {
        return m_http.request(HttpCaller::call("GET", image(name, "/json")), parsed<Json>(std::move(reply), asJson));
    }
    Request history(const std::string& name, Reply<Json> reply) override
    {
        return m_http.request(HttpCaller::call("GET", image(name, "/history")), parsed<Json>(std::move(reply), asJson));
    }
    Request pull(const std::string& reference, std::function<void(dockerapi::ProgressLine)> onProgress,
                 Reply<void> onEnd) override
    {
        const auto [name, tag] = split(reference);
        std::string target = "/images/create?fromImage=" + percentEncode(name);
        if (!tag.empty()) // without a tag an engine would pull all of them
            target += "&tag=" + percentEncode(tag);
        return progress(HttpCaller::call("POST", target), std::move(onProgress), std::move(onEnd));
    }
    Request load(const std::string& tarFile, std::function<void(dockerapi::ProgressLine)> onProgress,
                 Reply<void> onEnd) override;
    Request tag(const std::string& name, const std::string& reference, Reply<void> reply) override
    {
        const auto [repository, tag] = split(reference);
        const std::string query = "/tag?repo=" + percentEncode(repository) + "&tag=" + percentEncode(tag);
        return m_http.request(HttpCaller::call("POST", image(name, query)), done(std::move(reply)));
    }
    Request remove(const std::string& name, bool force, Reply<void> reply) override
    {
        return m_http.request(HttpCaller::call("DELETE", image(name, force ? "?force=1" : "")), done(std::move(reply)));
    }

private:
    static std::string image(const std::string& name, std::string_view what)
    {
        return "/images/" + pathSegment(name) + std::string(what);
    }
    static std::pair<std::string, std::string> split(const std::string& reference)
    {
        if (reference.find('@') != std::string::npos)
            return {reference, ""};
        const std::size_t slash = reference.rfind('/');
        const std::size_t colon = reference.rfind(':');
        if (colon == std::string::npos || (slash != std::string::npos && colon < slash))
            return {reference, "latest"};
        return {reference.substr(0, colon), reference.substr(colon + 1)};
    }
    Request progress(HttpCall call, std::function<void(dockerapi::ProgressLine)> onProgress, Reply<void> onEnd);

    HttpCaller m_http;
};

Request Images::load(const std::string& tarFile, std::function<void(dockerapi::ProgressLine)> onProgress,
                     Reply<void> onEnd)
{
    HttpCall call = HttpCaller::call("POST", "/images/load?quiet=0");
    call.headers = "Content-Type: application/x-tar\r\n";
    call.bodyFile = UniqueFd(::open(tarFile.c_str(), O_RDONLY | O_CLOEXEC));
    if (!call.bodyFile) {
        auto request = m_http.token(call.guard);
        m_http.loop().run([guard = call.guard, onEnd = std::move(onEnd), err = errno, tarFile] {
            guard->run([&] { onEnd(failErrno(err, "opening " + tarFile)); });
        });
        return request;
    }
    return progress(std::move(call), std::move(onProgress), std::move(onEnd));
}

Request Images::progress(HttpCall call, std::function<void(dockerapi::ProgressLine)> onProgress, Reply<void> onEnd)
{
    auto error = std::make_shared<std::string>();
    return m_http.streamJson(
        std::move(call),
        [error, onProgress = std::move(onProgress)](const Json& json) {
            dockerapi::ProgressLine line = dockerapi::progressLine(json);
            if (!line.error.empty())
                *error = line.error;
            if (onProgress)
                onProgress(std::move(line));
        },
        [error, onEnd = std::move(onEnd)](Status status) {
            if (status && !error->empty())
                status = fail(ErrorKind::Internal, *error);
            onEnd(std::move(status));
        });
}

} // namespace

std::unique_ptr<ContainersClient> makeContainersClient(HttpLoop& loop) { return std::make_unique<Containers>(loop); }
std::unique_ptr<StatsClient> makeStatsClient(HttpLoop& loop) { return std::make_unique<Stats>(loop); }
std::unique_ptr<SystemClient> makeSystemClient(HttpLoop& loop) { return std::make_unique<System>(loop); }
std::unique_ptr<ImagesClient> makeImagesClient(HttpLoop& loop) { return std::make_unique<Images>(loop); }

} // namespace slipway
