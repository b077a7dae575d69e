// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/engine_client.h"
#include "client/log_spool.h"

// An engine that answers at once with what a test put in, and remembers what it was asked.
namespace slipway
{

struct FakeTerminal : Terminal
{
    std::string written;
    int rows = 0, columns = 0;
    void write(std::string bytes) override { written += bytes; }
    void resize(int r, int c) override { rows = r, columns = c; }
};

struct FakeImages : ImagesClient
{
    Request list(Reply<std::vector<dockerapi::ImageSummary>> reply) override { return reply(summaries), Request(); }
    Request inspect(const std::string&, Reply<Json> reply) override { return reply(document), Request(); }
    Request history(const std::string&, Reply<Json> reply) override { return reply(layers), Request(); }
    Request pull(const std::string& reference, std::function<void(dockerapi::ProgressLine)> progress, Reply<void> end) override
    {
        pulled = reference, onProgress = progress, onEnd = end;
        return keep();
    }
    Request load(const std::string& file, std::function<void(dockerapi::ProgressLine)> progress, Reply<void> end) override
    {
        loaded = file, onProgress = progress, onEnd = end;
        return keep();
    }
    Request tag(const std::string& image, const std::string& name, Reply<void> reply) override
    {
        tagged = {image, name};
        return reply(tagAnswer), Request();
    }
    Request remove(const std::string& image, bool force, Reply<void> reply) override
    {
        removed.emplace_back(image, force);
        return reply(removeAnswer), Request();
    }
    Request keep()
    {
        auto request = std::make_shared<int>(1);
        alive = request; // expired: the pull or load was cancelled
        return request;
    }

    std::vector<dockerapi::ImageSummary> summaries;
    Json document, layers = Json::array();
    std::string pulled, loaded;
    std::pair<std::string, std::string> tagged;
    std::vector<std::pair<std::string, bool>> removed; // and by force?
    Status tagAnswer, removeAnswer;
    std::weak_ptr<int> alive;
    std::function<void(dockerapi::ProgressLine)> onProgress;
    Reply<void> onEnd;
};

struct FakeSystem : SystemClient
{
    Request ping(Reply<void> reply) override
    {
        if (pingAnswer)
            reply(*pingAnswer);
        return {};
    }
    Request version(Reply<Json> reply) override { return reply(Json{{"Version", "26.1.5"}, {"ApiVersion", "1.45"}}), Request(); }
    Request info(Reply<Json>) override { return {}; }
    Request events(std::function<void(dockerapi::EventMessage)> event, std::function<void(Status)> end) override
    {
        onEvent = event, onEventsEnd = end;
        return {};
    }
    Request volumes(Reply<Json> reply) override { return reply(Json{{"Volumes", {{{"Name", "data"}}}}}), Request(); }
    Request networks(Reply<Json> reply) override { return reply(Json{{{"Name", "bridge"}}, {{"Name", "backend"}}}), Request(); }

    std::optional<Status> pingAnswer; // none: it never answers
    std::function<void(dockerapi::EventMessage)> onEvent;
    std::function<void(Status)> onEventsEnd;
};

struct FakeBuilds : BuildsClient
{
    Request build(const Options& options, std::function<void(dockerapi::BuildStep)> step, Reply<std::string> end) override
    {
        built = options, onStep = step, onEnd = end;
        auto request = std::make_shared<int>(1);
        alive = request; // expired: the build was cancelled
        return request;
    }
    Request forecast(const Options& options, Reply<std::vector<dockerapi::BuildForecast>> reply) override
    {
        forecastOf = options, onForecast = std::move(reply);
        return std::make_shared<int>(1);
    }
    Request prune(bool, Reply<std::int64_t> reply) override { return reply(0), Request(); }
    Request history(Reply<std::vector<dockerapi::PastBuild>> reply) override
    {
        if (!keepsHistory)
            return reply(fail(ErrorKind::NotFound, "page not found")), Request();
        return reply(pastBuilds), Request();
    }
    Request past(const std::string& id, Reply<dockerapi::PastBuild> reply) override
    {
        for (const auto& each : pastBuilds)
            if (each.id == id)
                return reply(each), Request();
        return reply(fail(ErrorKind::NotFound, "no such build: " + id)), Request();
    }
    Request pastLog(const std::string& id, std::function<void(dockerapi::BuildStep)> step, Reply<void> end) override
    {
        for (const auto& each : pastLogs[id])
            step(each);
        return end({}), Request();
    }
    Request removePast(const std::string& id, Reply<void> reply) override
    {
        removedPast.push_back(id);
        std::erase_if(pastBuilds, [&](const auto& each) { return id.empty() || each.id == id; });
        return reply({}), Request();
    }

    bool keepsHistory = true;
    std::vector<dockerapi::PastBuild> pastBuilds; // as history() and past() tell of them
    std::map<std::string, std::vector<dockerapi::BuildStep>> pastLogs;
    std::vector<std::string> removedPast;

    std::optional<Options> built, forecastOf;
    Reply<std::vector<dockerapi::BuildForecast>> onForecast;
    std::function<void(dockerapi::BuildStep)> onStep;
    Reply<std::string> onEnd;
    std::weak_ptr<void> alive;
};

struct FakeClient : EngineClient, ContainersClient, SpooledLogs, StatsClient, ExecClient
{
    ContainersClient& containers() override { return *this; }
    LogsClient& logs() override { return *this; }
    StatsClient& stats() override { return *this; }
    ExecClient& exec() override { return *this; }
    ImagesClient& images() override { return imagesPart; }
    BuildsClient& builds() override { return buildsPart; }
    SystemClient& system() override { return systemPart; }

