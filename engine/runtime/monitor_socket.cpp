// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/monitor_socket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace slipway
{

Result<UniqueFd> connectMonitor(const std::filesystem::path& runDir)
{
    const UniqueFd dir(::open(runDir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!dir)
        return failErrno(errno, "opening " + runDir.string());
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd)
        return failErrno(errno, "making a socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(dir.get()) + "/monitor.sock";
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failErrno(errno, "connecting to the monitor in " + runDir.string());
    return fd;
}

Result<UniqueFd> askMonitor(const std::filesystem::path& runDir, const std::string& request)
{
    TRY(auto fd, connectMonitor(runDir));
    const std::string line = request + '\n';
    if (::send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
        return failErrno(errno, "asking the monitor in " + runDir.string());
    return fd;
}

Result<std::string> readMonitorLine(int fd)
{
    const timeval patience{2, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string line;
    char c = 0;
    while (line.size() < 4096) {
        const ssize_t got = ::read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failErrno(errno, "waiting for the monitor");
        if (got == 0)
            return fail(ErrorKind::Unavailable, "the monitor hung up");
        if (c == '\n')
            break;
        line += c;
    }
    const timeval forever{0, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof forever);
    return line;
}

} // namespace slipway
