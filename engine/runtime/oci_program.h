// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/unique_fd.h"

namespace slipway
{

// The OCI runtime's program as it is executed. crun protects itself from being overwritten through /proc/PID/exe of a container
// (CVE-2019-5736) by starting itself a second time from a read-only copy; its own documented alternative is a sealed memfd,
// which it recognises and starts from at once. That is what this holds: one copy for the engine's life instead of a second
// exec and dynamic linking in each run and exec (a third of `crun --version`).
class OciProgram
{
public:
    OciProgram() = default;
    // NAME as in Runtime::Settings. Other programs than crun, and machines that forbid executable memfds, are run by name.
    explicit OciProgram(const std::string& name);

    [[nodiscard]] int fd() const { return m_fd.get(); } // -1: none
    [[nodiscard]] std::string path() const;             // for a child of this process, "" when there is none

private:
    UniqueFd m_fd;
};

} // namespace slipway
