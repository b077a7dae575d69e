// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/unique_fd.h"
#include "client/http_response.h"

namespace slipway
{

// Lets callbacks run only while somebody wants them. After stop() returned no call runs, unless stop() was called from
// inside one (then none follows). Shared between the loop's thread and the owner's.
class CallGuard
{
public:
    template <class F>
    void run(F&& function)
    {
        const std::lock_guard lock(m_mutex);
        if (m_alive)
            function();
    }
    void stop()
    {
        const std::lock_guard lock(m_mutex);
        m_alive = false;
    }
    [[nodiscard]] bool alive()
    {
        const std::lock_guard lock(m_mutex);
        return m_alive;
    }

private:
    std::recursive_mutex m_mutex;
    bool m_alive = true;
};

// One HTTP exchange: everything is called on the loop's thread, inside GUARD.
struct HttpCall
{
    std::string method = "GET";
    std::string target;  // "/containers/json?all=1"
    std::string headers; // further ones, each ending with \r\n
    std::string body;
    UniqueFd bodyFile;   // sent after BODY; its length is taken when the call starts
    bool upgrade = false;
    std::chrono::milliseconds delay{0}; // until it is sent
    std::shared_ptr<CallGuard> guard = std::make_shared<CallGuard>();

    std::function<void(const HttpHead&)> onHead;
    std::function<void(std::string_view)> onData;
    std::function<void(Status)> onEnd; // exactly once, and last
};

// One thread that runs any number of exchanges over connections to one unix socket, one connection each (connecting to a
// unix socket costs microseconds). Thread-safe. Destroying it closes all connections; no callback runs afterwards.
class HttpLoop
{
public:
    explicit HttpLoop(std::string socketPath);
    ~HttpLoop();
    HttpLoop(const HttpLoop&) = delete;
    HttpLoop& operator=(const HttpLoop&) = delete;

    class Connection;
    using Handle = std::weak_ptr<Connection>;
    Handle start(HttpCall call);
    void run(std::function<void()> task); // on the loop's thread
    void send(const Handle& connection, std::string bytes); // after an upgrade: raw bytes to the peer
    void close(const Handle& connection);                   // no callback follows
    void hold(const Handle& connection, bool on);           // nothing is read meanwhile
    [[nodiscard]] std::chrono::milliseconds unanswered() const; // by the call that has waited longest for its answer's head
    // Makes the loop look for stopped guards at once. May be called after the loop's end too.
    [[nodiscard]] std::function<void()> waker() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
