// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/unix_socket.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace slipway
{

namespace
{
constexpr std::size_t mostFds = 8;

// The folder by descriptor: what sun_path can hold is 107 characters.
Result<UniqueFd> withAddress(const std::filesystem::path& path, const char* what,
                             int (*use)(int, const sockaddr*, socklen_t))
{
    const UniqueFd dir(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    UniqueFd fd(dir ? ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1);
    const std::string shortPath = "/proc/self/fd/" + std::to_string(dir.get()) + "/" + path.filename().string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, shortPath.c_str(), sizeof address.sun_path - 1);
    if (!fd || use(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failErrno(errno, what + path.string());
    return fd;
}
} // namespace

Result<UniqueFd> listenUnix(const std::filesystem::path& path)
{
    ::unlink(path.c_str());
    TRY(auto fd, withAddress(path, "listening on ", ::bind));
    if (::listen(fd.get(), 64) != 0)
        return failErrno(errno, "listening on " + path.string());
    return fd;
}

Result<UniqueFd> connectUnix(const std::filesystem::path& path)
{
    return withAddress(path, "connecting to ", ::connect);
}

Status sendFds(int socket, std::span<const int> fds)
{
    if (fds.empty() || fds.size() > mostFds)
        return fail(ErrorKind::InvalidArgument, "between one and eight descriptors can be sent at once");
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * mostFds)> control{};
    char byte = 'f';
    iovec data{&byte, 1};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? Status() : Status(failErrno(errno, "sending descriptors"));
}

Result<std::vector<UniqueFd>> receiveFds(int socket)
{
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * mostFds)> control{};
    char byte = 0;
    iovec data{&byte, 1};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0)
        return failErrno(errno, "receiving descriptors");
    if (got == 0)
        return fail(ErrorKind::Unavailable, "the other side hung up instead of sending descriptors");
    std::vector<UniqueFd> fds;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        std::array<int, mostFds> numbers{};
        const std::size_t size = std::min(header->cmsg_len - CMSG_LEN(0), sizeof numbers);
        std::memcpy(numbers.data(), CMSG_DATA(header), size);
        for (std::size_t i = 0; i < size / sizeof(int); ++i)
            fds.emplace_back(numbers[i]);
    }
    return fds;
}

} // namespace slipway
