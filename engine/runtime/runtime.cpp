// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/runtime.h"

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
#include <sstream>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc_stat.h"
#include "os/netns.h"
#include "runtime/exit_watcher.h"
#include "runtime/monitor_socket.h"
#include "runtime/launch_error.h"
#include "runtime/launch_plan.h"
#include "runtime/monitor_pool.h"
#include "runtime/sealed_program.h"
#include "runtime/spawn.h"

namespace slipway
{

namespace
{
constexpr int readyFd = 3;
constexpr int initFd = 4; // as in app/slipway-monitor/options.h
constexpr int toolFd = 6;
constexpr int monitorFd = 7;
constexpr int crunFd = 8;
constexpr int firstFreeFd = 10;

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

// None for a container of crun's.
Result<std::optional<launch::Plan>> readPlan(const std::filesystem::path& runDir)
{
    std::ifstream file(runDir / "bundle" / "plan", std::ios::binary);
    if (!file)
        return std::nullopt;
    std::stringstream text;
    text << file.rdbuf();
    auto plan = launch::decode(text.str());
    if (!plan)
        return fail(ErrorKind::Conflict, "the container was started by another version of Slipway: restart it to run commands in it");
    return std::optional(*std::move(plan));
}

// A running container costs the engine some ten descriptors, and the usual soft limit is 1024: the limit becomes what this
// process may have. Returns what it was.
rlim_t takeDescriptors()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}
} // namespace

struct Runtime::Impl
{
    Settings settings;
    SealedProgram crun, monitor;
    Cgroups groups;
    std::optional<MonitorPool> pool; // none where no container is started by a plan
    ExitWatcher watcher;
    rlim_t descriptors = takeDescriptors(); // what monitors, and so containers, get: what this process was given
    std::mutex mutex;
    std::map<pid_t, pid_t> monitors; // of the processes started here

    // A monitor was killed while it started something: what it had started by then is our child now.
    void endLeftovers(const std::filesystem::path& runDir)
    {
        for (const char* name : {"pid", "crun.pid"}) {
            pid_t pid = 0;
            std::ifstream(runDir / name) >> pid;
            const auto stat = procStat(pid);
            if (pid > 0 && stat && stat->parent == ::getpid())
                ::kill(pid, SIGKILL);
        }
        watcher.expectOrphans();
    }

    std::vector<std::string> monitorCommand(const MonitorRequest& request, bool isExec) const
    {
        std::vector<std::string> command = {settings.monitorProgram.string(), "--id", request.containerId,
                                            "--run-dir", request.runDir.string(), "--exit-file", request.exitFile.string(),
                                            "--descriptors", std::to_string(descriptors)};
        if (request.terminal)
            command.emplace_back("--tty");
        if (request.openStdin)
            command.emplace_back("--stdin");
        if (request.stdinOnce || isExec)
            command.emplace_back("--stdin-once");
        if (request.ephemeral)
            command.emplace_back("--ephemeral");
        if (request.keep > 0)
            command.insert(command.end(), {"--keep", std::to_string(request.keep)});
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

    // 0: there is none, or it died while it waited.
    pid_t parkedMonitor(Spawn& spawn, const std::vector<std::string>& command)
    {
        auto parked = pool ? pool->take() : std::nullopt;
        if (!parked)
            return 0;
        if (spawn.sendTo(parked->socket.get(), command))
            return parked->pid;
        parked->socket.reset();
        ::waitpid(parked->pid, nullptr, 0);
        return 0;
    }

    Result<Started> launch(std::vector<std::string> command, MonitorRequest& request, Spawn& spawn, int nextFd, bool isExec)
    {
        for (auto& attacher : request.attachers) {
            const auto flag = [](bool on) { return std::string(on ? "1" : "0"); };
            command.insert(command.end(), {"--attach", std::to_string(nextFd), flag(attacher.options.in && request.openStdin),
                                           flag(attacher.options.out), flag(attacher.options.err),
                                           flag(attacher.options.framed.value_or(!request.terminal))});
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
        pid_t pidOfMonitor = isExec ? 0 : parkedMonitor(spawn, command);
        if (pidOfMonitor == 0) {
            TRY(pidOfMonitor, spawn.start(command, monitor.fd() >= 0 ? pathOf(monitorFd) : ""));
        }
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
    if (m_impl->settings.cgroups && m_impl->monitor.fd() >= 0)
        m_impl->pool.emplace(m_impl->monitor, m_impl->settings.monitorProgram.string(), m_impl->groups);
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
    auto plan = m_impl->planOf(request);
    if (plan) {
        plan->process.rows = request.rows;
        plan->process.columns = request.columns;
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
    SealedProgram tool;
    if (request.tool) {
        tool = SealedProgram("busybox");
        if (!tool.isStatic())
            return fail(ErrorKind::Conflict, "there is no static busybox on this machine (on Debian it is the package busybox-static)");
        spawn.give(tool.fd(), toolFd);
        command.emplace_back("--tool");
    }
    TRY(const auto container, readPlan(request.containerRunDir));
    if (container) {
        auto plan = execPlan(request.process, *container);
        if (!plan || !request.target)
            return fail(ErrorKind::NotImplemented, "this process cannot be started in the container " + request.containerId);
        plan->process.rows = request.rows;
        plan->process.columns = request.columns;
        TRY_STATUS(writeText(request.runDir / "plan", launch::encode(*plan)));
        command.insert(command.end(), {"--plan", (request.runDir / "plan").string()});
        spawn.give(request.target.get(), netnsFd);
    } else {
        SealedProgram init;
        if (request.tool) {
            init = SealedProgram(initProgram().string());
            if (init.fd() < 0)
                return fail(ErrorKind::Conflict, "this machine does not execute programs from memory");
            spawn.give(init.fd(), initFd);
            Json args = {"/proc/self/fd/3", "--exec-fd", "4"};
            for (const Json& word : jsonMember(request.process, "args"))
                args.push_back(word);
            request.process["args"] = std::move(args);
        }
        TRY_STATUS(writeText(request.runDir / "process.json", dumpJson(request.process)));
        command.insert(command.end(), {"--exec", (request.runDir / "process.json").string()});
        m_impl->useCrun(command, spawn);
    }
    return m_impl->launch(std::move(command), request, spawn, firstFreeFd, true);
}

Result<UniqueFd> Runtime::attach(const std::filesystem::path& runDir, AttachOptions options)
{
    const auto flag = [](bool on) { return on ? "1" : "0"; };
    std::string request = std::string("attach in=") + flag(options.in) + " out=" + flag(options.out) + " err=" + flag(options.err);
    if (options.framed)
        request += std::string(" framed=") + flag(*options.framed);
    if (options.keptFrom)
        request += " kept=" + std::to_string(*options.keptFrom);
    TRY(auto fd, askMonitor(runDir, request));
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
        const auto stat = procStat(static_cast<pid_t>(pid));
        if (!stat || stat->startTicks != ticks)
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
