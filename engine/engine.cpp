// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <thread>

#include "base/ids.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "build/build_service.h"
#include "buildkit/server.h"
#include "container/container_service.h"
#include "events/event_bus.h"
#include "image/image_service.h"
#include "metrics/metrics_service.h"
#include "network/network_service.h"
#include "os/cgroup.h"
#include "runtime/runtime.h"
#include "state/database.h"
#include "store/blob_store.h"
#include "store/layer_store.h"
#include "store/snapshot_store.h"
#include "volume/volume_service.h"

namespace slipway
{
namespace
{

bool has(const std::vector<metrics::Mark>& marks, metrics::Mark::What what, std::int64_t sinceNs)
{
    return std::ranges::any_of(marks, [&](const metrics::Mark& mark) { return mark.what == what && mark.timeNs >= sinceNs; });
}

Status privateFolder(const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failErrno(errno, "making " + path.string());
    if (::chmod(path.c_str(), 0700) != 0)
        return failErrno(errno, "protecting " + path.string());
    return {};
}

// A killed engine holds its lock until the kernel has taken it apart: that is waited for.
constexpr std::chrono::milliseconds lockPatience{2000};

Result<UniqueFd> lockRoot(const std::filesystem::path& root)
{
    const std::string path = root / "lock";
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "opening " + path);
    const auto deadline = std::chrono::steady_clock::now() + lockPatience;
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return failErrno(errno, "locking " + path);
        if (std::chrono::steady_clock::now() > deadline)
            return fail(ErrorKind::Conflict, "another engine already uses " + root.string() + ": stop it first, or give --root");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return fd;
}

std::string engineId(const std::filesystem::path& root)
{
    std::string id;
    std::ifstream(root / "engine-id") >> id;
    if (id.empty()) {
        id = randomId();
        std::ofstream(root / "engine-id") << id << "\n";
    }
    return id;
}

NetworkService::Settings networkSettings(const Engine::Options& options)
{
    NetworkService::Settings settings;
    settings.routerNetns = options.routerNetns;
    settings.rootless = options.rootless;
    settings.uplinkDns = options.uplinkDns;
    settings.defaultBridge = options.bridge;
    settings.names = options.run / "names";
    return settings;
}

Runtime::Settings runtimeSettings(const Engine::Options& options, const Cgroups& cgroups)
{
    Runtime::Settings settings;
    settings.monitorProgram = options.monitorProgram;
    settings.ociRuntime = options.ociRuntime;
    settings.runtimeRoot = options.run / "oci";
    settings.keepOpen = options.keepOpen;
    settings.routerNetns = options.routerNetns;
    settings.cgroups = cgroups.version() != Cgroups::Version::None;
    return settings;
}

} // namespace

struct Engine::Impl
{
    Impl(Options o, UniqueFd locked, std::unique_ptr<Database> database)
        : options(std::move(o)), lock(std::move(locked)), db(std::move(database)), blobs(options.root),
          layers(*db, options.root, options.userNamespace), snapshots(options.root, layers, options.userNamespace),
          images(*db, blobs, layers, events), runtime(runtimeSettings(options, cgroups)),
          networks(*db, events, networkSettings(options)), volumes(*db, events, options.root),
          builds({*db, events, blobs, layers, snapshots, images, runtime, networks, options.root, options.run,
                  cgroups.version() != Cgroups::Version::None, options.rootless}),
          containers({*db, events, images, snapshots, runtime, networks, volumes, cgroups,
                      {options.root / "containers", options.run}, options.userNamespace})
    {
    }

    Options options;
    UniqueFd lock;
    std::unique_ptr<Database> db;
    EventBus events;
    BlobStore blobs;
    LayerStore layers;
    SnapshotStore snapshots;
    ImageService images;
    Cgroups cgroups;
    Runtime runtime;
    NetworkService networks;
    VolumeService volumes;
    build::BuildService builds;
    buildkit::Server buildkit{builds};
    ContainerService containers;
    metrics::MetricsService metrics{cgroups, options.root / "metrics", [this](const std::string& id) { return sourceOf(id); }};
    EventBus::Subscription measuring;

    std::optional<metrics::MetricsService::Source> sourceOf(const std::string& id) const
    {
        const auto running = containers.running(id);
        return running ? std::optional(metrics::MetricsService::Source{running->pid, running->cgroup, running->ownNetwork}) : std::nullopt;
    }

    void measure();
    void note(const Event& event);
    void catchUp(const std::string& id);
};

