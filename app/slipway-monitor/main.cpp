// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launch.h"
#include "options.h"
#include "park.h"
#include "session.h"

using namespace slipway;

namespace
{
using monitor::crunFd, monitor::initFd, monitor::netnsFd, monitor::programFd, monitor::readyFd, monitor::toolFd;

// A number that somebody expects to be given must be taken in any case: a pipe or the pty would get it, and be closed with it.
void take(int fd)
{
    if (::fcntl(fd, F_GETFD) >= 0) {
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        return;
    }
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null == fd) // it was the lowest that was free
        return;
    ::dup3(null, fd, O_CLOEXEC);
    ::close(null);
}

void report(const std::string& line)
{
    [[maybe_unused]] const ssize_t ignored = ::write(readyFd, line.data(), line.size());
    ::close(readyFd);
}

UniqueFd listenHere()
{
    ::unlink("monitor.sock");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "monitor.sock");
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 64) != 0)
        fd.reset();
    return fd;
}

UniqueFd watchChildren()
{
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

void writePidFile(const monitor::Process& process, TimePoint startedAt)
{
    const std::string text = std::to_string(process.pid) + ' ' + std::to_string(process.startTicks) + ' '
                             + std::to_string(::getpid()) + ' ' + std::to_string(toUnixNano(startedAt)) + '\n';
    const UniqueFd file(::open("pid", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    [[maybe_unused]] const ssize_t ignored = ::write(file.get(), text.data(), text.size());
}
} // namespace

int main(int argc, char** argv)
{
    monitor::Options options;
    std::vector<std::string> words;
    std::optional<launch::Holder> holder;
    ::umask(077);
    ::prctl(PR_SET_NAME, "slipway-monitor"); // it was executed as a number
    if (argc < 2 || std::strcmp(argv[1], "--park") != 0)
        words.assign(argv + 1, argv + argc);
    else if (!monitor::park(argc, argv, words, holder))
        return 0;
    ::fcntl(readyFd, F_SETFD, FD_CLOEXEC);
    take(programFd);
    take(crunFd);
    take(netnsFd);
    if (!options.parse(words)) {
        report("failed 1 slipway-monitor is started by slipwayd only\n");
        return 2;
    }
    if (options.tool) {
        take(initFd);
        take(toolFd);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && options.descriptors > 0) {
        limit.rlim_cur = std::min<rlim_t>(options.descriptors, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    UniqueFd childSignals = watchChildren();
    if (::chdir(options.runDir.c_str()) != 0) {
        report("failed 1 " + options.runDir + ": " + std::strerror(errno) + "\n");
        return 1;
    }
    UniqueFd listener = listenHere();
    if (!listener) {
        report(std::string("failed 1 cannot listen on monitor.sock: ") + std::strerror(errno) + "\n");
        return 1;
    }
    monitor::Process process;
    monitor::LaunchFailure failure;
    TimePoint startedAt{};
    const auto record = [&](const monitor::Process& known) {
        startedAt = now();
        writePidFile(known, startedAt);
    };
    if (!monitor::launch(options, process, failure, std::move(holder), record)) {
        ::unlink("monitor.sock");
        ::unlink("pid");
        report("failed " + std::to_string(failure.code) + ' ' + failure.message + '\n');
        return 1;
    }
    ::close(netnsFd); // the container holds it now
    ::close(crunFd);
    ::close(programFd);
    if (options.tool) {
        ::close(initFd);
        ::close(toolFd);
    }
    const pid_t pid = process.pid;
    monitor::Session session(options, std::move(process), std::move(listener), std::move(childSignals), startedAt);
    report("started " + std::to_string(pid) + ' ' + std::to_string(toUnixNano(startedAt)) + '\n');
    session.run();
    return 0;
}