    Request list(bool, Reply<std::vector<dockerapi::ContainerSummary>> reply) override { return reply(summaries), Request(); }
    Request inspect(const std::string& id, Reply<Json> reply) override
    {
        if (documents.contains(id))
            reply(documents[id]);
        return {};
    }
    Request create(const std::string& name, const Json& body, Reply<std::string> reply) override
    {
        createdName = name, createdBody = body;
        reply(createAnswer);
        return {};
    }
    Request act(const std::string& id, std::string_view verb, Reply<void> reply) override
    {
        acts.emplace_back(verb);
        actIds.push_back(id);
        reply(actAnswers.contains(id) ? actAnswers[id] : actAnswer);
        return {};
    }
    Request remove(const std::string& id, bool force, bool volumes, Reply<void> reply) override
    {
        removed.push_back(id);
        removedForce = force, removedVolumes = volumes;
        return reply({}), Request();
    }
    Request rename(const std::string& id, const std::string& name, Reply<void> reply) override
    {
        renamed = {id, name};
        return reply(renameAnswer), Request();
    }
    Request top(const std::string&, Reply<Json>) override { return {}; }

    Request logs(const std::string&, const LogsClient::Options& o, std::function<void(std::vector<dockerapi::LogLine>)> lines,
                 std::function<void(Status)> end) override
    {
        logOptions = o, onLines = lines, onLogEnd = end;
        return std::make_shared<int>(1);
    }
    Request history(const std::string& id, std::int64_t from, std::int64_t to, Reply<dockerapi::MetricsHistory> reply) override
    {
        historiesAsked.emplace_back(id, from);
        historyEnds.push_back(to);
        reply(kept ? Result<dockerapi::MetricsHistory>(*kept) : fail(ErrorKind::NotFound, "page not found"));
        return Request();
    }
    Request marks(const std::string&, std::int64_t, Reply<std::vector<dockerapi::MetricsMark>> reply) override
    {
        reply(kept ? Result<std::vector<dockerapi::MetricsMark>>(keptMarks) : fail(ErrorKind::NotFound, "page not found"));
        return Request();
    }
    Request live(const std::vector<std::string>& ids, std::function<void(dockerapi::MetricsInstant)> f, std::function<void(Status)> end) override
    {
        if (!kept)
            return end(fail(ErrorKind::NotFound, "page not found")), Request();
        liveIds = ids;
        onInstant = f;
        ++livesAsked;
        auto alive = std::make_shared<int>(1);
        liveAlive = alive;
        return alive;
    }
    Request errorDensity(const Containers& ids, std::int64_t fromNs, std::int64_t toNs, std::size_t count, Reply<Density> reply) override
    {
        if (!kept)
            return SpooledLogs::errorDensity(ids, fromNs, toNs, count, reply);
        Density density{std::vector<std::uint64_t>(count), fromNs};
        for (const std::int64_t time : errorTimes)
            if (time >= fromNs && time < toNs)
                ++density.lines[static_cast<std::size_t>((time - fromNs) / ((toNs - fromNs) / static_cast<std::int64_t>(count)))];
        return reply(density), Request();
    }
    Request stats(const std::string& id, std::function<void(dockerapi::StatsSample)> f, std::function<void(Status)> end) override
    {
        onSample = f, onStatsEnd = end;
        auto alive = std::make_shared<int>(1);
        statsAlive = statsOf[id] = alive;
        sampleOf[id] = f;
        return alive;
    }
    Request shell(const std::string&, const ExecClient::Options& o, TerminalEvents e,
                  Reply<std::shared_ptr<Terminal>> reply) override
    {
        shellOptions = o, events = e;
        terminal = std::make_shared<FakeTerminal>();
        reply(std::shared_ptr<Terminal>(terminal));
        return std::make_shared<int>(1);
    }
    Request programs(const std::string&, const std::vector<std::string>&, Reply<std::vector<std::string>> reply) override
    {
        reply(shells);
        return {};
    }

    std::vector<std::string> shells{"/bin/bash"};
    std::vector<std::string> acts, actIds, removed;
    std::map<std::string, Status> actAnswers; // by id; else actAnswer
    bool removedForce = false, removedVolumes = false;
    std::pair<std::string, std::string> renamed;
    Status renameAnswer;
    std::map<std::string, std::weak_ptr<int>> statsOf; // by id; expired: that stream was given up
    std::map<std::string, std::function<void(dockerapi::StatsSample)>> sampleOf;
    std::vector<dockerapi::ContainerSummary> summaries;
    std::map<std::string, Json> documents; // by id: what inspect answers
    std::string createdName;
    Json createdBody;
    Result<std::string> createAnswer = std::string("new");
    Status actAnswer;
    FakeImages imagesPart;
    FakeSystem systemPart;
    FakeBuilds buildsPart;
    LogsClient::Options logOptions;
    std::function<void(std::vector<dockerapi::LogLine>)> onLines;
    std::function<void(Status)> onLogEnd, onStatsEnd;
    std::function<void(dockerapi::StatsSample)> onSample;
    std::weak_ptr<int> statsAlive;
    std::optional<dockerapi::MetricsHistory> kept; // by the engine; none: it keeps no histories, and is not ours
    std::vector<std::pair<std::string, std::int64_t>> historiesAsked;
    std::vector<std::int64_t> historyEnds, errorTimes;
    std::vector<dockerapi::MetricsMark> keptMarks;
    std::vector<std::string> liveIds;
    std::function<void(dockerapi::MetricsInstant)> onInstant;
    std::weak_ptr<int> liveAlive;
    int livesAsked = 0;
    ExecClient::Options shellOptions;
    TerminalEvents events;
    std::shared_ptr<FakeTerminal> terminal;
};

} // namespace slipway
