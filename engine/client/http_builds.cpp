// SPDX-License-Identifier: GPL-3.0-or-later
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
    std::string query = "?steps=1&dockerfile=" + percentEncode(dockerfile);
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            query += std::string("&") + name + '=' + percentEncode(value);
    };
    for (const std::string& tag : options.tags)
        add("t", tag);
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
        for (std::jthread& packer : m_packers)
            packer.request_stop();
    }

    Request build(const Options& options, std::function<void(dockerapi::BuildStep)> onStep, Reply<std::string> reply) override
    {
        auto build = std::make_shared<Build>();
        m_packers.emplace_back([this, options, onStep = std::move(onStep), reply = std::move(reply), weak = std::weak_ptr(build),
                                guard = build->guard, dropped = build->stop.get_token()](const std::stop_token& ending) {
            std::stop_source stop;
            const auto forward = [&stop] { stop.request_stop(); };
            const std::stop_callback onDrop(dropped, forward);
            const std::stop_callback onEnd(ending, forward);
            auto packed = packContext(options.folder, options.dockerfile, options.dockerfileText, stop.get_token());
            if (!packed) {
                m_http.loop().run([guard, reply, error = packed.error()] { guard->run([&] { reply(std::unexpected(error)); }); });
                return;
            }
            HttpCall call = HttpCaller::call("POST", "/build" + queryOf(options, packed->dockerfile));
            call.headers = "Content-Type: application/x-tar\r\n";
            call.bodyFile = std::move(packed->file);
            call.guard = guard;
            if (const auto wanted = weak.lock()) {
                const std::lock_guard lock(wanted->mutex);
                wanted->exchange = send(std::move(call), onStep, reply);
            }
        });
        return build;
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

private:
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

    HttpCaller m_http;
    std::vector<std::jthread> m_packers; // joined with the object; a build is too rare a thing for more
};

} // namespace

std::unique_ptr<BuildsClient> makeBuildsClient(HttpLoop& loop) { return std::make_unique<Builds>(loop); }

} // namespace slipway
