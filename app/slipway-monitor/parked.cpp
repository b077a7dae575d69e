// SPDX-License-Identifier: GPL-3.0-or-later
#include "parked.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch.h"

namespace slipway::monitor
{

namespace
{
constexpr int controlFd = readyFd;
constexpr int aboveTargets = 300;
constexpr std::size_t mostFds = 250;

std::string nameOf(const std::string& dir) { return dir.substr(dir.rfind('/') + 1); }

// "3 8 9 10": the numbers that FDS shall have.
void place(std::vector<int> fds, const std::string& numbers)
{
    for (int& fd : fds) {
        const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, aboveTargets);
        ::close(fd);
        fd = high;
    }
    const char* at = numbers.c_str();
    for (const int fd : fds) {
        char* end = nullptr;
        const long target = std::strtol(at, &end, 10);
        if (end != at)
            ::dup3(fd, static_cast<int>(target), O_CLOEXEC);
        at = end;
        ::close(fd);
    }
}

// One message: the numbers of the descriptors, then the words, each after a NUL. False when the engine is gone.
bool receive(std::vector<std::string>& words)
{
    std::vector<char> text(128 * 1024);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(mostFds * sizeof(int))> control{};
    iovec data{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    while ((got = ::recvmsg(controlFd, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (got <= 0 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        return false;
    std::vector<int> fds;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        const auto* first = reinterpret_cast<const int*>(CMSG_DATA(header));
        if (header->cmsg_type == SCM_RIGHTS)
            fds.insert(fds.end(), first, first + count);
    }
    const std::string all(text.data(), static_cast<std::size_t>(got));
    std::size_t end = all.find('\0');
    place(std::move(fds), all.substr(0, end));
    words.clear();
    while (end != std::string::npos) {
        const std::size_t begin = end + 1;
        end = all.find('\0', begin);
        words.push_back(all.substr(begin, end == std::string::npos ? end : end - begin));
    }
    return true;
}

// True when the engine has something to say, false when crun ended before that.
bool isFirst(int childSignals)
{
    std::array<pollfd, 2> fds = {pollfd{controlFd, POLLIN, 0}, pollfd{childSignals, POLLIN, 0}};
    while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
    }
    return fds[1].revents == 0;
}

UniqueFd raise(const UniqueFd& fd) { return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, aboveTargets)); }
} // namespace

std::optional<Parked> park(const Options& options, int childSignals, std::vector<std::string>& words)
{
    Parked parked;
    parked.dir = options.park;
    Options ahead = options;
    ahead.runDir = ahead.bundle = options.park;
    ahead.id = nameOf(options.park);
    Pipe out, err;
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (::mkfifo((parked.dir + "/config.json").c_str(), 0600) != 0 || !out.open() || !err.open())
        return std::nullopt;
    parked.out = raise(out.read);
    parked.err = raise(err.read);
    parked.crun = startCrun(ahead, null.get(), out.write.get(), err.write.get());
    if (parked.crun < 0)
        return std::nullopt;
    if (isFirst(childSignals) && receive(words))
        return parked;
    ::kill(parked.crun, SIGKILL);
    ::waitpid(parked.crun, nullptr, 0);
    cleanUp(parked);
    return std::nullopt;
}

bool feed(const Parked& parked, const std::string& config)
{
    const std::string file = parked.dir + "/config.json", whole = parked.dir + "/config.new";
    UniqueFd fifo;
    for (int attempt = 0; !fifo && attempt < 20'000; ++attempt) { // until crun has come so far: it was started just now
        fifo.reset(::open(file.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
        siginfo_t ended{};
        if (!fifo && (errno != ENXIO || ::waitid(P_PID, static_cast<id_t>(parked.crun), &ended, WEXITED | WNOHANG | WNOWAIT) != 0
                      || ended.si_pid != 0))
            return false;
        const timespec pause{0, 250'000};
        if (!fifo)
            ::nanosleep(&pause, nullptr);
    }
    if (!fifo)
        return false;
    if (config.size() > 65536)
        ::fcntl(fifo.get(), F_SETPIPE_SZ, static_cast<int>(config.size()));
    const UniqueFd copy(::open(whole.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const auto size = static_cast<ssize_t>(config.size());
    return copy && ::write(copy.get(), config.data(), config.size()) == size && ::rename(whole.c_str(), file.c_str()) == 0
           && ::write(fifo.get(), config.data(), config.size()) == size;
}

bool settle(const Parked& parked, const std::string& crunRoot, const std::string& id)
{
    const bool done = ::rename((crunRoot + '/' + nameOf(parked.dir)).c_str(), (crunRoot + '/' + id).c_str()) == 0;
    cleanUp(parked);
    return done;
}

void cleanUp(const Parked& parked)
{
    for (const char* name : {"config.json", "config.new", "crun.pid", "crun.log"})
        ::unlink((parked.dir + '/' + name).c_str());
    ::rmdir(parked.dir.c_str());
}

} // namespace slipway::monitor
