// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client/classic_steps.h"
#include "client/context_tar.h"
#include "client/http_nouns.h"

namespace slipway
{
namespace
{

std::string queryOf(const BuildsClient::Options& options, const std::string& dockerfile)
{
    std::string query = "?dockerfile=" + percentEncode(dockerfile);
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            query += std::string("&") + name + '=' + percentEncode(value);
    };
    for (const std::string& tag : options.tags)
        add("t", tag);
    add("source", options.source);
    add("until", options.untilLine > 0 ? std::to_string(options.untilLine) : "");
    add("target", options.target);
    add("platform", options.platform);
    add("networkmode", options.network);
    add("nocache", options.noCache ? "1" : "");
    add("pull", options.pull ? "1" : "");
    add("buildargs", options.args.empty() ? "" : dumpJson(options.args));
    add("labels", options.labels.empty() ? "" : dumpJson(options.labels));
    return query;
}

// One build as its owner holds it: dropping it ends the packing and the exchange.
struct Build
{
    std::shared_ptr<CallGuard> guard = std::make_shared<CallGuard>();
    std::stop_source stop;
    std::mutex mutex;
    Request exchange;

    ~Build()
    {
        stop.request_stop();
        guard->stop();
    }
};

// What came of it, as the stream tells it.
struct Outcome
{
    std::string imageId;
    std::string error;
    std::optional<ClassicSteps> classic; // until the engine shows that it knows steps
};

class Builds final : public BuildsClient
{
public:
    explicit Builds(HttpLoop& loop) : m_http(loop) {}
    ~Builds() override
    {
        for (Packer& packer : m_packers)
            packer.thread.request_stop();
    }

    Request build(const Options& options, std::function<void(dockerapi::BuildStep)> onStep, Reply<std::string> reply) override
    {
        auto exchange = [this, onStep = std::move(onStep), reply](HttpCall call, const Refusal& refusal) {
            return send(std::move(call), onStep, [reply, refusal](Result<std::string> image) {
                if (!refusal || !refusal(image ? nullptr : &image.error()))
                    reply(std::move(image));
            });
        };
        return withContext(options, {"/slipway/builds", "/build"}, "&steps=1", std::move(exchange), [reply](const Error& error) { reply(std::unexpected(error)); });
    }

    Request forecast(const Options& options, Reply<std::vector<dockerapi::BuildForecast>> reply) override
    {
        auto exchange = [this, reply](HttpCall call, const Refusal& refusal) {
            return m_http.request(std::move(call), [reply, refusal](Result<HttpReply> answer) {
                if (refusal && refusal(answer ? nullptr : &answer.error()))
                    return;
                if (!answer)
                    return reply(std::unexpected(answer.error()));
                const auto json = parseJson(answer->body);
                reply(json ? Result<std::vector<dockerapi::BuildForecast>>(dockerapi::buildForecast(*json)) : std::unexpected(json.error()));
            });
        };
        return withContext(options, {"/slipway/builds/forecast", "/slipway/builds/forecast"}, "", std::move(exchange), [reply](const Error& error) { reply(std::unexpected(error)); });
    }

    Request prune(bool all, Reply<std::int64_t> reply) override
    {
        return m_http.request(HttpCaller::call("POST", all ? "/build/prune?all=1" : "/build/prune"), [reply = std::move(reply)](Result<HttpReply> answer) {
            if (!answer)
                return reply(std::unexpected(answer.error()));
            const auto json = parseJson(answer->body);
            reply(json ? Result<std::int64_t>(jsonValue<std::int64_t>(*json, "SpaceReclaimed")) : std::unexpected(json.error()));
        });
    }

    Request history(Reply<std::vector<dockerapi::PastBuild>> reply) override
    {
        return m_http.request(HttpCaller::call("GET", "/slipway/builds"), [reply = std::move(reply)](const Result<HttpReply>& answer) {
            const auto json = answer.and_then([](const HttpReply& each) { return parseJson(each.body); });
            if (!json)
                return reply(std::unexpected(json.error()));
            std::vector<dockerapi::PastBuild> builds;
            for (const Json& each : *json)
                builds.push_back(dockerapi::pastBuild(each));
            reply(std::move(builds));
        });
    }

    Request past(const std::string& id, Reply<dockerapi::PastBuild> reply) override
    {
        return m_http.request(HttpCaller::call("GET", "/slipway/builds/" + pathSegment(id)), [reply = std::move(reply)](const Result<HttpReply>& answer) {
            reply(answer.and_then([](const HttpReply& each) { return parseJson(each.body); }).transform(&dockerapi::pastBuild));
        });
    }

    Request pastLog(const std::string& id, std::function<void(dockerapi::BuildStep)> onStep, Reply<void> onEnd) override
    {
        return m_http.streamJson(
            HttpCaller::call("GET", "/slipway/builds/" + pathSegment(id) + "/log?steps=1"),
            [onStep = std::move(onStep)](const Json& json) {
                if (auto step = dockerapi::buildStep(json))
                    onStep(*std::move(step));
            },
            [onEnd = std::move(onEnd)](Status status) { onEnd(std::move(status)); });
    }

    Request removePast(const std::string& id, Reply<void> reply) override
    {
        return m_http.request(HttpCaller::call("DELETE", id.empty() ? "/slipway/builds" : "/slipway/builds/" + pathSegment(id)),
                              [reply = std::move(reply)](const Result<HttpReply>& answer) { reply(answer.transform([](const HttpReply&) {})); });
    }

private:
    // Hears how a call ended that names the folder. True: its engine does not read that, so the files will be sent, and nobody needs
    // to know.
    using Refusal = std::function<bool(const Error*)>;
    struct Paths
    {
        std::string named, sent; // where a folder is named, and where its files are sent
    };

