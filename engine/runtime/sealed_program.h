// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/unique_fd.h"

namespace slipway
{

// A program as it is executed where a container is near: from a sealed copy in memory. A container can open /proc/PID/exe of what
// becomes its process (CVE-2019-5736), and of this copy there is nothing to overwrite. crun makes one for itself by starting a second
// time, and recognises ours: so one copy for the engine's life also saves an exec and a dynamic linking in each run.
class SealedProgram
{
public:
    SealedProgram() = default;
    // NAME is looked for in PATH. On machines that forbid executable memfds there is no copy, and the program is run by name.
    explicit SealedProgram(const std::string& name);

    [[nodiscard]] int fd() const { return m_fd.get(); } // -1: none
    [[nodiscard]] bool isStatic() const;                // needs nothing of the root it is executed in
    [[nodiscard]] std::string path() const;             // for a child of this process, "" when there is none

private:
    UniqueFd m_fd;
};

} // namespace slipway
