// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>

#include "api/log_text.h"
#include "api/numbers.h"
#include "api/router.h"
#include "api/terminal_stream.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

using logstore::LogReader;

struct WaitState
{
    std::mutex mutex;
    std::optional<Result<int>> result;
};

Task<Status> wait(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const std::string text = request.value("condition", "not-running");
    auto condition = ContainerService::WaitCondition::NotRunning;
    if (text == "next-exit")
        condition = ContainerService::WaitCondition::NextExit;
    else if (text == "removed")
        condition = ContainerService::WaitCondition::Removed;
    else if (text != "not-running")
        co_return fail(ErrorKind::InvalidArgument, "invalid condition: \"" + text + "\"");
    auto notifier = std::make_shared<Notifier>(api.reactor);
    auto state = std::make_shared<WaitState>();
    auto gone = std::make_shared<bool>(false);
    auto handle = co_await onPool(api, [&] {
        return api.services.containers.wait(request.param(), condition, [state, notifier](Result<int> code) {
            const std::lock_guard lock(state->mutex);
            state->result = std::move(code);
            notifier->notify();
        });
    });
    if (!handle)
        co_return std::unexpected(handle.error());
    if (const Status begun = co_await exchange.begin("application/json"); !begun)
        co_return begun;
    exchange.whenPeerGone([gone, notifier] {
        *gone = true;
        notifier->notify();
    });
    while (!*gone) {
        std::string line;
        {
            const std::lock_guard lock(state->mutex);
            if (state->result) {
                const auto& code = *state->result;
                Json body{{"StatusCode", code ? *code : -1}};
                if (!code)
                    body["Error"] = {{"Message", code.error().message}};
                line = dumpJson(body) + "\n";
            }
        }
        if (!line.empty())
            co_return co_await exchange.write(line);
        co_await notifier->wait();
    }
    co_return Status();
}

Result<logstore::ReadOptions> readOptions(const HttpRequest& request)
{
    logstore::ReadOptions options;
    options.showStdout = request.flag("stdout");
    options.showStderr = request.flag("stderr");
    if (!options.showStdout && !options.showStderr)
        return fail(ErrorKind::InvalidArgument, "Bad parameters: you must choose at least one stream");
    if (const std::string since = request.value("since"); !since.empty() && since != "0") {
        TRY(options.since, moment(since));
    }
    if (const std::string until = request.value("until"); !until.empty() && until != "0") {
        TRY(options.until, moment(until));
    }
    const std::string tail = request.value("tail", "all");
    std::uint64_t lines = 0;
    if (std::from_chars(tail.data(), tail.data() + tail.size(), lines).ec == std::errc())
        options.tail = lines;
    return options;
}

Task<Status> logs(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto options = readOptions(request);
    if (!options)
        co_return std::unexpected(options.error());
    auto log = co_await onPool(api, [&] { return api.services.containers.log(request.param()); });
    if (!log)
        co_return std::unexpected(log.error());
    const std::string prefix = request.flag("details") ? log->details + " " : "";
    const bool follow = request.flag("follow") && log->running, timestamps = request.flag("timestamps");
    auto notifier = std::make_shared<Notifier>(api.reactor);
    auto ended = std::make_shared<std::atomic<bool>>(false);
    const auto finish = [ended, notifier] {
        *ended = true;
        notifier->notify();
    };
    logstore::LogWatcher::Watch watch;
    Result<ContainerService::WaitHandle> exit;
    if (follow) {
        watch = api.watcher.watch(log->dir, [notifier] { notifier->notify(); });
        exit = co_await onPool(api, [&] {
            return api.services.containers.wait(request.param(), ContainerService::WaitCondition::NotRunning,
                                                [finish](Result<int>) { finish(); });
        });
    }
    if (const Status begun = co_await exchange.begin(streamType(log->terminal)); !begun)
        co_return begun;
    if (follow)
        exchange.whenPeerGone(finish);
    auto reader = std::make_shared<LogReader>(log->dir, *options);
    while (true) {
        const bool last = !follow || *ended;
        auto batch = co_await onPool(api, [reader] { return reader->next(512); });
        if (!batch)
            co_return std::unexpected(batch.error());
        if (!batch->empty()) {
            const std::string text = logText(*batch, !log->terminal, timestamps, prefix);
            if (const Status sent = co_await exchange.write(text); !sent)
                co_return sent;
            continue;
        }
        if (last)
            co_return Status();
        co_await notifier->wait();
    }
}

constexpr Route routes[] = {
    {"POST", "/containers/{id}/wait", nullptr, wait},
    {"GET", "/containers/{id}/logs", nullptr, logs},
};

} // namespace

std::span<const Route> containerStreamRoutes() { return routes; }

} // namespace slipway::api