    // On a thread: SENDIT gets the call that names the folder, and if that is refused one with all of it packed; FAILED when it
    // cannot be read.
    Request withContext(const Options& options, const Paths& paths, const std::string& more, std::function<Request(HttpCall, const Refusal&)> sendIt,
                        std::function<void(const Error&)> failed)
    {
        auto build = std::make_shared<Build>();
        std::erase_if(m_packers, [](const Packer& packer) { return packer.done->load(); });
        const auto done = std::make_shared<std::atomic<bool>>(false);
        m_packers.push_back({{}, done});
        m_packers.back().thread = std::jthread([this, done, options, paths, more, sendIt = std::move(sendIt), failed = std::move(failed), weak = std::weak_ptr(build),
                                guard = build->guard, dropped = build->stop.get_token()](const std::stop_token& ending) {
            std::stop_source stop;
            const auto forward = [&stop] { stop.request_stop(); };
            const std::stop_callback onDrop(dropped, forward);
            const std::stop_callback onEnd(ending, forward);
            const std::shared_ptr<void> atEnd(nullptr, [done](void*) { *done = true; });
            const auto start = [&](HttpCall call, const Refusal& refusal) {
                if (const auto wanted = weak.lock()) {
                    const std::lock_guard lock(wanted->mutex);
                    wanted->exchange = sendIt(std::move(call), refusal);
                }
            };
            const auto giveUp = [&](const Error& error) { m_http.loop().run([guard, failed, error] { guard->run([&] { failed(error); }); }); };
            auto named = nameContext(options.folder, options.dockerfile, options.dockerfileText);
            if (!named)
                return giveUp(named.error());
            if (!isRefused(options, paths.named, more, *named, start, stop.get_token()))
                return;
            auto packed = packContext(options.folder, options.dockerfile, options.dockerfileText, stop.get_token());
            if (!packed)
                return giveUp(packed.error());
            HttpCall call = HttpCaller::call("POST", paths.sent + queryOf(options, packed->dockerfile) + more);
            call.headers = "Content-Type: application/x-tar\r\n";
            call.bodyFile = std::move(packed->file);
            call.guard = guard;
            start(std::move(call), {});
        });
        return build;
    }

    // Waits for the end of the call that names the folder.
    static bool isRefused(const Options& options, const std::string& path, const std::string& more, const NamedContext& named,
                          const std::function<void(HttpCall, const Refusal&)>& start, const std::stop_token& stop)
    {
        struct Verdict
        {
            std::mutex mutex;
            std::condition_variable_any known;
            std::optional<bool> refused;
        };
        const auto verdict = std::make_shared<Verdict>();
        HttpCall call = HttpCaller::call("POST", path + queryOf(options, named.dockerfile) + more + "&folder=" + percentEncode(named.folder) + "&device="
                                                     + std::to_string(named.device) + "&inode=" + std::to_string(named.inode));
        call.headers = "Content-Type: text/plain\r\n";
        call.body = named.text;
        start(std::move(call), [verdict](const Error* error) {
            const std::lock_guard lock(verdict->mutex);
            verdict->refused = error && (error->message == "page not found" || error->message == "Not Found" || error->message.starts_with("reading the folder in place: "));
            verdict->known.notify_all();
            return *verdict->refused;
        });
        std::unique_lock lock(verdict->mutex);
        return verdict->known.wait(lock, stop, [&] { return verdict->refused.has_value(); }) && *verdict->refused;
    }

    Request send(HttpCall call, std::function<void(dockerapi::BuildStep)> onStep, Reply<std::string> reply)
    {
        auto outcome = std::make_shared<Outcome>();
        if (onStep)
            outcome->classic.emplace(onStep);
        return m_http.streamJson(
            std::move(call),
            [outcome, onStep = std::move(onStep)](const Json& json) {
                if (const auto id = jsonValue<std::string>(jsonMember(json, "aux"), "ID"); !id.empty())
                    outcome->imageId = id;
                const dockerapi::ProgressLine line = dockerapi::progressLine(json);
                if (!line.error.empty())
                    outcome->error = line.error;
                if (!onStep)
                    return;
                if (auto step = dockerapi::buildStep(json)) {
                    outcome->classic.reset();
                    onStep(*std::move(step));
                } else if (outcome->classic) {
                    outcome->classic->take(line);
                }
            },
            [outcome, reply = std::move(reply)](Status status) {
                if (status && !outcome->error.empty())
                    status = fail(ErrorKind::InvalidArgument, outcome->error);
                if (status && outcome->imageId.empty())
                    status = fail(ErrorKind::Internal, "the engine ended the build without an image and without a reason");
                if (outcome->classic)
                    outcome->classic->end(status.has_value());
                reply(status ? Result<std::string>(outcome->imageId) : std::unexpected(status.error()));
            });
    }

    struct Packer
    {
        std::jthread thread;
        std::shared_ptr<std::atomic<bool>> done;
    };

    HttpCaller m_http;
    std::vector<Packer> m_packers; // joined with the object, or when another begins
};

} // namespace

std::unique_ptr<BuildsClient> makeBuildsClient(HttpLoop& loop) { return std::make_unique<Builds>(loop); }

} // namespace slipway
