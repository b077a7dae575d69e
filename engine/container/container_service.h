// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/unique_fd.h"
#include "container/stats_source.h"
#include "logstore/log_reader.h"
#include "runtime/runtime.h"
#include "store/byte_source.h"

namespace slipway
{

class Cgroups;
class Database;
class EventBus;
class ImageService;
class KeptLogs;
class NetworkService;
class SnapshotStore;
class VolumeService;

struct ContainerPaths
{
    std::filesystem::path root; // ROOT/containers; in it ID: hostname, hosts, resolv.conf, exit, log/
    std::filesystem::path run;  // RUN; in it containers/ID: bundle, monitor.sock, …; exec/ID
};

struct ContainerList
{
    bool all = false;
    int limit = 0;
    bool size = false;
    Json filters; // as GET /containers/json takes them: {"status": ["running"], "label": [...], …}
};

struct ContainerCommit // POST /commit
{
    std::string repository, tag, author, comment;
    std::vector<std::string> changes; // Dockerfile instructions
    bool pause = true;
    Json config; // a Config; null: the container's
};

struct ContainerLog
{
    std::filesystem::path dir;
    bool terminal = false;
    bool running = false;
    std::string details; // "label=value,tag=name": what the container's log options say about each line
};

struct PathStat // of docker cp
{
    std::string name;
    std::int64_t size = 0;
    std::uint32_t mode = 0; // Go's os.FileMode
    TimePoint modified{};
    std::string linkTarget; // absolute, in the container
};

// Containers and their exec sessions: the engine's centre. Blocking (callers are pool threads) and thread-safe: calls on
// one container wait for each other, calls on different ones do not.
//
// A container's configuration is kept as one JSON document with Docker's own field names (Config, HostConfig,
// NetworkSettings…): it is what create was given with every default filled in, so inspect and the database show the same
// thing and nothing is translated twice. State is not in it: what runs is asked of the monitors.
//
// All functions take an id, an unambiguous id prefix or a name; NotFound is "No such container: X", as dockerd says.
class ContainerService
{
public:
    struct Services
    {
        Database& db;
        EventBus& events;
        ImageService& images;
        SnapshotStore& snapshots;
        Runtime& runtime;
        NetworkService& networks;
        VolumeService& volumes;
        const Cgroups& cgroups;
        ContainerPaths paths;
        bool rootless = false; // in a user namespace
    };
    explicit ContainerService(Services services);
    ~ContainerService();
    ContainerService(const ContainerService&) = delete;
    ContainerService& operator=(const ContainerService&) = delete;

    // At engine start: finds what still runs, reads the exits that happened meanwhile, applies auto-remove and restart
    // policies, cleans up after the dead. Running containers are not touched.
    [[nodiscard]] Status restore();
    [[nodiscard]] Result<std::string> resolve(const std::string& nameOrId) const; // the full id
    [[nodiscard]] bool anyRunning() const;

    struct Created
    {
        std::string id;
        std::vector<std::string> warnings;
    };
    // BODY is that of POST /containers/create. InvalidArgument, NotFound ("No such image: X"), or Conflict (name taken) in
    // dockerd's words; nothing is left behind. PLATFORM ("linux/arm64"): NotFound when the image is for another one.
    [[nodiscard]] Result<Created> create(const std::string& name, const Json& body, const std::string& platform = {});
    [[nodiscard]] Status start(const std::string& id); // NotModified when it runs
    [[nodiscard]] Status stop(const std::string& id, std::optional<int> timeoutSeconds, const std::string& signal = {});
    [[nodiscard]] Status kill(const std::string& id, const std::string& signal = {});
    [[nodiscard]] Status restart(const std::string& id, std::optional<int> timeoutSeconds, const std::string& signal = {});
    [[nodiscard]] Status pause(const std::string& id);
    [[nodiscard]] Status unpause(const std::string& id);
    [[nodiscard]] Status rename(const std::string& id, const std::string& newName);
    [[nodiscard]] Status remove(const std::string& id, bool force, bool removeVolumes);
    // A network more or less, at once when the container runs. SETTINGS: an EndpointSettings object, may be null.
    [[nodiscard]] Status connect(const std::string& id, const std::string& network, const Json& settings);
    [[nodiscard]] Status disconnect(const std::string& id, const std::string& network, bool force);
    struct Pruned
    {
        std::vector<std::string> ids;
        std::int64_t bytes = 0;
    };
    [[nodiscard]] Result<Pruned> prune(const Json& filters);

