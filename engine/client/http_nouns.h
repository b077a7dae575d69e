// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "client/engine_client.h"
#include "client/http_loop.h"

// Inside of HttpEngineClient: one class per noun over a shared loop.
namespace slipway
{

struct HttpReply
{
    int status = 0;
    std::string body;
};

[[nodiscard]] std::string percentEncode(std::string_view text, std::string_view keep = {});
[[nodiscard]] std::string pathSegment(std::string_view text); // of an image name: slashes and colons stay
// The Error of a reply with status >= 400, otherwise nothing.
[[nodiscard]] Status replyStatus(int status, std::string_view body);

class HttpCaller
{
public:
    explicit HttpCaller(HttpLoop& loop) : m_loop(loop) {}

    [[nodiscard]] static HttpCall call(std::string method, std::string target, const Json* body = nullptr);
    [[nodiscard]] Request token(std::shared_ptr<CallGuard> guard);
    // Collects the reply; ONREPLY gets it when its status is below 400.
    Request request(HttpCall call, Reply<HttpReply> onReply);
    // Streams; a status >= 400 ends with that error without data.
    Request stream(HttpCall call, std::function<void(const HttpHead&)> onHead, std::function<void(std::string_view)> onData,
                   std::function<void(Status)> onEnd);
    // Streams newline-separated JSON values.
    Request streamJson(HttpCall call, std::function<void(const Json&)> onValue, std::function<void(Status)> onEnd);
    [[nodiscard]] HttpLoop& loop() { return m_loop; }

private:
    HttpLoop& m_loop;
};

[[nodiscard]] std::unique_ptr<ContainersClient> makeContainersClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<LogsClient> makeLogsClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<StatsClient> makeStatsClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<ExecClient> makeExecClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<ImagesClient> makeImagesClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<BuildsClient> makeBuildsClient(HttpLoop& loop);
[[nodiscard]] std::unique_ptr<SystemClient> makeSystemClient(HttpLoop& loop);

} // namespace slipway
