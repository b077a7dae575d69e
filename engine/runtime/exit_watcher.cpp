// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/exit_watcher.h"

#include <cerrno>
#include <cstdio>
#include <list>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

#include "runtime/monitor_socket.h"

namespace slipway
{

namespace
{
struct Watched
{
    UniqueFd connection; // to the monitor, or
    UniqueFd pidfd;      // to the process when there is no monitor
    std::filesystem::path exitFile;
    pid_t pid = 0, monitorPid = 0;
    std::function<void(ExitStatus)> onExit;
};

std::optional<ExitStatus> parseExit(const std::string& text)
{
    ExitStatus status;
    int oom = 0;
    long long finished = 0;
    if (std::sscanf(text.c_str(), "%d %d %d %lld", &status.code, &status.signal, &oom, &finished) != 4)
        return std::nullopt;
    status.oomKilled = oom != 0;
    status.finishedAt = fromUnixNano(finished);
    return status;
}

ExitStatus statusOfPidfd(int pidfd)
{
    ExitStatus status;
    status.finishedAt = now();
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) {
        status.code = 255;
        return status;
    }
    status.signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    status.code = status.signal ? 128 + status.signal : info.si_status;
    return status;
}
} // namespace

struct ExitWatcher::Impl
{
    std::mutex mutex;
    std::list<Watched> incoming;
    std::list<Watched> watched; // the thread's own
    UniqueFd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::jthread thread;

    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            {
                const std::scoped_lock lock(mutex);
                watched.splice(watched.end(), incoming);
            }
            std::vector<pollfd> fds = {{wake.get(), POLLIN, 0}};
            for (const Watched& one : watched)
                fds.push_back({one.pidfd ? one.pidfd.get() : one.connection.get(), POLLIN, 0});
            if (::poll(fds.data(), fds.size(), -1) <= 0)
                continue;
            std::uint64_t count = 0;
            [[maybe_unused]] const ssize_t ignored = ::read(wake.get(), &count, sizeof count);
            std::size_t index = 1;
            for (auto it = watched.begin(); it != watched.end();) {
                const bool ready = fds[index++].revents != 0;
                it = ready && settle(*it) ? watched.erase(it) : std::next(it);
            }
        }
    }

    // True when the exit is known and told.
    static bool settle(Watched& one)
    {
        std::optional<ExitStatus> status;
        if (one.pidfd) {
            status = statusOfPidfd(one.pidfd.get());
        } else {
            if (auto line = readMonitorLine(one.connection.get()); line && line->starts_with("exit "))
                status = parseExit(line->substr(5));
            if (one.monitorPid > 0)
                ::waitpid(one.monitorPid, nullptr, status ? WNOHANG : 0); // it is our child unless we were restarted
            if (!status)
                status = Runtime::readExitFile(one.exitFile);
            if (!status) {
                one.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, one.pid, 0)));
                if (one.pidfd)
                    return false;
                status = ExitStatus{255, 0, false, now()};
            }
        }
        one.onExit(*status);
        return true;
    }
};

ExitWatcher::ExitWatcher() : m_impl(std::make_unique<Impl>())
{
    m_impl->thread = std::jthread([impl = m_impl.get()](const std::stop_token& stop) { impl->run(stop); });
}

ExitWatcher::~ExitWatcher()
{
    m_impl->thread.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(m_impl->wake.get(), &one, sizeof one);
    m_impl->thread.join();
}

void ExitWatcher::watch(const std::filesystem::path& runDir, const std::filesystem::path& exitFile, pid_t pid,
                        pid_t monitorPid, std::function<void(ExitStatus)> onExit)
{
    Watched one;
    one.exitFile = exitFile;
    one.pid = pid;
    one.monitorPid = monitorPid;
    one.onExit = std::move(onExit);
    if (auto connection = askMonitor(runDir, "wait")) {
        one.connection = std::move(*connection);
    } else if (auto status = Runtime::readExitFile(exitFile)) { // gone already
        one.onExit(*status);
        return;
    } else {
        one.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (!one.pidfd) {
            one.onExit(ExitStatus{255, 0, false, now()});
            return;
        }
    }
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->incoming.push_back(std::move(one));
    }
    const std::uint64_t count = 1;
    [[maybe_unused]] const ssize_t ignored = ::write(m_impl->wake.get(), &count, sizeof count);
}

} // namespace slipway
