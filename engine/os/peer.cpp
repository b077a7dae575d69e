// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/peer.h"

#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace slipway
{

namespace
{
// Of this thread: glibc's own tells all threads.
bool setThreadGroups(const std::vector<gid_t>& groups) { return ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0; }

bool setThreadUser(uid_t user, gid_t group)
{
    ::setfsgid(group);
    ::setfsuid(user);
    const auto nobody = static_cast<uid_t>(-1); // asks only
    return static_cast<gid_t>(::setfsgid(nobody)) == group && static_cast<uid_t>(::setfsuid(nobody)) == user;
}
} // namespace

Result<Peer> peerOf(int socket)
{
    ucred user{};
    socklen_t size = sizeof user;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &user, &size) != 0)
        return failErrno(errno, "asking who the client is");
    Peer peer{user.uid, user.gid, std::vector<gid_t>(256)};
    while (true) {
        size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
        const bool told = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) == 0;
        if (!told && errno != ERANGE)
            return failErrno(errno, "asking for the client's groups");
        peer.groups.resize(size / sizeof(gid_t));
        if (told)
            return peer;
    }
}

Result<ActAs> ActAs::begin(const Peer& peer)
{
    ActAs made;
    if (peer.uid == ::geteuid())
        return made;
    if (::geteuid() != 0)
        return fail(ErrorKind::Forbidden, "this engine reads no files for another user");
    const int count = ::getgroups(0, nullptr);
    made.m_groups.resize(static_cast<std::size_t>(std::max(count, 0)));
    if (::getgroups(count, made.m_groups.data()) != count)
        return failErrno(errno, "reading the engine's own groups");
    made.m_acts = true;
    if (!setThreadGroups(peer.groups) || !setThreadUser(peer.uid, peer.gid))
        return fail(ErrorKind::Forbidden, "this engine cannot read files as its client could", EPERM);
    return made;
}

ActAs::ActAs(ActAs&& other) noexcept : m_acts(std::exchange(other.m_acts, false)), m_groups(std::move(other.m_groups)) {}

ActAs::~ActAs()
{
    if (m_acts && (!setThreadUser(::geteuid(), ::getegid()) || !setThreadGroups(m_groups)))
        std::abort(); // a thread that is half somebody else is of no use to anybody
}

} // namespace slipway
