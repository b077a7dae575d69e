// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/socket.h>
#include <sys/syscall.h>

#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

constexpr std::chrono::minutes keepFinished{5};
constexpr std::chrono::seconds exitReportPatience{2}, startPatience{10};
constexpr int lostExitCode = 255;
constexpr std::size_t keptOutput = 512 * 1024; // of a session that can be returned to

Json execDefaults(const Json& body)
{
    Json config = {{"User", ""},           {"Privileged", false},    {"Tty", false},
                   {"AttachStdin", false}, {"AttachStdout", false},  {"AttachStderr", false},
                   {"Env", Json()},        {"WorkingDir", ""},       {"DetachKeys", ""},
                   {"Cmd", Json()},        {"ConsoleSize", Json()},  {"SlipwaySession", ""},
                   {"SlipwayTool", false}};
    for (auto& [key, value] : config.items()) {
        if (const Json& given = jsonMember(body, key.c_str()); !given.is_null())
            value = given;
    }
    return config;
}

std::string commandLine(const Json& config)
{
    std::string text;
    for (const std::string& word : jsonStrings(jsonMember(config, "Cmd")))
        text += (text.empty() ? "" : " ") + word;
    return text;
}

} // namespace

std::filesystem::path ContainerService::Impl::execDirOf(const std::string& id) const
{
    return s.paths.run / "exec" / id;
}

Result<ExecPtr> ContainerService::Impl::findExec(const std::string& id) const
{
    const std::lock_guard lock(mutex);
    if (const auto it = execs.find(id); it != execs.end())
        return it->second;
    return fail(ErrorKind::NotFound, "No such exec instance: " + id);
}

void ContainerService::Impl::dropExecs(const std::string& containerId, bool containerEnded)
{
    const std::lock_guard lock(mutex);
    std::erase_if(execs, [&](const auto& entry) {
        const std::lock_guard execLock(entry.second->mutex);
        const ExecRecord& exec = *entry.second;
        const bool old = exec.exitCode && now() - exec.finishedAt > keepFinished; // one that is just being started has no code yet
        return exec.containerId == containerId && (old || (containerEnded && !exec.started));
    });
}

Result<std::string> ContainerService::createExec(const std::string& id, const Json& body)
{
    TRY(const auto record, m_impl->find(id));
    const ContainerState state = record->snapshot();
    if (!state.running)
        return fail(ErrorKind::Conflict, std::format("container {} is not running", record->id));
    if (state.paused)
        return fail(ErrorKind::Conflict, std::format("Container {} is paused, unpause the container before exec", id));
    auto exec = std::make_shared<ExecRecord>();
    exec->config = execDefaults(body);
    if (jsonStrings(jsonMember(exec->config, "Cmd")).empty())
        return fail(ErrorKind::InvalidArgument, "No exec command specified");
    exec->id = randomId();
    exec->containerId = record->id;
    m_impl->dropExecs(record->id, false);
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->execs.emplace(exec->id, exec);
    }
    m_impl->publish(*record, "exec_create: " + commandLine(exec->config) + " ", {{"execID", exec->id}});
    return exec->id;
}

Result<ExecRequest> ContainerService::Impl::execRequest(const ExecRecord& exec, const ContainerRecord& record, pid_t pid) const
{
    const Json& config = exec.config;
    const auto document = record.doc();
    const std::string root = std::format("/proc/{}/root", pid);
    // The container's own user stands in its document; where the exec names none, that one is used.
    Json own = *document;
    if (const auto user = jsonValue<std::string>(config, "User"); !user.empty())
        own["Config"]["User"] = user;
    TRY(auto process, makeProcess(own, root));
    process.args = jsonStrings(jsonMember(config, "Cmd"));
    process.terminal = jsonValue<bool>(config, "Tty");
    process.env = makeEnv(own, process.terminal, process.user.home);
    for (const std::string& entry : jsonStrings(jsonMember(config, "Env")))
        process.env.push_back(entry);
    process.privileged = jsonValue<bool>(config, "Privileged");
    for (const std::string& option : jsonStrings(jsonMember(documentHost(*document), "SecurityOpt")))
        process.noNewPrivileges = process.noNewPrivileges || option.starts_with("no-new-privileges");
    if (const auto workdir = jsonValue<std::string>(config, "WorkingDir"); !workdir.empty())
        process.cwd = workdir;
    if (!process.cwd.starts_with('/'))
        return fail(ErrorKind::InvalidArgument, "OCI runtime exec failed: exec failed: Cwd must be an absolute path: unknown");
    ExecRequest request;
    request.containerId = record.id;
    request.runDir = execDirOf(exec.id);
    request.exitFile = request.runDir / "exit";
    request.terminal = process.terminal;
    request.openStdin = jsonValue<bool>(config, "AttachStdin");
    request.stdinOnce = request.openStdin;
    request.tool = jsonValue<bool>(config, "SlipwayTool");
    if (jsonValue<std::string>(config, "SlipwaySession") != "" && request.terminal)
        request.keep = keptOutput;
    request.containerRunDir = runDirOf(record.id);
    request.target.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    TRY(request.process, makeExecProcess(process, s.rootless));
    return request;
}

