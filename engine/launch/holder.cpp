// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/holder.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/cgroup_entry.h"
#include "launch/child.h"
#include "launch/fd_socket.h"

namespace slipway::launch
{

namespace
{
constexpr const char* seatedWord = "seated";
constexpr int parkedFd = 300; // above every number that somebody may want to give a descriptor (maxFdsInMessage, from 10 on)

// What the holder is asked: "TARGET PLANFILE", with the descriptors status, in, out, err, and the one that is TARGET unless that is -1.
Result<pid_t> giveBirth(const Message& request)
{
    int target = -1, end = 0;
    if (std::sscanf(request.text.c_str(), "%d %n", &target, &end) != 1 || request.fds.size() != (target >= 0 ? 5U : 4U))
        return fail(ErrorKind::Internal, "the holder was asked wrongly");
    std::ifstream file(request.text.substr(static_cast<std::size_t>(end)), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    TRY(const Plan plan, decode(bytes.str()));
    std::vector<UniqueFd> fds;
    for (const UniqueFd& fd : request.fds)
        fds.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, parkedFd));
    if (target >= 0)
        ::dup3(fds[4].get(), target, O_CLOEXEC);
    return spawnChild(plan, {fds[1].get(), fds[2].get(), fds[3].get()}, target, fds[0].get(), Birth::Sitting);
}

[[noreturn]] void holderMain(const std::vector<std::string>& folders, int socket)
{
    ::prctl(PR_SET_NAME, "slipway-seat");
    socket = ::fcntl(socket, F_DUPFD_CLOEXEC, parkedFd);
    ::close_range(3, static_cast<unsigned>(socket) - 1, 0);
    ::close_range(static_cast<unsigned>(socket) + 1, ~0U, 0);
    if (!enterCgroupV1({.v2 = false, .folders = folders}) || !sendMessage(socket, seatedWord))
        ::_exit(1);
    const Message request = receiveMessage(socket);
    if (request.text.empty())
        ::_exit(0);
    const auto pid = giveBirth(request);
    const bool told = sendMessage(socket, pid ? std::to_string(*pid) : pid.error().message);
    ::_exit(told ? 0 : 1);
}
} // namespace

Result<Holder> Holder::make(const std::vector<std::string>& folders)
{
    if (auto made = makeCgroup({.v2 = false, .folders = folders}); !made) {
        removeCgroup(folders);
        return std::unexpected(made.error());
    }
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return failErrno(errno, "making a socket pair");
    UniqueFd theirs(ends[1]), ours(::fcntl(ends[0], F_DUPFD_CLOEXEC, parkedFd));
    ::close(ends[0]);
    const pid_t pid = ::fork();
    if (pid == 0)
        holderMain(folders, theirs.get());
    theirs.reset();
    Holder holder(folders, std::move(ours), pid);
    if (pid < 0 || receiveMessage(holder.m_socket.get()).text != seatedWord)
        return fail(ErrorKind::Unavailable, "no process can sit in " + folders.front());
    return holder;
}

Holder::~Holder()
{
    m_socket.reset();
    end();
    removeCgroup(m_folders);
}

// It ends by itself once it has given birth or the socket is closed; only what never got that far is killed.
void Holder::end()
{
    if (m_pid <= 0)
        return;
    if (!m_folders.empty())
        ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
    m_pid = -1;
}

Status Holder::becomeGroupsOf(const Cgroup& cgroup)
{
    const auto parentOf = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
    bool fits = !cgroup.v2 && cgroup.folders.size() == m_folders.size();
    for (std::size_t i = 0; fits && i < m_folders.size(); ++i)
        fits = parentOf(m_folders[i]) == parentOf(cgroup.folders[i]);
    if (!fits)
        return fail(ErrorKind::Conflict, "the groups are elsewhere");
    for (std::size_t i = 0; i < m_folders.size(); ++i) {
        if (::rename(m_folders[i].c_str(), cgroup.folders[i].c_str()) == 0)
            continue;
        const int err = errno;
        while (i-- > 0)
            ::rename(cgroup.folders[i].c_str(), m_folders[i].c_str());
        return failErrno(err, "renaming a cgroup");
    }
    m_folders.clear();
    if (auto limited = writeLimits(cgroup); !limited) { // the container's own fault: without a holder it is told again
        m_socket = UniqueFd(); // it ends
        return limited;
    }
    return {};
}

Result<pid_t> Holder::spawn(const std::string& planFile, Stdio stdio, int target, int status)
{
    std::vector<int> fds = {status, stdio.in, stdio.out, stdio.err};
    if (target >= 0)
        fds.push_back(target);
    const bool asked = sendMessage(m_socket.get(), std::to_string(target) + " " + planFile, fds);
    const std::string answer = asked ? receiveMessage(m_socket.get()).text : "";
    const pid_t pid = static_cast<pid_t>(std::strtol(answer.c_str(), nullptr, 10));
    if (pid <= 0)
        return fail(ErrorKind::Internal, answer.empty() ? "the holder of the container's cgroups has died" : answer);
    return pid;
}

} // namespace slipway::launch
