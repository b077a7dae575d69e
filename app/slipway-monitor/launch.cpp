// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <csignal>

#include "base/proc_stat.h"
#include "launch/launcher.h"

namespace slipway::monitor
{

namespace
{
constexpr std::size_t planLimit = 16 << 20;

using launch::Stdio;

struct Pipe
{
    UniqueFd read, write;
    bool open()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return false;
        read.reset(ends[0]);
        write.reset(ends[1]);
        return true;
    }
};

std::string readFile(const char* path, std::size_t limit = 65536)
{
    const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while (fd && text.size() < limit && (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

std::string lastLine(std::string text)
{
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    const auto newline = text.rfind('\n');
    return newline == std::string::npos ? text : text.substr(newline + 1);
}

std::string memoryEventsOf(pid_t pid)
{
    const std::string groups = readFile(("/proc/" + std::to_string(pid) + "/cgroup").c_str());
    const auto lineOf = [&](const char* mark) -> std::string {
        const auto at = groups.find(mark);
        if (at == std::string::npos)
            return {};
        const auto start = at + std::strlen(mark);
        return groups.substr(start, groups.find('\n', start) - start);
    };
    if (const std::string v1 = lineOf(":memory:"); !v1.empty())
        return "/sys/fs/cgroup/memory" + v1 + "/memory.oom_control";
    if (const std::string v2 = lineOf("0::"); !v2.empty())
        return "/sys/fs/cgroup" + v2 + "/memory.events";
    return {};
}

UniqueFd listenConsole(const char* name)
{
    ::unlink(name);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, name, sizeof address.sun_path - 1);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 1) != 0)
        fd.reset();
    return fd;
}

UniqueFd receiveTerminal(int listener)
{
    const UniqueFd connection(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection)
        return {};
    std::array<char, 256> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec data{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(connection.get(), &message, MSG_CMSG_CLOEXEC) < 0)
        return {};
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS)
        return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return UniqueFd(fd);
}

std::vector<std::string> commandOf(const Options& o)
{
    std::vector<std::string> command = {o.crun, "--root", o.crunRoot, "--log", o.runDir + "/crun.log"};
    if (!o.cgroups)
        command.emplace_back("--cgroup-manager=disabled");
    else
        command.emplace_back("--cgroup-manager=cgroupfs");
    const bool exec = !o.execProcess.empty();
    command.insert(command.end(), {exec ? "exec" : "run", "--detach", "--pid-file", o.runDir + "/crun.pid"});
    if (exec)
        command.insert(command.end(), {"--process", o.execProcess});
    else
        command.insert(command.end(), {"--bundle", o.bundle});
    if (!exec && !o.cgroups)
        command.emplace_back("--no-new-keyring");
    if (o.tool) // an exec's alone
        command.emplace_back("--preserve-fds=2");
    if (o.tty)
        command.insert(command.end(), {"--console-socket", o.runDir + "/console.sock"});
    command.push_back(o.id);
    return command;
}

[[noreturn]] void execCrun(const Options& options, pid_t monitor, int in, int out, int err)
{
    std::vector<std::string> command = commandOf(options);
    std::vector<char*> arguments;
    for (std::string& word : command)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    if (options.tool) {
        ::dup2(initFd, 3);
        ::dup2(toolFd, initFd);
    }
    ::fcntl(netnsFd, F_SETFD, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGHUP, SIG_DFL);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody would know what it starts without us
    if (::getppid() != monitor)
        ::_exit(127);
    if (options.crunByFd)
        ::fexecve(crunFd, arguments.data(), environ);
    else
        ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

int waitFor(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What a failed crun leaves is our child, and a member of the container's pid namespace when it was an exec: unreaped, the
// container could never end.
void reapLeftovers()
{
    for (int patience = 2000; patience > 0; --patience) {
        const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
        if (pid < 0)
            return;
        if (pid == 0)
            ::usleep(1000);
    }
}

using Record = std::function<void(const Process&)>;

bool runCrun(const Options& options, const Stdio& stdio, Process& process, LaunchFailure& failure, const Record& record)
{
    UniqueFd console;
    ::unlink("crun.log");
    if (options.tty) {
        console = listenConsole("console.sock");
        if (!console) {
            failure.message = "cannot listen for the terminal: " + std::string(std::strerror(errno));
            return false;
        }
    }
    const pid_t monitor = ::getpid();
    const pid_t child = ::fork();
    if (child == 0)
        execCrun(options, monitor, stdio.in, stdio.out, stdio.err);
    if (child < 0) {
        failure.message = "cannot fork: " + std::string(std::strerror(errno));
        return false;
    }
    failure.code = waitFor(child);
    if (failure.code != 0) {
        reapLeftovers();
        failure.message = lastLine(readFile("crun.log"));
        if (failure.message.empty())
            failure.message = failure.code == 127 ? options.crun + " cannot be run: install crun"
                                                  : "crun failed with exit code " + std::to_string(failure.code);
        return false;
    }
    process.pid = static_cast<pid_t>(std::strtol(readFile("crun.pid").c_str(), nullptr, 10));
    process.startTicks = procStat(process.pid).value_or(ProcStat()).startTicks;
    record(process);
    if (options.execProcess.empty())
        process.memoryEvents = memoryEventsOf(process.pid);
    if (options.tty) {
        process.terminal = receiveTerminal(console.get());
        ::unlink("console.sock");
        if (options.rows > 0 && process.terminal) {
            const winsize size{static_cast<unsigned short>(options.rows), static_cast<unsigned short>(options.columns), 0, 0};
            ::ioctl(process.terminal.get(), TIOCSWINSZ, &size);
        }
    }
    return true;
}

bool runPlan(const Options& options, const Stdio& stdio, Process& process, LaunchFailure& failure, std::optional<launch::Holder> holder,
             const Record& record)
{
    auto plan = launch::decode(readFile(options.plan.c_str(), planLimit));
    if (!plan) {
        failure.message = plan.error().message;
        return false;
    }
    if (options.tool)
        plan->process.program = toolFd;
    auto running = launch::launch(options.plan, *plan, stdio, netnsFd, std::move(holder), [&](pid_t pid) {
        process.pid = pid;
        process.startTicks = procStat(pid).value_or(ProcStat()).startTicks;
        record(process);
    });
    if (!running) {
        failure.message = running.error().message;
        return false;
    }
    process.terminal = std::move(running->terminal);
    if (!plan->exec)
        process.memoryEvents = memoryEventsOf(process.pid);
    return true;
}
} // namespace

bool launch(const Options& options, Process& process, LaunchFailure& failure, std::optional<launch::Holder> holder, const Record& record)
{
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    Pipe in, out, err;
    if (!options.tty && (!out.open() || !err.open() || (options.openStdin && !in.open()))) {
        failure.message = "cannot make pipes: " + std::string(std::strerror(errno));
        return false;
    }
    const Stdio stdio{in.read ? in.read.get() : null.get(), options.tty ? null.get() : out.write.get(), options.tty ? null.get() : err.write.get()};
    if (options.plan.empty() ? !runCrun(options, stdio, process, failure, record)
                             : !runPlan(options, stdio, process, failure, std::move(holder), record))
        return false;
    if (!options.tty) {
        process.in = std::move(in.write);
        process.out = std::move(out.read);
        process.err = std::move(err.read);
    }
    for (const int fd : {process.in.get(), process.out.get(), process.err.get(), process.terminal.get()}) {
        if (fd >= 0)
            ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    return true;
}

} // namespace slipway::monitor