    // The tree of a container that runs or not, with its volumes and binds in place. PATH is the container's; NotFound
    // "Could not find the file X in container Y". archivePath and exportRoot write a tar; extract reads one (plain or
    // compressed, hostile) into the folder PATH; KEEPKINDS: no file takes a folder's place, and no folder a file's.
    [[nodiscard]] Result<PathStat> statPath(const std::string& id, const std::string& path);
    [[nodiscard]] Status archivePath(const std::string& id, const std::string& path, const ByteSink& sink, const std::stop_token& stop);
    [[nodiscard]] Status extract(const std::string& id, const std::string& path, ByteSource& tar, bool keepKinds, const std::stop_token& stop);
    [[nodiscard]] Status exportRoot(const std::string& id, const ByteSink& sink, const std::stop_token& stop);

    // The container's changes as an image: its id. A running one is paused meanwhile where WANTED asks for it.
    [[nodiscard]] Result<std::string> commit(const std::string& id, const ContainerCommit& wanted, const std::stop_token& stop);
    // Live limits and the restart policy (POST /containers/{id}/update); gives warnings.
    [[nodiscard]] Result<std::vector<std::string>> update(const std::string& id, const Json& body);

    [[nodiscard]] std::vector<std::string> ids() const; // of all, in no order
    struct RunningContainer
    {
        pid_t pid = 0;
        std::string cgroup;      // empty = none
        bool ownNetwork = false; // neither none nor the host's
    };
    [[nodiscard]] std::optional<RunningContainer> running(const std::string& id) const; // nullopt: it does not run
    struct LastRun
    {
        TimePoint startedAt{}, finishedAt{}; // zero: never; it goes on
        int exitCode = 0;
        std::string cgroup; // where it ran or runs; empty = none
    };
    [[nodiscard]] LastRun lastRun(const std::string& id) const; // empty of one that there is not
    [[nodiscard]] Result<Json> inspect(const std::string& id, bool size) const; // GET /containers/{id}/json
    [[nodiscard]] Result<std::vector<Json>> list(const ContainerList& options) const;
    [[nodiscard]] Result<Json> top(const std::string& id, const std::string& psArguments) const;
    [[nodiscard]] Result<Json> changes(const std::string& id) const;
    // For GET /containers/{id}/stats; zero-valued while the container does not run.
    [[nodiscard]] Result<std::shared_ptr<StatsSource>> stats(const std::string& id) const;
    [[nodiscard]] Result<ContainerLog> log(const std::string& id) const;
    [[nodiscard]] KeptLogs& keptLogs() const; // of containers that were removed; prune() without filters forgets them

    enum class WaitCondition : std::uint8_t { NotRunning, NextExit, Removed };
    // ONDONE runs once, on some engine thread, with the exit code; dropping the handle cancels it.
    using WaitHandle = std::shared_ptr<void>;
    [[nodiscard]] Result<WaitHandle> wait(const std::string& id, WaitCondition condition,
                                          std::function<void(Result<int>)> onDone);

    // See Runtime::attach for what the socket speaks. Before start it may be called too (docker run attaches first): the
    // returned stream then begins when the container does.
    struct Attached
    {
        bool terminal = false;
        std::string id;
    };
    [[nodiscard]] Result<Attached> attachInfo(const std::string& id) const;
    // Calls ONREADY once with the connected socket: at once when the container runs, at its next start otherwise.
    void attach(const std::string& id, AttachOptions options, std::function<void(Result<UniqueFd>)> onReady);
    [[nodiscard]] Status resize(const std::string& id, std::uint16_t rows, std::uint16_t columns);

    // POST /containers/{id}/exec. Slipway's own: with "SlipwayTool": true Cmd is for this machine's busybox (ExecRequest::tool); with
    // "SlipwaySession" it is a session (see below).
    [[nodiscard]] Result<std::string> createExec(const std::string& id, const Json& body);
    struct ExecStarted
    {
        bool terminal = false;
        UniqueFd stream; // none when detached
    };
    struct ExecStart
    {
        bool detach = false;
        std::optional<bool> framed = {}; // as AttachOptions
        std::uint16_t rows = 0, columns = 0;
    };
    [[nodiscard]] Result<ExecStarted> startExec(const std::string& execId, const ExecStart& wanted);
    [[nodiscard]] Status resizeExec(const std::string& execId, std::uint16_t rows, std::uint16_t columns);
    [[nodiscard]] Result<Json> inspectExec(const std::string& execId) const; // GET /exec/{id}/json

    // Terminals that can be returned to: execs with a terminal whose "SlipwaySession" names them. They live until their program ends,
    // the container does, or endSession(); their monitor keeps the latest output. What runs of them, the oldest first, in any
    // container if the id is empty: [{"Id","ContainerID","Session","Cmd","User","WorkingDir","Tool","Foreground"}]. "Foreground" is the
    // program in the foreground of the terminal, empty while that is the session's own.
    [[nodiscard]] Json sessions(const std::string& containerId) const;
    // As Runtime::attach with keptFrom: the kept output comes first.
    [[nodiscard]] Result<UniqueFd> attachSession(const std::string& execId, std::uint64_t from);
    [[nodiscard]] Status endSession(const std::string& execId); // hangs up, and kills what does not care within two seconds

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
