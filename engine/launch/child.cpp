// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/child.h"

#include <cerrno>
#include <csignal>
#include <optional>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/errno_text.h"
#include "launch/cgroup_entry.h"
#include "launch/fd_socket.h"
#include "launch/identity.h"
#include "launch/mounts.h"

namespace slipway::launch
{

namespace
{
Status setNames(const Container& container)
{
    if (!container.hostname.empty() && ::sethostname(container.hostname.data(), container.hostname.size()) != 0)
        return failErrno(errno, "error during container init: sethostname");
    if (!container.domainname.empty() && ::setdomainname(container.domainname.data(), container.domainname.size()) != 0)
        return failErrno(errno, "error during container init: setdomainname");
    return {};
}

Status joinNamespaces(const Container& container)
{
    for (const Join& join : container.joins) {
        const UniqueFd fd(::open(join.path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd || (join.kind != CLONE_NEWPID && ::setns(fd.get(), static_cast<int>(join.kind)) != 0))
            return failErrno(errno, "error joining the namespace " + join.path);
    }
    return {};
}

Status openTerminal(const Process& process, bool console, int socket)
{
    const auto cannot = [] { return failErrno(errno, "error during container init: opening the terminal"); };
    const UniqueFd master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
    int unlocked = 0;
    if (!master || ::ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0)
        return cannot();
    const UniqueFd slave(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave)
        return cannot();
    if (process.rows > 0) {
        const winsize size{process.rows, process.columns, 0, 0};
        ::ioctl(master.get(), TIOCSWINSZ, &size);
    }
    if (console)
        TRY_STATUS(mountConsole(slave.get()));
    if (!sendMessage(socket, terminalWord, {master.get()}) || ::ioctl(slave.get(), TIOCSCTTY, 0) != 0)
        return cannot();
    for (int fd = 0; fd < 3; ++fd)
        ::dup2(slave.get(), fd);
    return {};
}

void useStdio(Stdio stdio)
{
    const UniqueFd in(::fcntl(stdio.in, F_DUPFD_CLOEXEC, 10)), out(::fcntl(stdio.out, F_DUPFD_CLOEXEC, 10)), err(::fcntl(stdio.err, F_DUPFD_CLOEXEC, 10));
    ::dup2(in.get(), 0);
    ::dup2(out.get(), 1);
    ::dup2(err.get(), 2);
}

Status prepareContainer(const Plan& plan, int socket)
{
    const Container& container = plan.container;
    TRY_STATUS(joinNamespaces(container));
    TRY_STATUS(setNames(container));
    if (container.newCgroupNamespace && ::unshare(CLONE_NEWCGROUP) != 0)
        return failErrno(errno, "error during container init: making the cgroup namespace");
    TRY_STATUS(setLimits(plan.process));
    TRY(const auto root, openRoot(container));
    TRY_STATUS(fillRoot(root.get(), container, plan.cgroup));
    TRY_STATUS(enterRoot(root.get(), container));
    if (plan.process.terminal)
        TRY_STATUS(openTerminal(plan.process, true, socket));
    return {};
}

Status prepareExec(const Plan& plan, int target, int socket)
{
    TRY_STATUS(setLimits(plan.process));
    if (::setns(target, CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP) != 0)
        return failErrno(errno, "error joining the namespaces of the container");
    if (plan.process.terminal)
        TRY_STATUS(openTerminal(plan.process, false, socket));
    return {};
}

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> list;
    for (const std::string& word : words)
        list.push_back(const_cast<char*>(word.c_str()));
    list.push_back(nullptr);
    return list;
}

[[noreturn]] void refuse(int socket, const Error& error)
{
    [[maybe_unused]] const bool told = sendMessage(socket, error.message.empty() ? "?" : error.message);
    ::_exit(1);
}

// Without an answer there is nobody any more who would know of us.
void waitForGo(int socket)
{
    char word = 0;
    if (!sendMessage(socket, readyWord) || ::read(socket, &word, 1) != 1)
        ::_exit(1);
}

// Becomes PROGRAM. Past this point runc's container is there and running, so the words are the container's own.
[[noreturn]] void execute(const Process& process, const std::string& program, int socket)
{
    sigset_t none;
    sigemptyset(&none);
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (process.program >= 0)
        ::syscall(SYS_execveat, process.program, "", pointers(process.args).data(), pointers(process.env).data(), AT_EMPTY_PATH);
    else
        ::execve(program.c_str(), pointers(process.args).data(), pointers(process.env).data());
    const std::string words = "exec " + program + ": " + errnoText(errno) + "\n";
    [[maybe_unused]] const ssize_t ignored = ::write(2, words.data(), words.size());
    ::close(socket);
    ::_exit(1);
}

[[noreturn]] void childMain(const Plan& plan, Stdio stdio, int target, int socket, Birth birth)
{
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // nobody in the container looks into what is still the monitor
    ::setsid();
    if (!plan.process.terminal)
        useStdio(stdio);
    Status good = plan.cgroup.v2 || birth == Birth::Sitting ? Status() : enterCgroupV1(plan.cgroup);
    if (good)
        good = joinKeyring(plan.id);
    if (good)
        good = plan.exec ? prepareExec(plan, target, socket) : prepareContainer(plan, socket);
    if (good)
        good = becomeUser(plan.process, socket);
    if (!good)
        refuse(socket, good.error());
    const auto program = plan.process.program >= 0 ? Result<std::string>(plan.process.args.front()) : findProgram(plan.process);
    if (!program)
        refuse(socket, program.error());
    waitForGo(socket);
    execute(plan.process, *program, socket);
}

// The caller's next children are born in the pid namespace FD.
class PidNamespace
{
public:
    explicit PidNamespace(int fd) : m_own(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)), m_good(m_own && ::setns(fd, CLONE_NEWPID) == 0) {}
    ~PidNamespace()
    {
        if (m_good)
            ::setns(m_own.get(), CLONE_NEWPID);
    }
    PidNamespace(const PidNamespace&) = delete;
    PidNamespace& operator=(const PidNamespace&) = delete;
    [[nodiscard]] bool good() const { return m_good; }

private:
    UniqueFd m_own;
    bool m_good;
};

} // namespace

Result<pid_t> spawnChild(const Plan& plan, Stdio stdio, int target, int status, Birth birth)
{
    UniqueFd path;
    int pidNamespace = plan.exec ? target : -1;
    for (const Join& join : plan.container.joins) {
        if (join.kind == CLONE_NEWPID) {
            path.reset(::open(join.path.c_str(), O_RDONLY | O_CLOEXEC));
            pidNamespace = path.get();
        }
    }
    std::optional<PidNamespace> born;
    if (pidNamespace >= 0 && !born.emplace(pidNamespace).good())
        return failErrno(errno, "error joining the pid namespace of the container");
    clone_args arguments{};
    arguments.flags = (plan.exec ? 0 : plan.container.newNamespaces) | (birth == Birth::Sitting ? CLONE_PARENT : 0);
    arguments.exit_signal = birth == Birth::Sitting ? 0 : SIGCHLD; // the kernel wants none then: it is our own
    UniqueFd group;
    if (plan.cgroup.v2) {
        group.reset(::open(plan.cgroup.folders.front().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!group)
            return failErrno(errno, plan.cgroup.folders.front());
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<std::uint64_t>(group.get());
    }
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        childMain(plan, stdio, target, status, birth);
    if (pid < 0)
        return failErrno(errno, "unable to start the container's process");
    return static_cast<pid_t>(pid);
}

} // namespace slipway::launch
