// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"
#include "api/services.h"
#include "api/worker_pool.h"
#include "base/unique_fd.h"
#include "logstore/log_reader.h"
#include "os/peer.h"
#include "store/byte_source.h"

// One request and its answer, seen from a streaming handler: a coroutine on the reactor thread.
namespace slipway::api
{

namespace asio = boost::asio;
template <class T>
using Task = asio::awaitable<T>;
using Socket = asio::local::stream_protocol::socket;

class StatsHub;

// What all handlers share.
struct Api
{
    Services services;
    asio::io_context& reactor;
    WorkerPool& pool;
    logstore::LogWatcher& watcher;
    std::shared_ptr<StatsHub> stats;
};

// Runs the blocking FUNCTION on the pool and gives its result back on the reactor.
template <class F>
Task<std::invoke_result_t<F>> onPool(Api& api, F function)
{
    using R = std::invoke_result_t<F>;
    auto slot = std::make_shared<std::optional<R>>();
    auto start = [&api, slot, &function](auto handler) {
        auto held = std::make_shared<decltype(handler)>(std::move(handler));
        api.pool.run([&api, slot, work = std::move(function), held = std::move(held),
                      alive = asio::make_work_guard(api.reactor)]() mutable {
            slot->emplace(work());
            asio::post(api.reactor, [held = std::move(held)] { std::move (*held)(); });
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start), asio::use_awaitable);
    co_return std::move(**slot);
}

// Wakes one waiting coroutine from any thread; wakes that come before the wait are not lost.
class Notifier : public std::enable_shared_from_this<Notifier>
{
public:
    explicit Notifier(asio::io_context& reactor) : m_reactor(reactor), m_timer(reactor) {}
    void notify()
    {
        asio::post(m_reactor, [self = shared_from_this()] { self->wake(); });
    }
    void wake() // the same, on the reactor thread
    {
        m_fired = true;
        m_timer.cancel();
    }
    Task<void> wait();
    Task<void> waitFor(std::chrono::milliseconds atMost);

private:
    asio::io_context& m_reactor;
    asio::steady_timer m_timer;
    bool m_fired = false;
};

class Exchange
{
public:
    virtual ~Exchange() = default;

    // One more header of the answer; before begin().
    virtual void header(const std::string& name, const std::string& value) = 0;
    // An answer of unknown length (chunked). The headers go out at once.
    [[nodiscard]] virtual Task<Status> begin(std::string contentType, int status = 200) = 0;
    [[nodiscard]] virtual Task<Status> write(std::string_view bytes) = 0;
    [[nodiscard]] virtual bool begun() const = 0;

    // 101 UPGRADED (or 200 when the client did not ask): from here the connection is raw.
    [[nodiscard]] virtual Task<Status> hijack(std::string contentType) = 0;
    [[nodiscard]] virtual Task<Status> writeRaw(std::string_view bytes) = 0;
    // Both ways between the client and PEER until PEER ends, the client is gone, or it typed DETACHKEYS (raw bytes).
    [[nodiscard]] virtual Task<void> splice(UniqueFd peer, std::string detachKeys) = 0;
    // The same by websocket: its handshake (InvalidArgument when the client did not ask for it), then messages of that kind
    // with what comes from PEER, FIRST before it; whatever the client sends goes to PEER.
    [[nodiscard]] virtual Task<Status> acceptWebSocket(bool binary) = 0;
    [[nodiscard]] virtual Task<void> spliceWebSocket(UniqueFd peer, std::string first, std::string detachKeys) = 0;

    // Whose program the client is, where that can be known.
    [[nodiscard]] virtual Result<Peer> peer() const = 0;
    // The request's body for a pool thread, until the handler ends.
    [[nodiscard]] virtual ByteSource& body() = 0;
    // Calls ONGONE (on the reactor, at most once) when the client closed the connection.
    virtual void whenPeerGone(std::function<void()> onGone) = 0;
};

} // namespace slipway::api
