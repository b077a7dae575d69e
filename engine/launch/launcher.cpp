// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launcher.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/wait.h>

#include "launch/cgroup_entry.h"
#include "launch/child.h"
#include "launch/fd_socket.h"

namespace slipway::launch
{

namespace
{
Result<pid_t> spawn(const Plan& plan, const std::string& planFile, Stdio stdio, int target, int status, std::optional<Holder>& holder)
{
    if (holder && !plan.exec && holder->becomeGroupsOf(plan.cgroup)) {
        if (const auto pid = holder->spawn(planFile, stdio, target, status)) { // or it was killed where it sat
            TRY_STATUS(writeLateLimits(plan.cgroup));
            return pid;
        }
    }
    holder.reset();
    if (!plan.exec) {
        TRY_STATUS(makeCgroup(plan.cgroup));
        TRY_STATUS(writeLateLimits(plan.cgroup));
    }
    return spawnChild(plan, stdio, target, status, Birth::Own);
}
} // namespace

Result<Running> launch(const std::string& planFile, const Plan& plan, Stdio stdio, int target, std::optional<Holder> holder,
                       const std::function<void(pid_t)>& onReady)
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return failErrno(errno, "making a socket pair");
    const UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    Running running;
    TRY(running.pid, spawn(plan, planFile, stdio, target, theirs.get(), holder));
    theirs.reset();
    bool ready = false;
    while (true) {
        Message message = receiveMessage(ours.get());
        if (message.text.empty())
            break;
        if (message.text == terminalWord && !message.fds.empty()) {
            running.terminal = std::move(message.fds.front());
        } else if (message.text == readyWord) {
            ready = true;
            onReady(running.pid);
            static_cast<void>(sendMessage(ours.get(), "go"));
        } else {
            ::waitpid(running.pid, nullptr, 0);
            return fail(ErrorKind::Internal, message.text);
        }
    }
    if (!ready) {
        ::waitpid(running.pid, nullptr, 0);
        return fail(ErrorKind::Internal, "the container's process was killed while it was being prepared");
    }
    return running;
}

} // namespace slipway::launch
