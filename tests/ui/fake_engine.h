// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/engine_client.h"

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
    Request history(const std::string&, Reply<Json>) override { return {}; }
    Request pull(const std::string& reference, std::function<void(dockerapi::ProgressLine)> progress, Reply<void> end) override
    {
        pulled = reference, onProgress = progress, onEnd = end;
        return std::make_shared<int>(1);
    }
    Request load(const std::string&, std::function<void(dockerapi::ProgressLine)>, Reply<void>) override { return {}; }
    Request tag(const std::string&, const std::string&, Reply<void>) override { return {}; }
    Request remove(const std::string&, bool, Reply<void>) override { return {}; }

    std::vector<dockerapi::ImageSummary> summaries;
    Json document;
    std::string pulled;
    std::function<void(dockerapi::ProgressLine)> onProgress;
    Reply<void> onEnd;
};

struct FakeSystem : SystemClient
{
    Request ping(Reply<void>) override { return {}; }
    Request version(Reply<Json>) override { return {}; }
    Request info(Reply<Json>) override { return {}; }
    Request events(std::function<void(dockerapi::EventMessage)>, std::function<void(Status)>) override { return {}; }
    Request volumes(Reply<Json> reply) override { return reply(Json{{"Volumes", {{{"Name", "data"}}}}}), Request(); }
    Request networks(Reply<Json> reply) override { return reply(Json{{{"Name", "bridge"}}, {{"Name", "backend"}}}), Request(); }
};

struct FakeClient : EngineClient, ContainersClient, LogsClient, StatsClient, ExecClient
{
    ContainersClient& containers() override { return *this; }
    LogsClient& logs() override { return *this; }
    StatsClient& stats() override { return *this; }
    ExecClient& exec() override { return *this; }
    ImagesClient& images() override { return imagesPart; }
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
    Request act(const std::string&, std::string_view verb, Reply<void> reply) override
    {
        acts.emplace_back(verb);
        reply(actAnswer);
        return {};
    }
    Request remove(const std::string& id, bool, bool, Reply<void>) override { return removed.push_back(id), Request(); }
    Request rename(const std::string&, const std::string&, Reply<void>) override { return {}; }
    Request top(const std::string&, Reply<Json>) override { return {}; }

    Request logs(const std::string&, const LogsClient::Options& o, std::function<void(std::vector<dockerapi::LogLine>)> lines,
                 std::function<void(Status)> end) override
    {
        logOptions = o, onLines = lines, onLogEnd = end;
        return std::make_shared<int>(1);
    }
    Request stats(const std::string&, std::function<void(dockerapi::StatsSample)> f, std::function<void(Status)> end) override
    {
        onSample = f, onStatsEnd = end;
        auto alive = std::make_shared<int>(1);
        statsAlive = alive;
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
    Request run(const std::string&, const std::vector<std::string>&, Reply<std::pair<std::string, int>> reply) override
    {
        reply(std::pair<std::string, int>("/bin/bash\n", 0));
        return {};
    }

    std::vector<std::string> acts, removed;
    std::vector<dockerapi::ContainerSummary> summaries;
    std::map<std::string, Json> documents; // by id: what inspect answers
    std::string createdName;
    Json createdBody;
    Result<std::string> createAnswer = std::string("new");
    Status actAnswer;
    FakeImages imagesPart;
    FakeSystem systemPart;
    LogsClient::Options logOptions;
    std::function<void(std::vector<dockerapi::LogLine>)> onLines;
    std::function<void(Status)> onLogEnd, onStatsEnd;
    std::function<void(dockerapi::StatsSample)> onSample;
    std::weak_ptr<int> statsAlive;
    ExecClient::Options shellOptions;
    TerminalEvents events;
    std::shared_ptr<FakeTerminal> terminal;
};

} // namespace slipway