Result<ContainerService::ExecStarted> ContainerService::startExec(const std::string& execId, const ExecStart& wanted)
{
    TRY(const auto exec, m_impl->findExec(execId));
    TRY(const auto record, m_impl->find(exec->containerId));
    const ContainerState state = record->snapshot();
    if (!state.running)
        return fail(ErrorKind::Conflict, std::format("container {} is not running", record->id));
    if (state.paused)
        return fail(ErrorKind::Conflict, std::format("Container {} is paused, unpause the container before exec", record->id));
    {
        const std::lock_guard lock(exec->mutex);
        if (exec->started)
            return fail(ErrorKind::Conflict, std::format("Error: Exec command {} has already run", execId));
        exec->started = true;
    }
    const auto failed = [&](Error error) {
        std::error_code ignored;
        std::filesystem::remove_all(m_impl->execDirOf(execId), ignored);
        {
            const std::lock_guard lock(exec->mutex);
            exec->exitCode = 126;
            exec->finishedAt = now();
        }
        exec->changed.notify_all();
        return std::unexpected(std::move(error));
    };
    auto request = m_impl->execRequest(*exec, *record, state.pid);
    if (!request)
        return failed(request.error());
    request->rows = wanted.rows;
    request->columns = wanted.columns;
    ExecStarted result{.terminal = request->terminal, .stream = {}};
    if (!wanted.detach) {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
            return failed(failErrno(errno, "exec").error());
        result.stream.reset(pair[0]);
        request->attachers.push_back({UniqueFd(pair[1]),
                                      {.in = jsonValue<bool>(exec->config, "AttachStdin"),
                                       .out = jsonValue<bool>(exec->config, "AttachStdout") || request->terminal,
                                       // as dockerd: without frames it would not be told from the other
                                       .err = jsonValue<bool>(exec->config, "AttachStderr") && wanted.framed.value_or(true),
                                       .framed = wanted.framed}});
    } else {
        request->openStdin = false;
    }
    std::error_code error;
    std::filesystem::create_directories(request->runDir, error);
    std::filesystem::permissions(request->runDir, std::filesystem::perms::owner_all, error);
    m_impl->publish(*record, "exec_start: " + commandLine(exec->config) + " ", {{"execID", exec->id}});
    const Json known = {{"ContainerID", record->id}, {"Config", exec->config}};
    if (auto written = writeFile(request->runDir / "exec.json", dumpJson(known)); !written)
        return failed(written.error());
    auto started = m_impl->s.runtime.exec(*std::move(request));
    if (!started)
        return failed(launchProblem(started.error(), std::format("/proc/{}/root", state.pid)));
    {
        const std::lock_guard lock(exec->mutex);
        exec->running = true;
        exec->pid = started->pid;
        exec->pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, exec->pid, 0)));
        exec->startedAt = started->startedAt;
    }
    exec->changed.notify_all();
    m_impl->watchExec(exec);
    return result;
}

void ContainerService::Impl::watchExec(const ExecPtr& exec)
{
    const std::filesystem::path runDir = execDirOf(exec->id);
    s.runtime.watchExit(runDir, runDir / "exit", exec->pid,
                        gated([exec](Impl& impl, ExitStatus status) { impl.onExecExit(exec, status); }));
}

