// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <mutex>

#include "client/http_nouns.h"
#include "client/log_demux.h"
#include "client/log_spool.h"

namespace slipway
{
namespace
{

using logstore::LogQuery;

std::string path(const std::string& id, std::string_view what) { return "/containers/" + percentEncode(id) + std::string(what); }

std::string listOf(const std::vector<std::string>& parts)
{
    std::string list;
    for (const std::string& part : parts)
        list += (list.empty() ? "" : ",") + percentEncode(part);
    return list;
}

std::string parameters(const LogsClient::Containers& containers, const LogQuery& query)
{
    std::string text = "?containers=" + listOf(containers);
    if (!query.text.empty())
        text += "&text=" + percentEncode(query.text);
    text += query.regex ? "&regex=1" : "";
    text += query.caseSensitive ? "&case=1" : "";
    text += query.wholeWord ? "&word=1" : "";
    text += query.showStdout ? "" : "&stdout=0";
    text += query.showStderr ? "" : "&stderr=0";
    if (query.levels != LogQuery::allLevels)
        text += "&levels=" + std::to_string(query.levels);
    if (query.context > 0)
        text += "&context=" + std::to_string(query.context);
    return text;
}

std::string parameters(const logstore::PageRange& range)
{
    std::string text = "&count=" + std::to_string(range.count) + "&cap=" + std::to_string(range.cap);
    if (range.from)
        text += "&from=" + std::to_string(*range.from);
    if (range.last)
        text += "&last=" + std::to_string(*range.last);
    if (range.timeNs)
        text += "&time=" + std::to_string(std::max<std::int64_t>(0, *range.timeNs));
    if (range.to != UINT64_MAX)
        text += "&to=" + std::to_string(range.to);
    if (range.skip > 0)
        text += "&skip=" + std::to_string(range.skip);
    return text;
}

// One request that another may take the place of.
struct Chain
{
    std::mutex mutex;
    Request current;
};

class Logs final : public SpooledLogs
{
public:
    explicit Logs(HttpLoop& loop) : m_http(loop) {}
    ~Logs() override { stop(); }

    Request logs(const std::string& id, const Options& options,
                 std::function<void(std::vector<dockerapi::LogLine>)> onLines, std::function<void(Status)> onEnd) override
    {
        std::string query = "/logs?stdout=1&stderr=1&timestamps=1";
        if (options.follow)
            query += "&follow=1";
        query += "&tail=" + (options.tail ? std::to_string(*options.tail) : "all");
        if (!options.since.empty())
            query += "&since=" + percentEncode(options.since);
        auto lines = std::make_shared<LogLines>();
        const auto deliver = [onLines = std::move(onLines)](std::vector<dockerapi::LogLine> batch) {
            if (!batch.empty())
                onLines(std::move(batch));
        };
        return m_http.stream(
            HttpCaller::call("GET", path(id, query)), [lines](const HttpHead& head) { lines->start(head); },
            [lines, deliver](std::string_view bytes) { deliver(lines->feed(bytes)); },
            [lines, deliver, onEnd = std::move(onEnd)](Status status) {
                deliver(lines->finish());
                onEnd(std::move(status));
            });
    }

    Request page(const Containers& containers, const logstore::PageRange& range, const LogQuery& query, Reply<logstore::LogPage> reply) override
    {
        if (m_foreign)
            return SpooledLogs::page(containers, range, query, std::move(reply));
        return chained([=, this](std::function<void(std::function<Request()>)> instead) {
            return m_http.request(HttpCaller::call("GET", "/slipway/logs/page" + parameters(containers, query) + parameters(range)),
                                  [=, this](const Result<HttpReply>& answer) {
                                      if (!answer && isUnknownCall(answer.error()))
                                          return instead([=, this] { return SpooledLogs::page(containers, range, query, reply); });
                                      reply(answer ? logstore::decodePage(answer->body) : std::unexpected(answer.error()));
                                  });
        });
    }

    Request search(const Containers& containers, const LogQuery& query, const logstore::SearchOptions& options,
                   std::function<void(logstore::SearchProgress)> onProgress, std::function<void(Status)> onEnd) override
    {
        if (m_foreign)
            return SpooledLogs::search(containers, query, options, std::move(onProgress), std::move(onEnd));
        std::string target = "/slipway/logs/search" + parameters(containers, query) + "&from=" + std::to_string(options.from);
        if (options.to != UINT64_MAX)
            target += "&to=" + std::to_string(options.to);
        target += options.newestFirst ? "&newest=1" : "";
        return chained([=, this](std::function<void(std::function<Request()>)> instead) {
            auto done = std::make_shared<bool>(false);
            return m_http.streamJson(
                HttpCaller::call("GET", target),
                [onProgress, done](const Json& json) {
                    *done = *done || jsonValue<bool>(json, "done");
                    if (!*done)
                        onProgress(progressOf(json));
                },
                [=, this](Status status) {
                    if (!status && isUnknownCall(status.error()))
                        return instead([=, this] { return SpooledLogs::search(containers, query, options, onProgress, onEnd); });
                    if (status && !*done)
                        status = fail(ErrorKind::Unavailable, "the engine ended the search before it was done");
                    onEnd(std::move(status));
                });
        });
    }

