// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/exit_watcher.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <list>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

#include "runtime/monitor_socket.h"

namespace slipway
{

namespace
{
constexpr int lostExitCode = 255; // moby's for an exit that nobody saw

struct Watched
{
    UniqueFd connection; // to the monitor, or
    UniqueFd pidfd;      // of the process when there is no monitor
    std::filesystem::path runDir, exitFile;
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

// Linux 6.15 tells the exit of any process to who holds its pidfd, once its parent has reaped it.
struct PidfdInfo // struct pidfd_info of <linux/pidfd.h>, which Debian 13 does not have yet
{
    std::uint64_t mask = 1u << 3; // PIDFD_INFO_EXIT
    std::uint64_t cgroup = 0;
    std::uint32_t ids[11] = {};
    std::int32_t exitCode = 0;
};
constexpr unsigned long pidfdGetInfo = _IOWR(0xFF, 11, PidfdInfo);
constexpr int reapPatience = 200;  // ms
constexpr int endingPatience = 20; // ms
constexpr auto orphanPatience = std::chrono::seconds(1);   // a child whose end somebody waits for is not a zombie that long
constexpr auto orphansComeWithin = std::chrono::seconds(5);
constexpr int orphanInterval = 200; // ms

std::optional<int> waitStatusOfStranger(int pidfd)
{
    pollfd reaped{pidfd, 0, 0}; // POLLHUP
    ::poll(&reaped, 1, reapPatience);
    PidfdInfo info;
    if (::ioctl(pidfd, pidfdGetInfo, &info) != 0 || !(info.mask & (1u << 3)))
        return std::nullopt;
    return info.exitCode;
}

ExitStatus statusOfPidfd(int pidfd)
{
    ExitStatus status;
    status.finishedAt = now();
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
        status.signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
        status.code = status.signal ? 128 + status.signal : info.si_status;
    } else if (const auto code = waitStatusOfStranger(pidfd)) {
        status.signal = WIFSIGNALED(*code) ? WTERMSIG(*code) : 0;
        status.code = status.signal ? 128 + status.signal : WEXITSTATUS(*code);
    } else {
        status.code = lostExitCode;
    }
    return status;
}
} // namespace

// A dead monitor leaves us what it had started, and nobody waits for that.
class OrphanReaper
{
public:
    void expect() { m_until = Clock::now() + orphansComeWithin; }
    [[nodiscard]] bool expects() const { return Clock::now() < m_until; }
    void reap()
    {
        siginfo_t zombie{};
        if (::waitid(P_ALL, 0, &zombie, WEXITED | WNOHANG | WNOWAIT) != 0 || zombie.si_pid != m_seen) {
            m_seen = zombie.si_pid;
            m_since = Clock::now();
        } else if (m_seen > 0 && Clock::now() - m_since > orphanPatience) {
            ::waitpid(m_seen, nullptr, WNOHANG);
            expect(); // there may be more
        }
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_until{}, m_since{};
    pid_t m_seen = 0;
};

struct ExitWatcher::Impl
{
    std::mutex mutex;
    std::list<Watched> incoming;
    std::vector<pid_t> incomingEnding;
    std::list<Watched> watched; // the thread's own
    std::vector<pid_t> ending;  // monitors that have said their last word, until they are reaped
    OrphanReaper orphans;
    std::atomic<bool> orphansToCome = false;
    UniqueFd wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::jthread thread;

    void run(const std::stop_token& stop)
    {
        while (!stop.stop_requested()) {
            {
                const std::scoped_lock lock(mutex);
                watched.splice(watched.end(), incoming);
                ending.insert(ending.end(), incomingEnding.begin(), incomingEnding.end());
                incomingEnding.clear();
            }
            std::vector<pollfd> fds = {{wake.get(), POLLIN, 0}};
            for (const Watched& one : watched)
                fds.push_back({one.pidfd ? one.pidfd.get() : one.connection.get(), POLLIN, 0});
            if (orphansToCome.exchange(false))
                orphans.expect();
            const int ready = ::poll(fds.data(), fds.size(), !ending.empty() ? endingPatience : orphans.expects() ? orphanInterval : -1);
            if (orphans.expects())
                orphans.reap();
            std::erase_if(ending, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
            if (ready <= 0)
                continue;
            std::uint64_t count = 0;
            [[maybe_unused]] const ssize_t ignored = ::read(wake.get(), &count, sizeof count);
            std::size_t index = 1;
            for (auto it = watched.begin(); it != watched.end();) {
                const bool told = fds[index++].revents != 0;
                it = told && settle(*it) ? watched.erase(it) : std::next(it);
            }
        }
    }

    // MONITORPID: of a monitor that is about to end, 0: none
    void add(std::list<Watched> added, pid_t monitorPid)
    {
        {
            const std::scoped_lock lock(mutex);
            incoming.splice(incoming.end(), added);
            if (monitorPid > 0)
                incomingEnding.push_back(monitorPid);
        }
        const std::uint64_t count = 1;
        [[maybe_unused]] const ssize_t ignored = ::write(wake.get(), &count, sizeof count);
    }

    // True when the exit is known and told.
    bool settle(Watched& one)
    {
        std::optional<ExitStatus> status;
        if (one.pidfd) {
            status = statusOfPidfd(one.pidfd.get());
        } else {
            if (auto line = readMonitorLine(one.connection.get()); line && line->starts_with("exit "))
                status = parseExit(line->substr(5));
            if (one.monitorPid > 0 && ::waitpid(one.monitorPid, nullptr, status ? WNOHANG : 0) == 0) // our child unless we were restarted
                ending.push_back(one.monitorPid);
            if (!status) {
                orphansToCome = true;
                status = Runtime::recordedExit(one.runDir, one.exitFile);
            }
            if (!status) {
                one.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, one.pid, 0)));
                if (one.pidfd)
                    return false;
                status = ExitStatus{lostExitCode, 0, false, now()};
            }
        }
        one.onExit(*status);
        return true;
    }
};

ExitWatcher::ExitWatcher() : m_impl(std::make_unique<Impl>())
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1); // what a dead monitor leaves becomes our child, and its exit ours to know
    m_impl->thread = std::jthread([impl = m_impl.get()](const std::stop_token& stop) { impl->run(stop); });
}

void ExitWatcher::expectOrphans()
{
    m_impl->orphansToCome = true;
    m_impl->add({}, 0);
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
    one.runDir = runDir;
    one.exitFile = exitFile;
    one.pid = pid;
    one.monitorPid = monitorPid;
    one.onExit = std::move(onExit);
    if (auto connection = askMonitor(runDir, "wait")) {
        one.connection = std::move(*connection);
    } else if (auto status = Runtime::recordedExit(runDir, exitFile)) { // gone already
        m_impl->add({}, monitorPid);
        one.onExit(*status);
        return;
    } else {
        one.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        m_impl->add({}, monitorPid);
        if (!one.pidfd) {
            one.onExit(ExitStatus{lostExitCode, 0, false, now()});
            return;
        }
    }
    std::list<Watched> added;
    added.push_back(std::move(one));
    m_impl->add(std::move(added), 0);
}

} // namespace slipway
