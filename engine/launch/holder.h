// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "launch/plan.h"

namespace slipway::launch
{

struct Stdio // the process's ends; -1 each with a terminal
{
    int in = -1, out = -1, err = -1;
};

// A process that already sits in cgroups (v1) of its own and waits for a container to give birth to. Putting a process into a cgroup
// makes the kernel wait for an RCU grace period, 10 ms and more when nobody did it lately; a child of one that sits there is born there
// for nothing. The groups get the container's name by renaming. v2 needs none of this (CLONE_INTO_CGROUP).
class Holder
{
public:
    // Makes the groups FOLDERS and returns when the process sits in them. The calling process must have one thread.
    [[nodiscard]] static Result<Holder> make(const std::vector<std::string>& folders);
    Holder(Holder&& other) noexcept : m_folders(std::move(other.m_folders)), m_socket(std::move(other.m_socket)), m_pid(std::exchange(other.m_pid, -1)) {}
    Holder& operator=(Holder&&) = delete;
    ~Holder(); // what was not given to a container goes, groups too

    // The groups become CGROUP's, with its limits. An error leaves them as they are: then the container is started without.
    [[nodiscard]] Status becomeGroupsOf(const Cgroup& cgroup);
    // The process of the plan in PLANFILE, as a child of the caller. STATUS: the new process's end of the launcher's socket pair,
    // TARGET as in launch(). Once only.
    [[nodiscard]] Result<pid_t> spawn(const std::string& planFile, Stdio stdio, int target, int status);

private:
    Holder(std::vector<std::string> folders, UniqueFd socket, pid_t pid) : m_folders(std::move(folders)), m_socket(std::move(socket)), m_pid(pid) {}
    void end();

    std::vector<std::string> m_folders; // none once they are a container's
    UniqueFd m_socket;
    pid_t m_pid;
};

} // namespace slipway::launch