    Request growth(const Containers& containers, bool everything, std::function<void(LogExtent)> onGrowth, std::function<void(Status)> onEnd) override
    {
        if (m_foreign)
            return SpooledLogs::growth(containers, everything, std::move(onGrowth), std::move(onEnd));
        return chained([=, this](std::function<void(std::function<Request()>)> instead) {
            return m_http.streamJson(
                HttpCaller::call("GET", "/slipway/logs/growth" + parameters(containers, {})),
                [onGrowth](const Json& json) {
                    onGrowth({jsonValue<std::uint64_t>(json, "first"), jsonValue<std::uint64_t>(json, "end"), jsonValue<std::uint64_t>(json, "bytes"), false});
                },
                [=, this](Status status) {
                    if (!status && isUnknownCall(status.error()))
                        return instead([=, this] { return SpooledLogs::growth(containers, everything, onGrowth, onEnd); });
                    if (status)
                        status = fail(ErrorKind::Unavailable, "the engine ended the log");
                    onEnd(std::move(status));
                });
        });
    }

    Request exportLogs(const Containers& containers, const LogQuery& query, logstore::ExportFormat format, const std::vector<std::string>& names,
                       std::function<void(std::string)> onBytes, std::function<void(Status)> onEnd) override
    {
        if (m_foreign)
            return SpooledLogs::exportLogs(containers, query, format, names, std::move(onBytes), std::move(onEnd));
        static constexpr const char* formats[] = {"plain", "timestamps", "json"};
        const std::string target = "/slipway/logs/export" + parameters(containers, query) + "&names=" + listOf(names)
                                   + "&format=" + formats[static_cast<std::size_t>(format)];
        return m_http.stream(HttpCaller::call("GET", target), {}, [onBytes](std::string_view bytes) { onBytes(std::string(bytes)); }, std::move(onEnd));
    }

    Request errorDensity(const Containers& containers, std::int64_t fromNs, std::int64_t toNs, std::size_t count, Reply<Density> reply) override
    {
        const std::string target = "/slipway/logs/density" + parameters(containers, {}) + "&from=" + std::to_string(std::max<std::int64_t>(0, fromNs))
                                   + "&to=" + std::to_string(toNs) + "&bins=" + std::to_string(count);
        return m_http.request(HttpCaller::call("GET", target), [reply = std::move(reply)](const Result<HttpReply>& answer) {
            const auto json = answer ? parseJson(answer->body) : Result<Json>(std::unexpected(answer.error()));
            reply(json ? Result<Density>(Density{jsonValue<std::vector<std::uint64_t>>(*json, "bins"), jsonValue<std::int64_t>(*json, "from")})
                       : std::unexpected(json.error()));
        });
    }

    Request removedLogs(Reply<std::vector<RemovedLog>> reply) override
    {
        return m_http.request(HttpCaller::call("GET", "/slipway/logs/removed"), [reply = std::move(reply)](const Result<HttpReply>& answer) {
            if (!answer && !isUnknownCall(answer.error()))
                return reply(std::unexpected(answer.error()));
            std::vector<RemovedLog> logs;
            const auto json = answer ? parseJson(answer->body) : Result<Json>(Json::array());
            if (!json)
                return reply(std::unexpected(json.error()));
            if (json->is_array())
                for (const Json& each : *json)
                    logs.push_back({jsonValue<std::string>(each, "id"), jsonValue<std::string>(each, "name"), jsonValue<std::string>(each, "image"),
                                    jsonValue<std::int64_t>(each, "removed"), jsonValue<std::uint64_t>(each, "bytes")});
            reply(std::move(logs));
        });
    }

private:
    static logstore::SearchProgress progressOf(const Json& json)
    {
        logstore::SearchProgress progress;
        const Json& chunks = jsonMember(json, "chunks");
        if (chunks.is_array())
            for (const Json& each : chunks)
                if (each.is_array() && each.size() == 4 && std::ranges::all_of(each, [](const Json& n) { return n.is_number_unsigned(); }))
                    progress.chunks.push_back({each[0].get<std::uint64_t>(), each[1].get<std::uint64_t>(), each[2].get<std::uint64_t>(), each[3].get<std::uint64_t>()});
        progress.searched = jsonValue<std::uint64_t>(json, "searched");
        progress.total = jsonValue<std::uint64_t>(json, "total");
        progress.givenUp = jsonValue<std::uint64_t>(json, "givenUp");
        return progress;
    }

    // FIRST makes a request and is given what starts another in its place, once it is known that the engine is not ours.
    template <class First>
    Request chained(First first)
    {
        auto chain = std::make_shared<Chain>();
        auto request = first([this, weak = std::weak_ptr(chain)](const std::function<Request()>& next) {
            m_foreign = true;
            if (const auto alive = weak.lock()) {
                const std::lock_guard lock(alive->mutex);
                alive->current = next();
            }
        });
        const std::lock_guard lock(chain->mutex);
        if (!chain->current)
            chain->current = std::move(request);
        return chain;
    }

    HttpCaller m_http;
    std::atomic<bool> m_foreign = false;
};

} // namespace

std::unique_ptr<LogsClient> makeLogsClient(HttpLoop& loop) { return std::make_unique<Logs>(loop); }

} // namespace slipway
