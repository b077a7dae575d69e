// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// A child with exactly the descriptors that were given to it.
class Spawn
{
public:
    Spawn()
    {
        ::posix_spawn_file_actions_init(&m_actions);
        ::posix_spawnattr_init(&m_attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
    }
    ~Spawn()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    void give(int fd, int target)
    {
        // Sources are moved above every target first, so that no dup2 overwrites one.
        UniqueFd parked(::fcntl(fd, F_DUPFD_CLOEXEC, aboveTargets));
        ::posix_spawn_file_actions_adddup2(&m_actions, parked.get(), target);
        m_parked.push_back(std::move(parked));
    }
    void ownSession() { m_flags |= POSIX_SPAWN_SETSID; }

    // PROGRAM: what is executed when it is not the first word of COMMAND, which is looked for in PATH.
    Result<pid_t> start(std::vector<std::string>& command, const std::string& program = {})
    {
        ::posix_spawnattr_setflags(&m_attributes,
                                   static_cast<short>(m_flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
        std::vector<char*> arguments;
        for (std::string& word : command)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_t pid = 0;
        const int err = ::posix_spawnp(&pid, program.empty() ? arguments[0] : program.c_str(), &m_actions, &m_attributes,
                                       arguments.data(), environ);
        m_parked.clear(); // the reader of a pipe given away must see its end when the child is gone
        if (err != 0)
            return failErrno(err, "starting " + command[0]);
        return pid;
    }

private:
    static constexpr int aboveTargets = 200;
    posix_spawn_file_actions_t m_actions{};
    posix_spawnattr_t m_attributes{};
    int m_flags = 0;
    std::vector<UniqueFd> m_parked;
};

} // namespace slipway
