// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/spawn.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>

#include "launch/fd_socket.h"

namespace slipway
{

namespace
{
constexpr int parkedFd = 200; // sources are moved above every target first, so that no dup2 overwrites one
}

void Spawn::give(int fd, int target) { m_given.emplace_back(UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, parkedFd)), target); }

Result<pid_t> Spawn::start(const std::vector<std::string>& command, const std::string& program)
{
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (m_ownSession ? POSIX_SPAWN_SETSID : 0)));
    int firstNotGiven = 3;
    for (const auto& [fd, target] : m_given) {
        ::posix_spawn_file_actions_adddup2(&actions, fd.get(), target);
        firstNotGiven = std::max(firstNotGiven, target + 1);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions, firstNotGiven);
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = 0;
    const int err = ::posix_spawnp(&pid, program.empty() ? arguments[0] : program.c_str(), &actions, &attributes, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    m_given.clear(); // the reader of a pipe given away must see its end when the child is gone
    if (err != 0)
        return failErrno(err, "starting " + command[0]);
    return pid;
}

bool Spawn::sendTo(int socket, const std::vector<std::string>& command)
{
    std::string text;
    std::vector<int> fds;
    for (const auto& [fd, target] : m_given) {
        text += std::to_string(target) + ' ';
        fds.push_back(fd.get());
    }
    text += '\n';
    for (std::size_t i = 1; i < command.size(); ++i) // without the program's name
        text += command[i] + '\0';
    if (!launch::sendMessage(socket, text, fds))
        return false;
    m_given.clear();
    return true;
}

} // namespace slipway
