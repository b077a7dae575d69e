// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "container/container_document.h"
#include "container/container_record.h"
#include "container/container_service.h"
#include "container/exec_record.h"
#include "container/kept_logs.h"
#include "container/worker.h"
#include "events/event_bus.h"
#include "image/image_service.h"
#include "network/network_service.h"
#include "os/cgroup.h"
#include "state/database.h"
#include "store/snapshot_store.h"
#include "volume/volume_service.h"

namespace slipway
{

// A container that is removed when it ends does not outlive the machine's power either (dockerd too removes those that it
// finds at its start), so nothing of it need be on the disk.
[[nodiscard]] inline bool isEphemeral(const Json& document)
{
    return jsonValue<bool>(documentHost(document), "AutoRemove");
}
[[nodiscard]] inline Database::Sync syncOf(const Json& document)
{
    return isEphemeral(document) ? Database::Sync::Later : Database::Sync::Now;
}

// The inside of ContainerService, shared by its source files (one per noun). MUTEX guards the maps only and is never held
// while another service is called.
struct ContainerService::Impl
{
    explicit Impl(Services given);
    ~Impl();

    // service.cpp
    [[nodiscard]] Result<RecordPtr> find(const std::string& nameOrId) const;
    [[nodiscard]] std::vector<RecordPtr> all() const; // newest first
    [[nodiscard]] std::filesystem::path dirOf(const std::string& id) const { return s.paths.root / id; }
    [[nodiscard]] std::filesystem::path runDirOf(const std::string& id) const { return s.paths.run / "containers" / id; }
    [[nodiscard]] std::string cgroupOf(const ContainerRecord& record) const;
    void publish(const ContainerRecord& record, std::string action, std::map<std::string, std::string> extra = {}) const;
    void publishTelling(const ContainerRecord& record, std::string action, std::map<std::string, std::string> extra) const; // its mutex is held
    void publishVolumes(const ContainerRecord& record, const std::string& action) const; // "mount", "unmount"
    [[nodiscard]] Status claimName(const std::string& name, const std::string& id);
    void dropName(const std::string& name, const std::string& id);
    void saveState(const ContainerRecord& record) const;
    void keepOnlyState(const ContainerRecord& record) const;
    [[nodiscard]] Status updateRow(const ContainerRecord& record, const Json& document) const;

    // create.cpp
    [[nodiscard]] Result<Created> create(const std::string& name, const Json& body, const std::string& platform);
    [[nodiscard]] Result<Json> prepareDocument(const std::string& id, const Json& body, const std::string& platform);
    [[nodiscard]] Status makeVolumes(Json& points, std::vector<std::string>& made); // in the transaction that keeps the container

    // start.cpp
    [[nodiscard]] Status start(const RecordPtr& record);
    [[nodiscard]] Status startLocked(const RecordPtr& record); // op is held
    [[nodiscard]] Status launch(const RecordPtr& record);
    [[nodiscard]] Result<UniqueFd> joinNamespace(const std::string& mode, const char* kind) const;
    [[nodiscard]] Result<NetworkSandbox> setUpNetwork(const Json& document);
    [[nodiscard]] std::string resolvConf(const Json& document, NetworkService::Resolv kind) const;
    [[nodiscard]] std::map<std::string, std::string> networkIds() const; // by name
    [[nodiscard]] Status mountVolumes(const Json& document);
    [[nodiscard]] Status fillVolumes(const Json& document, const std::filesystem::path& rootfs);
    [[nodiscard]] Result<std::string> namespacePath(const std::string& mode, const char* kind) const;
    void watch(const RecordPtr& record);

    // archive.cpp
    [[nodiscard]] Status withRoot(const RecordPtr& record, bool volumes,
                                  const std::function<Status(int root, const Json& document)>& use);

    // links.cpp
    struct Links
    {
        std::string hosts;                  // lines of the hosts file
        std::vector<std::string> variables; // NAME=value
    };
    [[nodiscard]] Result<Links> linksOf(const Json& document) const;
    // After TARGET has started: its address in the hosts files of the running containers that are linked to it.
    void renewLinks(const ContainerRecord& target) const;
    [[nodiscard]] std::vector<std::string> shownLinks(const Json& document) const; // "/db:/me/alias", as inspect shows them

