// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// A child with exactly the descriptors that were given to it, default signals and an empty signal mask.
class Spawn
{
public:
    void give(int fd, int target); // a duplicate of FD becomes TARGET in the child
    void ownSession() { m_ownSession = true; }

    // PROGRAM: what is executed when it is not the first word of COMMAND, which is looked for in PATH. One that is only an open
    // file has to be given, or its path would be closed with the rest. Once only.
    [[nodiscard]] Result<pid_t> start(const std::vector<std::string>& command, const std::string& program = {});
    // The same COMMAND for a parked monitor (app/slipway-monitor/park.h) on SOCKET. False: it is gone, or there are too many.
    [[nodiscard]] bool sendTo(int socket, const std::vector<std::string>& command);

private:
    bool m_ownSession = false;
    std::vector<std::pair<UniqueFd, int>> m_given;
};

} // namespace slipway
