// SPDX-License-Identifier: GPL-3.0-or-later
#include <mutex>

#include "api/http_status.h"
#include "api/log_text.h"
#include "api/router.h"
#include "api/terminal_stream.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

using logstore::LogReader;

// The stream of a container that may not have started yet.
class Attachment
{
public:
    explicit Attachment(Api& api) : m_api(api), m_notifier(std::make_shared<Notifier>(api.reactor)) {}

    Task<void> begin(const std::string& id, AttachOptions options)
    {
        co_await onPool(m_api, [&] {
            m_api.services.containers.attach(id, options, [state = m_state, notifier = m_notifier](Result<UniqueFd> fd) {
                const std::lock_guard lock(state->mutex);
                state->fd.emplace(std::move(fd));
                notifier->notify();
            });
            return 0;
        });
    }

    // None: the client is gone, or it cannot be.
    Task<UniqueFd> wait(Exchange& exchange)
    {
        auto gone = std::make_shared<bool>(false);
        exchange.whenPeerGone([gone, notifier = m_notifier] {
            *gone = true;
            notifier->notify();
        });
        while (!*gone) {
            {
                const std::lock_guard lock(m_state->mutex);
                if (m_state->fd)
                    co_return *m_state->fd ? std::move(**m_state->fd) : UniqueFd();
            }
            co_await m_notifier->wait();
        }
        co_return UniqueFd();
    }

    Task<void> pause(std::chrono::milliseconds time) { co_await m_notifier->waitFor(time); }

private:
    struct State
    {
        std::mutex mutex;
        std::optional<Result<UniqueFd>> fd;
    };
    Api& m_api;
    std::shared_ptr<State> m_state = std::make_shared<State>();
    std::shared_ptr<Notifier> m_notifier;
};

// What the container wrote until now, when the client asks for it.
Task<std::string> replay(Api& api, const HttpRequest& request, const std::string& id, const AttachOptions& options, bool framed)
{
    std::string text;
    if (!request.flag("logs"))
        co_return text;
    auto log = co_await onPool(api, [&] { return api.services.containers.log(id); });
    if (!log)
        co_return text;
    LogReader reader(log->dir, {.showStdout = options.out, .showStderr = options.err, .since = {}, .until = {}, .tail = {}});
    for (auto batch = reader.next(512); batch && !batch->empty(); batch = reader.next(512))
        text += logText(*batch, framed, false);
    co_return text;
}

Task<Status> attach(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto info = co_await onPool(api, [&] { return api.services.containers.attachInfo(request.param()); });
    auto keys = detachKeys(request.value("detachKeys"));
    if (!info || !keys) { // dockerd has made a stream of it by then
        const Error error = info ? keys.error() : info.error();
        if (const Status begun = co_await exchange.begin(streamType(true), httpStatus(error.kind)); !begun)
            co_return begun;
        co_return co_await exchange.write(error.message + "\r\n");
    }
    const bool stream = request.flag("stream");
    const AttachOptions options{.in = request.flag("stdin"), .out = request.flag("stdout"), .err = request.flag("stderr")};
    Attachment attachment(api);
    const std::string before = co_await replay(api, request, info->id, options, !info->terminal);
    if (stream)
        co_await attachment.begin(info->id, options);
    if (const Status raw = co_await exchange.hijack(streamType(info->terminal)); !raw)
        co_return raw;
    if (!before.empty()) // clients like docker-py lose what comes in one piece with the answer's head
        co_await attachment.pause(std::chrono::milliseconds(10));
    if (const Status sent = co_await exchange.writeRaw(before); !sent || !stream)
        co_return sent;
    if (UniqueFd fd = co_await attachment.wait(exchange))
        co_await exchange.splice(std::move(fd), info->terminal && options.in ? *keys : std::string());
    co_return Status();
}

// Both streams come as they are, one message a piece: a websocket has frames of its own.
Task<Status> attachWebSocket(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto info = co_await onPool(api, [&] { return api.services.containers.attachInfo(request.param()); });
    if (!info)
        co_return std::unexpected(info.error());
    const bool chosen = request.apiMinor >= 42; // before that it was always all three
    const AttachOptions options{.in = !chosen || request.flag("stdin"), .out = !chosen || request.flag("stdout"),
                                .err = !chosen || request.flag("stderr"), .framed = false};
    Attachment attachment(api);
    if (const Status accepted = co_await exchange.acceptWebSocket(request.apiMinor >= 28); !accepted)
        co_return accepted;
    std::string before = co_await replay(api, request, info->id, options, false);
    if (!request.flag("stream")) {
        co_await exchange.spliceWebSocket(UniqueFd(), std::move(before), {});
        co_return Status();
    }
    co_await attachment.begin(info->id, options);
    const auto keys = detachKeys(request.value("detachKeys"));
    if (UniqueFd fd = co_await attachment.wait(exchange))
        co_await exchange.spliceWebSocket(std::move(fd), std::move(before), info->terminal && options.in && keys ? *keys : std::string());
    co_return Status();
}

constexpr Route routes[] = {
    {"POST", "/containers/{id}/attach", nullptr, attach},
    {"GET", "/containers/{id}/attach/ws", nullptr, attachWebSocket},
};

} // namespace

std::span<const Route> attachRoutes() { return routes; }

} // namespace slipway::api
