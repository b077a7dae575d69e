// SPDX-License-Identifier: GPL-3.0-or-later
//
// slipway-holder [UPLINK COMMAND...]: keeps a rootless engine's namespaces alive while the engine restarts.
//
// It is started inside them by slipwayd (app/slipwayd/rootless.cpp) with descriptor 3 = the containers' router network
// namespace and 4 = the listening socket RUN/holder.sock, in the working folder RUN. Whoever connects gets the user, mount
// and router namespaces as descriptors; the connection stays open, so that its end tells that the holder died.
// Everybody who needs the namespaces (engine, monitors) has a shared lock on RUN/in-use; once the holder gets it for
// itself nobody does, and it ends. The uplink (pasta) is its child and is started again when it ends.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <list>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "os/unix_socket.h"

using namespace slipway;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace
{
constexpr int netnsFd = 3;
constexpr int listenerFd = 4;

class Uplink
{
public:
    explicit Uplink(char** command) : m_command(command) {}

    // Starts what should run and does not; returns how long to wait before the next look, -1 = for ever.
    int tend()
    {
        if (!*m_command || m_pid > 0)
            return -1;
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(m_startAt - Clock::now());
        if (wait > 0ms)
            return static_cast<int>(wait.count()) + 1;
        m_pid = ::fork();
        if (m_pid == 0)
            exec();
        m_startedAt = Clock::now();
        return m_pid > 0 ? -1 : 1000;
    }

    void ended(pid_t pid)
    {
        if (pid != m_pid)
            return;
        m_pid = 0;
        m_pause = Clock::now() - m_startedAt > 10s ? 100ms : std::min<std::chrono::milliseconds>(m_pause * 2, 60s);
        m_startAt = Clock::now() + m_pause;
    }

private:
    [[noreturn]] void exec()
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execvp(m_command[0], m_command);
        ::_exit(127);
    }

    char** m_command;
    pid_t m_pid = 0;
    Clock::time_point m_startAt{}, m_startedAt{};
    std::chrono::milliseconds m_pause{50};
};

UniqueFd watchSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    for (const int ignored : {SIGHUP, SIGINT, SIGPIPE})
        ::signal(ignored, SIG_IGN);
    return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

// True when it is time to go.
bool onSignal(int signals, Uplink& uplink)
{
    bool ends = false;
    for (signalfd_siginfo info{}; ::read(signals, &info, sizeof info) > 0;)
        ends |= info.ssi_signo == SIGTERM;
    for (pid_t pid = 0; (pid = ::waitpid(-1, nullptr, WNOHANG)) > 0;)
        uplink.ended(pid);
    return ends;
}

void endWhenUnused()
{
    std::thread([] {
        const int fd = ::open("in-use", O_RDWR | O_CREAT | O_CLOEXEC, 0600); // locked until the process ends
        while (::flock(fd, LOCK_EX) != 0 && errno == EINTR) {
        }
        ::kill(::getpid(), SIGTERM);
    }).detach();
}
} // namespace

int main(int, char** argv)
{
    ::prctl(PR_SET_NAME, "slipway-holder");
    ::umask(077);
    for (const int fd : {netnsFd, listenerFd})
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    const UniqueFd user(::open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC));
    const UniqueFd mounts(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
    const std::array namespaces{user.get(), mounts.get(), netnsFd};
    const UniqueFd signals = watchSignals();
    endWhenUnused();

    Uplink uplink(argv + 1);
    std::list<UniqueFd> clients;
    for (;;) {
        const int timeout = uplink.tend();
        std::vector<pollfd> fds{{listenerFd, POLLIN, 0}, {signals.get(), POLLIN, 0}};
        for (const UniqueFd& client : clients)
            fds.push_back({client.get(), POLLIN, 0});
        if (::poll(fds.data(), fds.size(), timeout) <= 0)
            continue;
        std::size_t index = 2;
        clients.remove_if([&](const UniqueFd&) { return fds[index++].revents != 0; }); // they never speak: it is their end
        if (fds[1].revents && onSignal(signals.get(), uplink))
            break;
        if (fds[0].revents) {
            UniqueFd client(::accept4(listenerFd, nullptr, nullptr, SOCK_CLOEXEC));
            if (client && sendFds(client.get(), namespaces))
                clients.push_back(std::move(client));
        }
    }
    ::unlink("holder.sock");
    return 0;
}
