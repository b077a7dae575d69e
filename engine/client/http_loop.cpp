// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/http_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

namespace slipway
{
namespace
{

using Clock = std::chrono::steady_clock;
constexpr std::size_t pieceSize = 64 * 1024;
constexpr auto connectPatience = std::chrono::seconds(5);
constexpr auto connectPause = std::chrono::milliseconds(20);

std::unexpected<Error> unreachable(const std::string& path, int err)
{
    return fail(ErrorKind::Unavailable, "cannot reach the engine at " + path + ": " + std::strerror(err), err);
}

void poke(const UniqueFd& fd)
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(fd.get(), &one, sizeof one);
}

} // namespace

class HttpLoop::Connection final : private HttpSink
{
public:
    Connection(HttpCall call, const std::string& path)
        : m_call(std::move(call)), m_path(path), m_parser(*this, m_call.method == "HEAD")
    {
        m_retryAt = Clock::now() + m_call.delay;
        m_giveUp = m_retryAt + connectPatience;
        m_askedAt = m_retryAt;
    }

    void open();
    void readable();
    void writable();
    void append(std::string bytes) { m_out += bytes; }
    void drop() { m_fd.reset(), m_done = true; }
    void end(Status status)
    {
        if (std::exchange(m_done, true))
            return;
        m_fd.reset();
        if (m_call.onEnd)
            m_call.guard->run([&] { m_call.onEnd(std::move(status)); });
    }

    [[nodiscard]] int fd() const { return m_fd.get(); }
    [[nodiscard]] bool done() const { return m_done; }
    [[nodiscard]] bool connecting() const { return !m_fd; }
    [[nodiscard]] bool wantsWrite() const { return m_sent < m_out.size() || m_fileLeft > 0; }
    void hold(bool on) { m_held = on; }
    [[nodiscard]] bool held() const { return m_held; }
    [[nodiscard]] bool cancelled() { return !m_call.guard->alive(); }
    [[nodiscard]] Clock::time_point retryAt() const { return m_retryAt; }
    [[nodiscard]] Clock::time_point askedAt() const { return m_answered ? Clock::time_point::max() : m_askedAt; }

private:
    void onHead(const HttpHead& head) override
    {
        m_answered = true;
        if (m_call.onHead)
            m_call.guard->run([&] { m_call.onHead(head); });
    }
    void onData(std::string_view bytes) override
    {
        if (m_call.onData)
            m_call.guard->run([&] { m_call.onData(bytes); });
    }
    void makeRequest();
    bool refill();

    HttpCall m_call;
    const std::string& m_path;
    HttpResponseParser m_parser;
    UniqueFd m_fd;
    std::string m_out;
    std::size_t m_sent = 0;
    std::uint64_t m_fileLeft = 0;
    bool m_done = false;
    std::atomic<bool> m_held = false;
    bool m_writeBroken = false, m_answered = false;
    Clock::time_point m_giveUp, m_retryAt, m_askedAt;
};

void HttpLoop::Connection::makeRequest()
{
    struct stat info{};
    if (m_call.bodyFile && ::fstat(m_call.bodyFile.get(), &info) == 0)
        m_fileLeft = static_cast<std::uint64_t>(info.st_size);
    m_out = m_call.method + " " + m_call.target + " HTTP/1.1\r\nHost: slipway\r\nUser-Agent: Slipway/0.1.0\r\n";
    m_out += m_call.upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "Connection: close\r\n";
    m_out += m_call.headers;
    if (m_call.method != "GET" && m_call.method != "HEAD")
        m_out += "Content-Length: " + std::to_string(m_call.body.size() + m_fileLeft) + "\r\n";
    m_out += "\r\n" + m_call.body;
    m_sent = 0;
}

void HttpLoop::Connection::open()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (m_path.size() >= sizeof address.sun_path)
        return end(unreachable(m_path, ENAMETOOLONG));
    std::memcpy(address.sun_path, m_path.data(), m_path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd)
        return end(unreachable(m_path, errno));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != EAGAIN || Clock::now() > m_giveUp)
            return end(unreachable(m_path, errno));
        m_retryAt = Clock::now() + connectPause;
        return;
    }
    m_fd = std::move(fd);
    makeRequest();
    writable();
}

bool HttpLoop::Connection::refill()
{
    m_out.resize(static_cast<std::size_t>(std::min<std::uint64_t>(pieceSize, m_fileLeft)));
    m_sent = 0;
    const ssize_t got = ::read(m_call.bodyFile.get(), m_out.data(), m_out.size());
    if (got <= 0) {
        m_out.clear();
        end(got < 0 ? Status(failErrno(errno, "reading the file to send"))
                    : Status(fail(ErrorKind::Conflict, "the file to send became shorter while it was sent")));
        return false;
    }
    m_out.resize(static_cast<std::size_t>(got));
    m_fileLeft -= static_cast<std::uint64_t>(got);
    return true;
}

void HttpLoop::Connection::writable()
{
    while (!m_done && !m_writeBroken) {
        if (m_sent == m_out.size()) {
            m_out.clear();
            m_sent = 0;
            if (m_fileLeft == 0 || !refill())
                return;
        }
        const ssize_t sent = ::send(m_fd.get(), m_out.data() + m_sent, m_out.size() - m_sent, MSG_NOSIGNAL);
        if (sent >= 0) {
            m_sent += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            // The engine may have answered (an error) before it read all: what it said is still to be read.
            m_writeBroken = true;
            m_out.clear();
            m_sent = 0;
            m_fileLeft = 0;
        }
    }
}