// Containers are measured while they run, and their histories go with them.
void Engine::Impl::measure()
{
    measuring = events.subscribe([this](const Event& event) {
        if (event.type != "container")
            return;
        note(event);
        if (event.action == "start") {
            metrics.watch(event.actorId);
        } else if (event.action == "die") {
            metrics.unwatch(event.actorId);
        } else if (event.action == "destroy") {
            metrics.forget(event.actorId);
        }
    });
    const auto known = containers.ids();
    metrics.sweep(known);
    for (const std::string& id : known) {
        if (containers.running(id))
            metrics.watch(id);
        catchUp(id);
    }
}

// What happened to a container is kept beside its history.
void Engine::Impl::note(const Event& event)
{
    using What = metrics::Mark::What;
    static const std::map<std::string_view, What> kinds{{"start", What::Start},     {"die", What::Die},     {"oom", What::Oom},
                                                        {"restart", What::Restart}, {"pause", What::Pause}, {"unpause", What::Unpause},
                                                        {"update", What::Update},   {"health_status: healthy", What::Healthy},
                                                        {"health_status: unhealthy", What::Unhealthy}};
    const auto kind = kinds.find(event.action);
    if (kind == kinds.end())
        return;
    metrics::Mark mark{kind->second, toUnixNano(event.time)};
    if (kind->second == What::Oom && !containers.lastRun(event.actorId).cgroup.empty())
        return; // the kernel's own count says it
    if (kind->second == What::Die) { // its cgroup is removed after this
        const ContainerService::LastRun run = containers.lastRun(event.actorId);
        const auto last = cgroups.lastWords(run.cgroup);
        mark.exitCode = run.exitCode;
        mark.memoryPeak = last.memoryPeakBytes ? static_cast<std::int64_t>(*last.memoryPeakBytes) : -1;
        mark.oomKills = last.oomKills ? static_cast<std::int64_t>(*last.oomKills) : -1;
        const auto marked = mark.oomKills > 0 ? metrics.marks(event.actorId) : std::vector<metrics::Mark>();
        if (mark.oomKills > 0 && !has(marked, What::Oom, toUnixNano(run.startedAt))) // since the last reading
            metrics.mark(event.actorId, {What::Oom, mark.timeNs, -1, -1, mark.oomKills});
    }
    metrics.mark(event.actorId, mark);
}

// What happened while there was no engine, as far as it can be known.
void Engine::Impl::catchUp(const std::string& id)
{
    using What = metrics::Mark::What;
    constexpr std::int64_t same = 5'000'000'000; // the mark of a start is made a little later
    const ContainerService::LastRun run = containers.lastRun(id);
    if (run.startedAt == TimePoint{})
        return;
    const auto marks = metrics.marks(id);
    if (!has(marks, What::Start, toUnixNano(run.startedAt) - same))
        metrics.mark(id, {What::Start, toUnixNano(run.startedAt)});
    if (run.finishedAt > run.startedAt && !has(marks, What::Die, toUnixNano(run.startedAt)))
        metrics.mark(id, {What::Die, toUnixNano(run.finishedAt), run.exitCode});
}

Engine::Engine(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(Options options)
{
    TRY_STATUS(privateFolder(options.root));
    TRY_STATUS(privateFolder(options.run));
    TRY(UniqueFd lock, lockRoot(options.root));
    TRY(auto db, Database::open(options.root / "slipway.db"));
    auto impl = std::make_unique<Impl>(std::move(options), std::move(lock), std::move(db));
    impl->images.setInsecureRegistries(impl->options.insecureRegistries);
    TRY_STATUS(impl->volumes.restore());
    TRY_STATUS(impl->networks.init());
    TRY_STATUS(impl->containers.restore());
    impl->measure();
    return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

api::Services Engine::services()
{
    Impl& i = *m_impl;
    api::EngineInfo info;
    info.id = engineId(i.options.root);
    info.root = i.options.root;
    info.runtime = std::filesystem::path(i.options.ociRuntime).filename();
    info.runtimeVersion = i.runtime.version();
    const auto version = i.cgroups.machineVersion();
    info.cgroupVersion = version == Cgroups::Version::V2 ? "2" : version == Cgroups::Version::V1 ? "1" : "";
    info.cgroups = i.cgroups.version() != Cgroups::Version::None;
    info.warnings = i.options.warnings;
    for (const char* controller : {"memory", "memory.kmem.tcp", "cpu", "pids", "cpuset", "io", "devices"})
        if (i.cgroups.has(controller))
            info.controllers.emplace_back(controller);
    info.rootless = i.options.rootless;
    info.insecureRegistries = i.options.insecureRegistries;
    info.cpus = onlineCpus();
    info.memory = hostMemory();
    return {i.events, i.containers, i.images, i.networks, i.volumes, i.metrics, i.builds, i.buildkit, std::move(info)};
}

} // namespace slipway
