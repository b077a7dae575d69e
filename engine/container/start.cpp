// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/log_options.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

int exitCodeOf(const std::string& message)
{
    const auto has = [&](const char* text) { return message.contains(text); };
    if (has("executable file not found") || has("no such file or directory") || has("No such file or directory"))
        return 127;
    if (has("permission denied") || has("Permission denied") || has("is a directory") || has("not a directory"))
        return 126;
    return 128;
}

Status makePrivateDirectory(const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return fail(ErrorKind::Internal, std::format("{}: {}", path.string(), error.message()), error.value());
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    return {};
}

} // namespace

Status ContainerService::Impl::start(const RecordPtr& record)
{
    const std::lock_guard operation(record->op);
    {
        const std::lock_guard lock(record->mutex);
        if (record->removed || record->state.removing)
            return fail(ErrorKind::Conflict, "container is marked for removal and cannot be started");
        if (record->state.paused)
            return fail(ErrorKind::Conflict, "cannot start a paused container, try unpause instead");
        if (record->state.running)
            return fail(ErrorKind::NotModified, std::format("container {} is already running", record->id));
        record->state.manuallyStopped = false;
        record->state.restarting = false;
        record->state.restartCount = 0;
        record->backoffStep = 0;
    }
    return startLocked(record);
}

Status ContainerService::Impl::startLocked(const RecordPtr& record)
{
    settle(record);
    auto launched = launch(record);
    if (launched)
        return {};
    {
        const std::lock_guard lock(record->mutex);
        record->state.error = launched.error().message;
        record->state.exitCode = exitCodeOf(launched.error().message);
        record->state.endpoints.clear();
        record->state.ports.clear();
        record->attachers.clear();
    }
    settle(record);
    if (record->snapshot().startedAt == TimePoint{})
        keepOnlyState(*record);
    saveState(*record);
    std::error_code ignored;
    std::filesystem::remove(dirOf(record->id), ignored); // empty when there was no room for it
    if (isEphemeral(*record->doc())) {
        if (auto removed = removeLocked(record, true); !removed)
            log::warn("container {}: auto-remove failed: {}", shortId(record->id), removed.error().message);
    }
    return launched;
}

// What a first start that failed has made for the container is of no use to the next one.
void ContainerService::Impl::keepOnlyState(const ContainerRecord& record) const
{
    std::vector<std::filesystem::path> others;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(dirOf(record.id), ignored)) {
        if (entry.path().filename() != "state.json")
            others.push_back(entry.path());
    }
    for (const auto& path : others)
        std::filesystem::remove_all(path, ignored);
}

Result<UniqueFd> ContainerService::Impl::joinNamespace(const std::string& mode, const char* kind) const
{
    TRY(const auto path, namespacePath(mode, kind));
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, path);
    return fd;
}

Result<std::string> ContainerService::Impl::namespacePath(const std::string& mode, const char* kind) const
{
    if (!mode.starts_with("container:"))
        return mode == "host" ? "host" : "";
    TRY(const auto other, find(mode.substr(10)));
    const ContainerState state = other->snapshot();
    if (!state.running)
        return fail(ErrorKind::Conflict,
                    kind == std::string_view("net") ? std::format("cannot join network of a non running container: {}", other->id)
                                                    : std::format("cannot join {} namespace of a non running container: {}", kind, other->id));
    return std::format("/proc/{}/ns/{}", state.pid, kind);
}

Result<NetworkSandbox> ContainerService::Impl::setUpNetwork(const Json& document)
{
    const auto mode = jsonValue<std::string>(documentHost(document), "NetworkMode");
    if (mode == "host")
        return NetworkSandbox{};
    if (mode.starts_with("container:")) {
        NetworkSandbox sandbox;
        TRY(sandbox.netns, joinNamespace(mode, "net"));
        return sandbox;
    }
    return s.networks.setUp(endpointRequests(document), portBindings(document));
}

Status ContainerService::Impl::mountVolumes(const Json& document)
{
    for (const Json& point : jsonMember(document, "Mounts"))
        if (jsonValue<std::string>(point, "Type") == "volume")
            TRY_STATUS(s.volumes.mount(jsonValue<std::string>(point, "Name"), jsonValue<std::string>(document, "Id")));
    return {};
}

Status ContainerService::Impl::fillVolumes(const Json& document, const std::filesystem::path& rootfs)
{
    for (const Json& point : jsonMember(document, "Mounts")) {
        if (jsonValue<std::string>(point, "Type") != "volume" || jsonValue<bool>(point, "_nocopy"))
            continue;
        TRY_STATUS(s.volumes.copyUp(jsonValue<std::string>(point, "Name"), rootfs,
                                    jsonValue<std::string>(point, "Destination")));
    }
    return {};
}