void HttpLoop::Connection::readable()
{
    char buffer[pieceSize];
    for (int round = 0; round < 16 && !m_done && !m_held; ++round) {
        const ssize_t got = ::recv(m_fd.get(), buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got < 0)
            return end(unreachable(m_path, errno));
        if (got == 0)
            return end(m_parser.finish());
        if (auto status = m_parser.feed({buffer, static_cast<std::size_t>(got)}); !status)
            return end(std::move(status));
        if (m_parser.complete())
            return end({});
    }
}

struct HttpLoop::Impl
{
    explicit Impl(std::string path) : socketPath(std::move(path)), wake(std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)))
    {
        thread = std::jthread([this](const std::stop_token& stop) { loop(stop); });
    }

    void post(std::function<void()> task)
    {
        {
            const std::lock_guard lock(mutex);
            tasks.push_back(std::move(task));
        }
        poke();
    }
    void poke() const { slipway::poke(*wake); }
    void runTasks();
    [[nodiscard]] int collect(std::vector<pollfd>& fds, std::vector<std::shared_ptr<Connection>>& polled);
    void loop(const std::stop_token& stop);

    std::string socketPath;
    std::shared_ptr<UniqueFd> wake;
    std::mutex mutex;
    std::deque<std::function<void()>> tasks;
    std::vector<std::shared_ptr<Connection>> connections; // the loop's thread alone
    std::atomic<Clock::time_point> oldest = Clock::time_point::max(); // call without an answer
    std::jthread thread;
};

void HttpLoop::Impl::runTasks()
{
    std::deque<std::function<void()>> now;
    {
        const std::lock_guard lock(mutex);
        now.swap(tasks);
    }
    for (auto& task : now)
        task();
}

int HttpLoop::Impl::collect(std::vector<pollfd>& fds, std::vector<std::shared_ptr<Connection>>& polled)
{
    int timeout = -1;
    std::erase_if(connections, [](const auto& c) {
        if (c->cancelled())
            c->drop();
        return c->done();
    });
    auto first = Clock::time_point::max();
    for (const auto& connection : connections)
        first = std::min(first, connection->askedAt());
    oldest = first;
    for (const auto& connection : connections) {
        if (connection->connecting()) {
            timeout = static_cast<int>(connectPause.count());
            continue;
        }
        const auto events = static_cast<short>((connection->held() ? 0 : POLLIN) | (connection->wantsWrite() ? POLLOUT : 0));
        fds.push_back({events ? connection->fd() : -1, events, 0});
        polled.push_back(connection);
    }
    return timeout;
}

void HttpLoop::Impl::loop(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        runTasks();
        const auto opening = connections;
        for (const auto& connection : opening)
            if (connection->connecting() && !connection->done() && Clock::now() >= connection->retryAt())
                connection->open();
        std::vector<pollfd> fds{{wake->get(), POLLIN, 0}};
        std::vector<std::shared_ptr<Connection>> polled;
        const int timeout = collect(fds, polled);
        if (::poll(fds.data(), fds.size(), timeout) < 0 && errno != EINTR)
            std::this_thread::sleep_for(connectPause);
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t n = ::read(wake->get(), &count, sizeof count);
        for (std::size_t i = 0; i < polled.size() && !stop.stop_requested(); ++i) {
            const short events = fds[i + 1].revents;
            if ((events & POLLOUT) && !polled[i]->done())
                polled[i]->writable();
            if ((events & (POLLIN | POLLHUP | POLLERR)) && !polled[i]->done() && !polled[i]->held())
                polled[i]->readable();
        }
    }
    connections.clear();
}

HttpLoop::HttpLoop(std::string socketPath) : m_impl(std::make_unique<Impl>(std::move(socketPath))) {}

HttpLoop::~HttpLoop()
{
    m_impl->thread.request_stop();
    m_impl->poke();
    m_impl->thread.join();
}

HttpLoop::Handle HttpLoop::start(HttpCall call)
{
    auto connection = std::make_shared<Connection>(std::move(call), m_impl->socketPath);
    m_impl->post([impl = m_impl.get(), connection] { impl->connections.push_back(connection); });
    return connection;
}

void HttpLoop::run(std::function<void()> task) { m_impl->post(std::move(task)); }

void HttpLoop::send(const Handle& connection, std::string bytes)
{
    m_impl->post([connection, bytes = std::move(bytes)]() mutable {
        if (const auto live = connection.lock(); live && !live->done() && !live->connecting()) {
            live->append(std::move(bytes));
            live->writable();
        }
    });
}

void HttpLoop::hold(const Handle& connection, bool on)
{
    const auto live = connection.lock();
    if (!live)
        return;
    live->hold(on);
    if (!on)
        m_impl->poke();
}

std::chrono::milliseconds HttpLoop::unanswered() const
{
    const Clock::time_point since = m_impl->oldest, now = Clock::now();
    return since < now ? std::chrono::duration_cast<std::chrono::milliseconds>(now - since) : std::chrono::milliseconds();
}

std::function<void()> HttpLoop::waker() const
{
    return [wake = m_impl->wake] { poke(*wake); };
}

void HttpLoop::close(const Handle& connection)
{
    m_impl->post([connection] {
        if (const auto live = connection.lock())
            live->drop();
    });
}

} // namespace slipway
