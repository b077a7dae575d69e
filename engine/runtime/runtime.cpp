// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/runtime.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <spawn.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/netns.h"
#include "runtime/exit_watcher.h"
#include "runtime/monitor_socket.h"
#include "runtime/launch_plan.h"
#include "runtime/sealed_program.h"

namespace slipway
{

namespace
{
constexpr int readyFd = 3;
constexpr int monitorFd = 7;
constexpr int crunFd = 8;
constexpr int firstFreeFd = 10;
constexpr int parkedFd = 200; // sources are moved above every target first, so that no dup2 overwrites one

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
        UniqueFd parked(::fcntl(fd, F_DUPFD_CLOEXEC, parkedFd));
        ::posix_spawn_file_actions_adddup2(&m_actions, parked.get(), target);
        m_parked.push_back(std::move(parked));
        m_firstNotGiven = std::max(m_firstNotGiven, target + 1);
    }
    void ownSession() { m_flags |= POSIX_SPAWN_SETSID; }

    // PROGRAM: what is executed when it is not the first word of COMMAND, which is looked for in PATH. One that is only an open
    // file has to be given, or its path would be closed with the rest.
    Result<pid_t> start(std::vector<std::string>& command, const std::string& program = {})
    {
        ::posix_spawn_file_actions_addclosefrom_np(&m_actions, m_firstNotGiven);
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
    posix_spawn_file_actions_t m_actions{};
    posix_spawnattr_t m_attributes{};
    int m_flags = 0;
    int m_firstNotGiven = 3;
    std::vector<UniqueFd> m_parked;
};

Result<std::pair<UniqueFd, UniqueFd>> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return failErrno(errno, "making a pipe");
    return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

std::string readAll(int fd)
{
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::read(fd, buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR)) {
        if (got > 0)
            text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

std::string pathOf(int givenFd) { return "/proc/self/fd/" + std::to_string(givenFd); }

Status writeText(const std::filesystem::path& path, const std::string& text)
{
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        return failErrno(errno, "writing " + path.string());
    return {};
}

std::optional<launch::Plan> readPlan(const std::filesystem::path& runDir)
{
    std::ifstream file(runDir / "bundle" / "plan", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    auto plan = file ? launch::decode(text.str()) : fail(ErrorKind::NotFound, "no plan");
    return plan ? std::optional(*std::move(plan)) : std::nullopt;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

constexpr const char* wrongKindOfMount = ": unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified "
                                         "host path exists and is the expected type";

// crun's last words in the form that runc's have behind dockerd: clients recognise them (docker run exits 127 or 126 by them).
std::unexpected<Error> launchError(const std::string& words, bool isExec)
{
    constexpr const char* notAFolder = "not a directory";
    const std::string front = isExec ? "OCI runtime exec failed: exec failed: unable to start container process: "
                                     : "failed to create task for container: failed to create shim task: OCI runtime "
                                       "create failed: runc create failed: unable to start container process: ";
    if (const auto mount = words.find("mount `"); mount != std::string::npos && contains(words, "Not a directory")) {
        const auto from = mount + 7, end = words.find('`', from), to = words.find('`', end + 1), last = words.find('`', to + 1);
        if (last != std::string::npos)
            return fail(ErrorKind::InvalidArgument,
                        front + "error during container init: error mounting \"" + words.substr(from, end - from) + "\" to rootfs at \"/"
                            + words.substr(to + 1, last - to - 1) + "\": " + notAFolder + wrongKindOfMount);
    }
    if (words.starts_with("exec: \"") || words.starts_with("chdir to cwd (\"")) // our own, which are runc's already
        return fail(ErrorKind::InvalidArgument, front + words + ": unknown" + (words.ends_with("is a directory") ? ": permission denied" : ""));
    if (words.starts_with("error during container init: error mounting") && words.ends_with(notAFolder))
        return fail(ErrorKind::InvalidArgument, front + words + wrongKindOfMount);
    const auto open = words.find('`');
    const auto close = words.find('`', open == std::string::npos ? open : open + 1);
    const std::string named = close == std::string::npos ? std::string() : words.substr(open + 1, close - open - 1);
    if (contains(words, "chdir to `"))
        return fail(ErrorKind::InvalidArgument, front + "chdir to cwd (\"" + named + "\") set in config.json failed: no such file or directory: unknown");
    if (contains(words, "cannot find ``"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"\": executable file not found in $PATH: unknown");
    if (contains(words, "executable file") && contains(words, "not found"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": "
                                                    + (contains(named, "/") ? "stat " + named + ": no such file or directory"
                                                                            : "executable file not found in $PATH")
                                                    + ": unknown");
    if (contains(words, "Permission denied") && (contains(words, "exec") || contains(words, "open executable")))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": permission denied: unknown");
    if (contains(words, "it is not executable") || contains(words, "is not a regular file"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": permission denied: unknown");
    if (contains(words, "Is a directory"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": is a directory: unknown");
    return fail(ErrorKind::Internal, front + words + ": unknown");
}
} // namespace

struct Runtime::Impl
{
    Settings settings;
    SealedProgram crun, monitor;
    Cgroups groups;
    ExitWatcher watcher;
    std::mutex mutex;
    std::map<pid_t, pid_t> monitors; // of the processes started here

    // A monitor was killed while it started something: what it had started by then is our child now.
    void endLeftovers(const std::filesystem::path& runDir)
    {
        for (const char* name : {"pid", "crun.pid"}) {
            long long pid = 0, parent = 0;
            std::ifstream(runDir / name) >> pid;
            std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
            std::string stat;
            std::getline(file, stat);
            if (const auto at = stat.rfind(')'); at != std::string::npos)
                std::sscanf(stat.c_str() + at + 1, " %*c %lld", &parent);
            if (pid > 0 && parent == ::getpid())
                ::kill(static_cast<pid_t>(pid), SIGKILL);
        }
        watcher.expectOrphans();
    }

    std::vector<std::string> monitorCommand(const MonitorRequest& request, bool isExec) const
    {
        std::vector<std::string> command = {settings.monitorProgram.string(), "--id", request.containerId,
                                            "--run-dir", request.runDir.string(), "--exit-file", request.exitFile.string()};
        if (request.terminal)
            command.emplace_back("--tty");
        if (request.openStdin)
            command.emplace_back("--stdin");
        if (request.stdinOnce || isExec)
            command.emplace_back("--stdin-once");
        if (request.ephemeral)
            command.emplace_back("--ephemeral");
        if (request.rows > 0)
            command.insert(command.end(), {"--size", std::to_string(request.rows), std::to_string(request.columns)});
        return command;
    }

    void useCrun(std::vector<std::string>& command, Spawn& spawn) const
    {
        command.insert(command.end(), {"--crun", settings.ociRuntime, "--crun-root", settings.runtimeRoot.string()});
        if (!settings.cgroups)
            command.emplace_back("--no-cgroups");
        if (crun.fd() < 0)
            return;
        command.emplace_back("--crun-fd");
        spawn.give(crun.fd(), crunFd);
    }

    // Without a sealed copy of its program the monitor must not become a container's process.
    std::optional<launch::Plan> planOf(const RunRequest& request) const
    {
        return settings.cgroups && monitor.fd() >= 0 ? launchPlan(request.spec, request.containerId, groups) : std::nullopt;
    }

    Result<Started> launch(std::vector<std::string> command, MonitorRequest& request, Spawn& spawn, int nextFd, bool isExec)
    {
        for (auto& attacher : request.attachers) {
            const auto flag = [](bool on) { return std::string(on ? "1" : "0"); };
            command.insert(command.end(), {"--attach", std::to_string(nextFd), flag(attacher.options.in && request.openStdin),
                                           flag(attacher.options.out), flag(attacher.options.err)});
            spawn.give(attacher.socket.get(), nextFd++);
        }
        if (settings.keepOpen >= 0)
            spawn.give(settings.keepOpen, nextFd++);
        std::error_code ignored;
        std::filesystem::create_directories(request.runDir, ignored);
        ::chmod(request.runDir.c_str(), 0700);
        ::unlink(request.exitFile.c_str());
        TRY(auto ready, makePipe());
        spawn.give(ready.second.get(), readyFd);
        if (monitor.fd() >= 0)
            spawn.give(monitor.fd(), monitorFd);
        const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        for (int fd = 0; fd < 3; ++fd)
            spawn.give(null.get(), fd);
        spawn.ownSession();
        TRY(const pid_t pidOfMonitor, spawn.start(command, monitor.fd() >= 0 ? pathOf(monitorFd) : ""));
        ready.second.reset();
        request.attachers.clear();
        const std::string answer = readAll(ready.first.get());
        Started started;
        started.monitorPid = pidOfMonitor;
        long long pid = 0, nanoseconds = 0;
        if (std::sscanf(answer.c_str(), "started %lld %lld", &pid, &nanoseconds) == 2) {
            started.pid = static_cast<pid_t>(pid);
            started.startedAt = fromUnixNano(nanoseconds);
            const std::scoped_lock lock(mutex);
            monitors[started.pid] = pidOfMonitor;
            return started;
        }
        ::waitpid(pidOfMonitor, nullptr, 0);
        if (answer.empty())
            endLeftovers(request.runDir);
        const auto words = answer.find(' ', 7);
        return launchError(answer.starts_with("failed ") && words != std::string::npos ? answer.substr(words + 1)
                                                                                      : "slipway-monitor ended without a word",
                           isExec);
    }

    Status command(std::vector<std::string> words, const std::string& what) const
    {
        words.insert(words.begin(), {settings.ociRuntime, "--root", settings.runtimeRoot.string(),
                                     settings.cgroups ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled"});
        TRY(auto output, makePipe());
        Spawn spawn;
        const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        spawn.give(null.get(), 0);
        spawn.give(null.get(), 1);
        spawn.give(output.second.get(), 2);
        if (crun.fd() >= 0)
            spawn.give(crun.fd(), crunFd);
        TRY(const pid_t pid, spawn.start(words, crun.fd() >= 0 ? pathOf(crunFd) : ""));
        output.second.reset();
        const std::string text = readAll(output.first.get());
        int status = 0;
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return {};
        return fail(ErrorKind::Internal, what + ": " + text);
    }
};

Runtime::Runtime(Settings settings) : m_impl(std::make_unique<Impl>())
{
    m_impl->settings = std::move(settings);
    if (std::filesystem::path(m_impl->settings.ociRuntime).filename() == "crun")
        m_impl->crun = SealedProgram(m_impl->settings.ociRuntime);
    m_impl->monitor = SealedProgram(m_impl->settings.monitorProgram.string());
    std::error_code ignored;
    std::filesystem::create_directories(m_impl->settings.runtimeRoot, ignored);
}
Runtime::~Runtime() = default;

Result<Started> Runtime::run(RunRequest request)
{
    const std::filesystem::path bundle = request.runDir / "bundle";
    std::error_code failed;
    std::filesystem::create_directories(bundle, failed);
    TRY_STATUS(writeText(bundle / "config.json", dumpJson(request.spec)));
    ::unlink((bundle / "plan").c_str());
    std::vector<std::string> command = m_impl->monitorCommand(request, false);
    Spawn spawn;
    const auto plan = m_impl->planOf(request);
    if (plan) {
        TRY_STATUS(writeText(bundle / "plan", launch::encode(*plan)));
        command.insert(command.end(), {"--plan", (bundle / "plan").string()});
    } else {
        command.insert(command.end(), {"--bundle", bundle.string()});
        m_impl->useCrun(command, spawn);
    }
    if (!request.logDir.empty())
        command.insert(command.end(), {"--log-dir", request.logDir.string(), "--log-bytes",
                                       std::to_string(request.logLimits.maxSegmentBytes), "--log-segments",
                                       std::to_string(request.logLimits.maxSegments)});
    if (request.netns)
        spawn.give(request.netns.get(), netnsFd);
    int nextFd = firstFreeFd;
    for (const auto& forward : request.forwards)
        command.insert(command.end(), {"--forward", std::to_string(nextFd + forward.holder), forward.targetIp,
                                       std::to_string(forward.targetPort)});
    for (const UniqueFd& holder : request.portHolders)
        spawn.give(holder.get(), nextFd++);
    UniqueFd own;
    if (!request.forwards.empty()) {
        command.insert(command.end(), {"--router", std::to_string(nextFd)});
        if (m_impl->settings.routerNetns < 0) { // the containers are reached from the engine's own
            TRY(own, currentNetns());
        }
        spawn.give(own ? own.get() : m_impl->settings.routerNetns, nextFd++);
    }
    if (request.resolverUdp && request.resolverTcp) {
        command.insert(command.end(), {"--resolver", std::to_string(nextFd), std::to_string(nextFd + 1), request.names.string()});
        spawn.give(request.resolverUdp.get(), nextFd++);
        spawn.give(request.resolverTcp.get(), nextFd++);
        for (const std::string& server : request.dns)
            command.insert(command.end(), {"--dns", server});
    }
    auto started = m_impl->launch(std::move(command), request, spawn, nextFd, false);
    if (!started && plan)
        static_cast<void>(m_impl->groups.remove(jsonValue<std::string>(jsonMember(request.spec, "linux"), "cgroupsPath")));
    return started;
}

Result<Started> Runtime::exec(ExecRequest request)
{
    std::error_code failed;
    std::filesystem::create_directories(request.runDir, failed);
    std::vector<std::string> command = m_impl->monitorCommand(request, true);
    Spawn spawn;
    if (const auto container = readPlan(request.containerRunDir)) {
        const auto plan = execPlan(request.process, *container);
        if (!plan || !request.target)
            return fail(ErrorKind::NotImplemented, "this process cannot be started in the container " + request.containerId);
        TRY_STATUS(writeText(request.runDir / "plan", launch::encode(*plan)));
        command.insert(command.end(), {"--plan", (request.runDir / "plan").string()});
        spawn.give(request.target.get(), netnsFd);
    } else {
        TRY_STATUS(writeText(request.runDir / "process.json", dumpJson(request.process)));
        command.insert(command.end(), {"--exec", (request.runDir / "process.json").string()});
        m_impl->useCrun(command, spawn);
    }
    return m_impl->launch(std::move(command), request, spawn, firstFreeFd, true);
}

Result<UniqueFd> Runtime::attach(const std::filesystem::path& runDir, AttachOptions options)
{
    const auto flag = [](bool on) { return on ? "1" : "0"; };
    TRY(auto fd, askMonitor(runDir, std::string("attach in=") + flag(options.in) + " out=" + flag(options.out) + " err="
                                        + flag(options.err)));
    TRY(const auto answer, readMonitorLine(fd.get()));
    if (answer != "ok")
        return fail(ErrorKind::Unavailable, "the monitor refused to attach: " + answer);
    return fd;
}

Status Runtime::resize(const std::filesystem::path& runDir, std::uint16_t rows, std::uint16_t columns)
{
    TRY(auto fd, askMonitor(runDir, "resize " + std::to_string(rows) + ' ' + std::to_string(columns)));
    TRY(const auto answer, readMonitorLine(fd.get()));
    if (answer != "ok")
        return fail(ErrorKind::Conflict, "cannot resize: " + answer);
    return {};
}

void Runtime::watchExit(const std::filesystem::path& runDir, const std::filesystem::path& exitFile, pid_t pid,
                        std::function<void(ExitStatus)> onExit)
{
    pid_t monitor = 0;
    {
        const std::scoped_lock lock(m_impl->mutex);
        if (const auto it = m_impl->monitors.find(pid); it != m_impl->monitors.end()) {
            monitor = it->second;
            m_impl->monitors.erase(it);
        }
    }
    m_impl->watcher.watch(runDir, exitFile, pid, monitor, std::move(onExit));
}

std::optional<Recovered> Runtime::recover(const std::filesystem::path& runDir)
{
    std::string line;
    bool monitorLives = false;
    if (auto fd = askMonitor(runDir, "info")) {
        if (auto answer = readMonitorLine(fd->get())) {
            line = *answer;
            monitorLives = true;
        }
    }
    if (line.empty()) {
        std::ifstream file(runDir / "pid");
        std::getline(file, line);
    }
    long long pid = 0, monitor = 0, started = 0;
    unsigned long long ticks = 0;
    if (std::sscanf(line.c_str(), "%lld %llu %lld %lld", &pid, &ticks, &monitor, &started) != 4)
        return std::nullopt;
    if (!monitorLives) { // the same process still? A pid alone says nothing.
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        std::string stat;
        std::getline(file, stat);
        auto at = stat.rfind(')');
        for (int field = 2; field < 22 && at != std::string::npos; ++field)
            at = stat.find(' ', at + 1);
        if (at == std::string::npos || std::strtoull(stat.c_str() + at, nullptr, 10) != ticks)
            return std::nullopt;
    }
    return Recovered{static_cast<pid_t>(pid), static_cast<pid_t>(monitorLives ? monitor : 0), fromUnixNano(started)};
}

std::optional<ExitStatus> Runtime::readExitFile(const std::filesystem::path& exitFile)
{
    std::ifstream file(exitFile);
    ExitStatus status;
    int oom = 0;
    std::int64_t finished = 0;
    if (!(file >> status.code >> status.signal >> oom >> finished))
        return std::nullopt;
    status.oomKilled = oom != 0;
    status.finishedAt = fromUnixNano(finished);
    return status;
}

std::optional<ExitStatus> Runtime::recordedExit(const std::filesystem::path& runDir, const std::filesystem::path& exitFile)
{
    const auto status = readExitFile(exitFile);
    return status ? status : readExitFile(runDir / "exit");
}

std::optional<TimePoint> Runtime::recordedStart(const std::filesystem::path& runDir)
{
    std::ifstream file(runDir / "pid");
    std::int64_t pid = 0, ticks = 0, monitor = 0, started = 0;
    if (!(file >> pid >> ticks >> monitor >> started))
        return std::nullopt;
    return fromUnixNano(started);
}

std::filesystem::path Runtime::initProgram() const { return m_impl->settings.monitorProgram.parent_path() / "slipway-init"; }

Status Runtime::destroy(const std::string& id, const std::string& cgroupPath)
{
    if (std::filesystem::exists(m_impl->settings.runtimeRoot / id))
        return m_impl->command({"delete", "--force", id}, "removing what is left of container " + id);
    return cgroupPath.empty() || !m_impl->settings.cgroups ? Status() : m_impl->groups.remove(cgroupPath);
}

void Runtime::forget(const std::string& id)
{
    std::error_code ignored;
    std::filesystem::remove_all(m_impl->settings.runtimeRoot / id, ignored);
}

std::string Runtime::version() const
{
    auto output = makePipe();
    if (!output)
        return {};
    std::vector<std::string> words = {m_impl->settings.ociRuntime, "--version"};
    Spawn spawn;
    spawn.give(output->second.get(), 1);
    if (m_impl->crun.fd() >= 0)
        spawn.give(m_impl->crun.fd(), crunFd);
    auto pid = spawn.start(words, m_impl->crun.fd() >= 0 ? pathOf(crunFd) : "");
    if (!pid)
        return {};
    output->second.reset();
    const std::string text = readAll(output->first.get());
    ::waitpid(*pid, nullptr, 0);
    const auto end = text.find('\n');
    const auto word = text.find(" version ");
    return word < end ? text.substr(0, word) + ' ' + text.substr(word + 9, end - word - 9) : text.substr(0, end);
}

} // namespace slipway