Status ContainerService::Impl::launch(const RecordPtr& record)
{
    const auto document = record->doc();
    const Json& config = documentConfig(*document);
    const Json& host = documentHost(*document);
    const std::string& id = record->id;
    const std::filesystem::path dir = dirOf(id);
    const std::filesystem::path runDir = runDirOf(id);
    const bool first = record->snapshot().startedAt == TimePoint{};

    record->dirty = true;
    TRY(const auto rootfs, s.snapshots.mount(id, documentLayers(*document), {.ephemeral = isEphemeral(*document)}));
    TRY_STATUS(mountVolumes(*document));
    if (first) {
        TRY_STATUS(fillVolumes(*document, rootfs));
    }
    TRY_STATUS(makePrivateDirectory(dir));
    TRY_STATUS(makePrivateDirectory(runDir));
    const auto limits = logLimits(*document);
    if (!limits)
        return wrap(limits.error(), "failed to create task for container: failed to initialize logging driver");
    TRY(const Links links, linksOf(*document));
    TRY(auto sandbox, setUpNetwork(*document));
    TRY_STATUS(writeFile(runDir / "network.json", dumpJson(connectionsToJson(sandbox.endpoints, sandbox.ports))));
    const bool hostNetwork = jsonValue<std::string>(host, "NetworkMode") == "host";
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    const auto joined = mode.starts_with("container:")
                            ? find(mode.substr(10)).and_then([&](const RecordPtr& other) { return readFile(dirOf(other->id) / "resolv.conf"); })
                            : Result<std::string>(fail(ErrorKind::NotFound, ""));
    const auto kind = hostNetwork ? NetworkService::Resolv::Host : sandbox.named ? NetworkService::Resolv::Named : NetworkService::Resolv::Bridge;
    TRY_STATUS(writeContainerFiles(*document, {.dir = dir, .endpoints = sandbox.endpoints,
                                               .resolvConf = joined.value_or(resolvConf(*document, kind)),
                                               .linkHosts = links.hosts, .hostNetwork = hostNetwork}));
    SpecPlan plan{.rootfs = rootfs, .dir = dir, .networkNamespace = {}, .pidNamespace = {}, .ipcNamespace = {},
                  .cgroupPath = cgroupOf(*record), .initProgram = s.runtime.initProgram(), .variables = links.variables, .rootless = s.rootless};
    plan.networkNamespace = hostNetwork ? "host" : std::format("/proc/self/fd/{}", Runtime::netnsFd);
    TRY(plan.pidNamespace, namespacePath(jsonValue<std::string>(host, "PidMode"), "pid"));
    TRY(plan.ipcNamespace, namespacePath(jsonValue<std::string>(host, "IpcMode"), "ipc"));
    TRY(auto input, makeSpecInput(*document, plan));
    RunRequest request;
    TRY(request.spec, makeSpec(input));
    request.containerId = id;
    request.runDir = runDir;
    request.exitFile = dir / "exit";
    request.terminal = input.process.terminal;
    request.openStdin = jsonValue<bool>(config, "OpenStdin");
    request.stdinOnce = jsonValue<bool>(config, "StdinOnce");
    request.rows = input.process.rows;
    request.columns = input.process.columns;
    if (!jsonValue<std::string>(*document, "LogPath").empty())
        request.logDir = dir / "log";
    request.logLimits = *limits;
    request.ephemeral = isEphemeral(*document);
    request.netns = std::move(sandbox.netns);
    request.portHolders = std::move(sandbox.portHolders);
    request.resolverUdp = std::move(sandbox.resolver.udp);
    request.resolverTcp = std::move(sandbox.resolver.tcp);
    request.names = s.paths.run / "names";
    request.dns = jsonStrings(jsonMember(host, "Dns"));
    for (const auto& forward : sandbox.forwards)
        request.forwards.push_back({forward.holder, forward.targetIp, forward.targetPort});
    {
        const std::lock_guard lock(record->mutex);
        request.attachers = std::move(record->attachers);
        record->attachers.clear();
    }
    std::error_code ignored;
    std::filesystem::remove(request.exitFile, ignored);
    auto started = s.runtime.run(std::move(request));
    if (!started)
        return std::unexpected(launchProblem(started.error(), rootfs));
    {
        const std::lock_guard lock(record->mutex);
        ContainerState& state = record->state;
        ++record->run;
        record->pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, started->pid, 0)));
        state.running = true;
        state.restarting = state.paused = state.oomKilled = false;
        state.pid = started->pid;
        state.exitCode = 0;
        state.error.clear();
        state.startedAt = started->startedAt == TimePoint{} ? now() : started->startedAt;
        state.finishedAt = {};
        state.sandboxId = jsonValue<std::string>(host, "NetworkMode").starts_with("container:") ? "" : randomId();
        state.endpoints = std::move(sandbox.endpoints);
        state.ports = std::move(sandbox.ports);
    }
    watchHealth(record, true);
    saveState(*record);
    publishVolumes(*record, "mount");
    record->volumesTold = true;
    renewLinks(*record);
    publish(*record, "start");
    watch(record);
    return {};
}

void ContainerService::Impl::watch(const RecordPtr& record)
{
    const std::uint64_t run = record->run;
    s.runtime.watchExit(runDirOf(record->id), dirOf(record->id) / "exit", record->snapshot().pid,
                        gated([record, run](Impl& impl, ExitStatus status) { impl.onExit(record, run, status); }));
}

} // namespace slipway