// An exec session outlives the engine as a container does; exec.json beside its monitor says what it is.
void ContainerService::Impl::restoreExecs()
{
    std::error_code ignored;
    std::vector<std::filesystem::path> folders;
    std::filesystem::create_directories(s.paths.run / "exec", ignored);
    for (const auto& entry : std::filesystem::directory_iterator(s.paths.run / "exec", ignored))
        folders.push_back(entry.path());
    for (const std::filesystem::path& folder : folders) {
        const auto known = readFile(folder / "exec.json").and_then(parseJson);
        const auto record = find(known ? jsonValue<std::string>(*known, "ContainerID") : std::string());
        const auto alive = s.runtime.recover(folder);
        if (!known || !record || (!alive && !(*record)->snapshot().running)) {
            std::filesystem::remove_all(folder, ignored);
            continue;
        }
        auto exec = std::make_shared<ExecRecord>();
        exec->id = folder.filename().string();
        exec->containerId = (*record)->id;
        exec->config = execDefaults(jsonMember(*known, "Config"));
        exec->started = true;
        exec->running = alive.has_value();
        exec->pid = alive ? alive->pid : 0;
        exec->pidfd.reset(alive ? static_cast<int>(::syscall(SYS_pidfd_open, exec->pid, 0)) : -1);
        exec->startedAt = alive ? alive->startedAt : TimePoint{};
        {
            const std::lock_guard lock(mutex);
            execs.emplace(exec->id, exec);
        }
        if (alive) {
            watchExec(exec);
            continue;
        }
        const auto exit = Runtime::readExitFile(folder / "exit");
        exec->exitCode = exit ? exit->code : lostExitCode;
        exec->finishedAt = now();
        std::filesystem::remove_all(folder, ignored);
    }
}

void ContainerService::Impl::onExecExit(const ExecPtr& exec, ExitStatus status)
{
    {
        const std::lock_guard lock(exec->mutex);
        exec->running = false;
        exec->pidfd.reset();
        exec->exitCode = status.code;
        exec->finishedAt = now();
    }
    exec->changed.notify_all();
    if (const auto record = find(exec->containerId))
        publish(**record, "exec_die", {{"execID", exec->id}, {"exitCode", std::to_string(status.code)}});
    worker.post([dir = execDirOf(exec->id)] {
        std::error_code ignored;
        std::filesystem::remove_all(dir, ignored);
    });
}

Status ContainerService::resizeExec(const std::string& execId, std::uint16_t rows, std::uint16_t columns)
{
    TRY(const auto exec, m_impl->findExec(execId));
    {
        std::unique_lock lock(exec->mutex); // its client has the stream, and may resize, before it runs
        exec->changed.wait_for(lock, startPatience, [&] { return !exec->started || exec->running || exec->exitCode; });
        if (!exec->running)
            return fail(ErrorKind::NotFound, std::format("process does not exist {}: not found", execId));
    }
    return m_impl->s.runtime.resize(m_impl->execDirOf(execId), rows, columns);
}

Result<Json> ContainerService::inspectExec(const std::string& execId) const
{
    TRY(const auto exec, m_impl->findExec(execId));
    std::unique_lock lock(exec->mutex);
    // The stream may end a moment before the exit is reported here: who saw the end must not be told that it runs.
    if (exec->running && !std::filesystem::exists(std::format("/proc/{}", exec->pid)))
        exec->changed.wait_for(lock, exitReportPatience, [&] { return !exec->running; });
    const std::vector<std::string> command = jsonStrings(exec->config["Cmd"]);
    Json json{{"ID", exec->id},
                {"Running", exec->running},
                {"ExitCode", exec->exitCode ? Json(*exec->exitCode) : Json()},
                {"ProcessConfig",
                 {{"tty", exec->config["Tty"]},
                  {"entrypoint", command.front()},
                  {"arguments", std::vector<std::string>(command.begin() + 1, command.end())},
                  {"privileged", exec->config["Privileged"]}}},
                {"OpenStdin", exec->config["AttachStdin"]},
                {"OpenStderr", exec->config["AttachStderr"]},
                {"OpenStdout", exec->config["AttachStdout"]},
                {"CanRemove", false},
                {"ContainerID", exec->containerId},
                {"DetachKeys", exec->config["DetachKeys"]},
                {"Pid", exec->pid}};
    if (exec->config["User"] != "")
        json["ProcessConfig"]["user"] = exec->config["User"];
    return json;
}

} // namespace slipway
