// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/api_server.h"

#include <malloc.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <unordered_set>

#include "api/connection.h"
#include "api/stats_hub.h"
#include "base/log.h"
#include "build/build_service.h"
#include "container/container_service.h"

namespace slipway::api
{
namespace
{

constexpr std::chrono::seconds trimAfter{7}; // later than the worker threads' end
// A killed engine's socket answers until the kernel has closed it.
constexpr std::chrono::milliseconds dyingPatience{1000};

Result<UniqueFd> listenOn(const std::filesystem::path& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return fail(ErrorKind::InvalidArgument, "the socket path is too long: " + path.string());
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe)
        return failErrno(errno, "socket");
    const auto deadline = std::chrono::steady_clock::now() + dyingPatience;
    while (::connect(probe.get(), where, sizeof address) == 0 || errno == EAGAIN) {
        if (std::chrono::steady_clock::now() > deadline)
            return fail(ErrorKind::Conflict, "an engine already listens on " + path.string());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        probe.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    }
    struct stat info{};
    if (::lstat(path.c_str(), &info) == 0) {
        if (!S_ISSOCK(info.st_mode))
            return fail(ErrorKind::Conflict, path.string() + " exists and is not a socket");
        ::unlink(path.c_str());
    }
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const mode_t old = ::umask(0177);
    const int bound = ::bind(fd.get(), where, sizeof address);
    const int err = errno;
    ::umask(old);
    if (bound != 0)
        return failErrno(err, "listening on " + path.string());
    if (::listen(fd.get(), 1024) != 0)
        return failErrno(errno, "listening on " + path.string());
    return fd;
}

} // namespace

struct ApiServer::Impl
{
    Impl(Options o, Services services, UniqueFd fd)
        : options(std::move(o)), listener(reactor, asio::local::stream_protocol(), fd.release()),
          signals(reactor, SIGTERM, SIGINT), api{std::move(services), reactor, pool, watcher, std::make_shared<StatsHub>()}
    {
        struct stat info{};
        ::stat(options.socket.c_str(), &info);
        inode = info.st_ino;
    }
    Task<void> accept();
    Task<void> serve(std::shared_ptr<Socket> socket);
    Task<void> watchIdle();

    Options options;
    ino_t inode = 0;
    WorkerPool pool;
    logstore::LogWatcher watcher;
    asio::io_context reactor{1};
    asio::local::stream_protocol::acceptor listener;
    asio::signal_set signals;
    asio::steady_timer idleTimer{reactor}; // cancelled when the last client goes
    Api api;
    std::unordered_set<std::shared_ptr<Socket>> open;
    std::chrono::steady_clock::time_point lastUse = std::chrono::steady_clock::now();
};

Task<void> ApiServer::Impl::serve(std::shared_ptr<Socket> socket)
{
    open.insert(socket);
    co_await serveConnection(api, socket);
    open.erase(socket);
    lastUse = std::chrono::steady_clock::now();
    if (open.empty())
        idleTimer.cancel();
}

Task<void> ApiServer::Impl::accept()
{
    while (true) {
        const auto [error] = co_await listener.async_wait(listener.wait_read, asio::as_tuple(asio::use_awaitable));
        if (error)
            co_return;
        // Asio's own accept would leave the connection open in every process that another thread starts meanwhile.
        const int fd = ::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0) { // out of descriptors: let some end first
            asio::steady_timer pause(reactor, std::chrono::milliseconds(50));
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        asio::co_spawn(reactor, serve(std::make_shared<Socket>(reactor, asio::local::stream_protocol(), fd)), asio::detached);
    }
}

// Sleeps for good while somebody is connected, and when nothing is left to do: an idle engine wakes up for nobody.
Task<void> ApiServer::Impl::watchIdle()
{
    using std::chrono::steady_clock;
    steady_clock::time_point trimmedAfter{}; // the last use after which memory was given back
    while (true) {
        const bool trimmed = trimmedAfter == lastUse;
        const auto trimAt = lastUse + trimAfter;
        const auto endAt = options.idleExit ? lastUse + *options.idleExit : steady_clock::time_point::max();
        idleTimer.expires_at(!open.empty() ? steady_clock::time_point::max() : trimmed ? endAt : std::min(trimAt, endAt));
        co_await idleTimer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!open.empty())
            continue;
        if (!trimmed && steady_clock::now() >= trimAt) {
            ::malloc_trim(0);
            trimmedAfter = lastUse;
        }
        if (steady_clock::now() < endAt)
            continue;
        const bool busy = co_await onPool(api, [this] { return api.services.containers.anyRunning(); });
        if (busy) {
            lastUse = steady_clock::now();
        } else if (open.empty()) {
            log::info("nothing runs and nobody asks: ending");
            reactor.stop();
        }
    }
}

ApiServer::ApiServer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

ApiServer::~ApiServer()
{
    m_impl->api.stats->close();
    struct stat info{};
    if (::stat(m_impl->options.socket.c_str(), &info) == 0 && info.st_ino == m_impl->inode)
        ::unlink(m_impl->options.socket.c_str());
}

Result<std::unique_ptr<ApiServer>> ApiServer::open(Options options, Services services)
{
    TRY(UniqueFd fd, listenOn(options.socket));
    return std::unique_ptr<ApiServer>(
        new ApiServer(std::make_unique<Impl>(std::move(options), std::move(services), std::move(fd))));
}

bool ApiServer::run()
{
    Impl& impl = *m_impl;
    impl.signals.async_wait([&impl](boost::system::error_code error, int) {
        if (!error)
            impl.reactor.stop();
    });
    asio::co_spawn(impl.reactor, impl.accept(), asio::detached);
    asio::co_spawn(impl.reactor, impl.watchIdle(), asio::detached);
    impl.reactor.run();
    for (const auto& socket : impl.open)
        ::shutdown(socket->native_handle(), SHUT_RDWR);
    impl.api.services.builds.cancelAll();
    return impl.pool.drain(std::chrono::seconds(2));
}

void ApiServer::stop() { m_impl->reactor.stop(); }

} // namespace slipway::api