    // networks.cpp
    [[nodiscard]] Result<UniqueFd> netnsOf(const ContainerRecord& record) const;
    [[nodiscard]] Status keepNetworks(const RecordPtr& record, Json networks);
    Status reconcileNetworks(const RecordPtr& record);
    void refreshFiles(const RecordPtr& record, const std::vector<Endpoint>& before);

    // lifecycle.cpp
    [[nodiscard]] Status stop(const RecordPtr& record, std::optional<int> timeoutSeconds, const std::string& signal);
    [[nodiscard]] Status kill(const RecordPtr& record, const std::string& signal);
    [[nodiscard]] Status sendSignal(const RecordPtr& record, int signal, bool byUser);
    // True when the run that is RUN has ended within TIMEOUT.
    [[nodiscard]] static bool waitForExit(ContainerRecord& record, std::uint64_t run,
                                          std::optional<std::chrono::milliseconds> timeout);

    // exit.cpp
    void onExit(const RecordPtr& record, std::uint64_t run, ExitStatus status);
    void finish(const RecordPtr& record, std::uint64_t run);
    void settle(const RecordPtr& record); // op is held: takes away what the last run left
    [[nodiscard]] Status destroyRuntime(const ContainerRecord& record);
    void scheduleRestart(const RecordPtr& record);

    // health.cpp
    void watchHealth(const RecordPtr& record, bool fresh); // FRESH: it was just started, what is known of it is void
    void scheduleProbe(const RecordPtr& record, std::uint64_t run);
    void probe(const RecordPtr& record, std::uint64_t run);
    void noteHealth(const RecordPtr& record, std::uint64_t run, Json result, TimePoint begun);

    // restore.cpp
    [[nodiscard]] Result<std::vector<RecordPtr>> loadRecords();
    [[nodiscard]] bool recover(ContainerRecord& record); // true: it ended while there was no engine
    void applyPolicy(const RecordPtr& record, bool justEnded);
    void sweep(const std::vector<std::string>& ids);

    // remove.cpp
    [[nodiscard]] Status remove(const RecordPtr& record, bool force, bool removeVolumes);
    [[nodiscard]] Status removeLocked(const RecordPtr& record, bool removeVolumes); // op is held

    // inspect.cpp, list.cpp
    [[nodiscard]] Json inspect(const ContainerRecord& record, bool size) const;

    // exec.cpp
    [[nodiscard]] Result<ExecPtr> findExec(const std::string& id) const;
    [[nodiscard]] Result<ExecRequest> execRequest(const ExecRecord& exec, const ContainerRecord& record, pid_t pid) const;
    void onExecExit(const ExecPtr& exec, ExitStatus status);
    void dropExecs(const std::string& containerId, bool containerEnded);
    void watchExec(const ExecPtr& exec);
    void restoreExecs();
    [[nodiscard]] std::filesystem::path execDirOf(const std::string& id) const;

    // Callbacks of other modules may come after our end: they go through the gate.
    struct Gate
    {
        std::shared_mutex mutex;
        Impl* impl = nullptr;
    };
    template <class F>
    auto gated(F function)
    {
        return [gate = gate, function = std::move(function)](auto&&... arguments) {
            const std::shared_lock lock(gate->mutex);
            if (gate->impl)
                function(*gate->impl, std::forward<decltype(arguments)>(arguments)...);
        };
    }

    Services s;
    KeptLogs keptLogs{s.paths.root.parent_path() / "kept-logs"};
    mutable std::mutex mutex;
    std::unordered_map<std::string, RecordPtr> containers;
    std::map<std::string, std::string> names; // name → id, also of creations under way
    std::unordered_map<std::string, ExecPtr> execs;
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    ContainerService* owner = nullptr;
    std::atomic<bool> stopping = false;
    Worker worker{2};
    std::atomic<int> probing = 0;
    mutable std::atomic<bool> mayHaveLinks = true; // some running container is linked to another
    std::optional<Worker> health; // of its own, because a probe waits; made with the first one
};

} // namespace slipway
