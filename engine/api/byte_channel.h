// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "api/exchange.h"
#include "image/image_service.h"

namespace slipway::api
{

// Bytes from a pool thread to the reactor; the thread waits while a lot is unsent.
class ByteChannel
{
public:
    explicit ByteChannel(asio::io_context& reactor) : notifier(std::make_shared<Notifier>(reactor)) {}
    Status push(std::string_view bytes)
    {
        std::unique_lock lock(m_mutex);
        const auto goesOn = [&] { return m_pending.size() < limit || stop.stop_requested(); };
        if (!goesOn()) {
            const WorkerPool::Away away;
            while (!m_room.wait_for(lock, WorkerPool::Away::patience, goesOn))
                if (away.crowded())
                    return fail(ErrorKind::Cancelled, "the client has read nothing for too long");
        }
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "the client closed the connection");
        m_pending.append(bytes);
        notifier->notify();
        return {};
    }
    // Never waits: what a client that does not read has in front of it is enough news for it.
    void offer(std::string_view bytes)
    {
        const std::lock_guard lock(m_mutex);
        if (m_pending.size() >= limit || stop.stop_requested())
            return;
        m_pending.append(bytes);
        notifier->notify();
    }
    std::string take()
    {
        const std::lock_guard lock(m_mutex);
        m_room.notify_all();
        return std::exchange(m_pending, {});
    }
    void finish(Status status)
    {
        const std::lock_guard lock(m_mutex);
        m_result = std::move(status);
        notifier->notify();
    }
    std::optional<Status> result()
    {
        const std::lock_guard lock(m_mutex);
        return m_pending.empty() ? m_result : std::nullopt;
    }
    void cancel()
    {
        stop.request_stop();
        const std::lock_guard lock(m_mutex);
        m_room.notify_all();
    }

    std::shared_ptr<Notifier> notifier;
    std::stop_source stop;

private:
    static constexpr std::size_t limit = 1u << 20;
    std::mutex m_mutex;
    std::condition_variable m_room;
    std::string m_pending;
    std::optional<Status> m_result;
};

using Work = std::function<Status(ByteChannel&)>;

// Runs WORK on the pool and sends what it pushes. The answer begins with the first byte: an error before it has a status
// of its own, one after it is a line of the stream. AT_ONCE: every error of WORK is one, as with docker load. A client that
// goes away cancels the channel's stop source.
[[nodiscard]] Task<Status> streamWork(Api& api, Exchange& exchange, std::string type, Work work, bool atOnce = false);

// A line of the stream that pull, load and build answer with.
[[nodiscard]] Json progressJson(const ImageProgress& progress);
[[nodiscard]] std::string progressLine(const ImageProgress& progress);

} // namespace slipway::api
