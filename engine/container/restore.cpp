// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/folder.h"
#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

Json readJson(const std::filesystem::path& file)
{
    return readFile(file).and_then(parseJson).value_or(Json::object());
}

constexpr int lostExitCode = 255;

} // namespace

Result<std::vector<RecordPtr>> ContainerService::Impl::loadRecords()
{
    std::vector<RecordPtr> records;
    TRY_STATUS(s.db.query("SELECT id, name, document FROM containers", {}, [&](const Database::Row& row) {
        const auto document = parseJson(row.text(2));
        if (!document) {
            log::error("container {}: its document in the database is damaged, it is left alone", shortId(row.text(0)));
            return;
        }
        auto record = std::make_shared<ContainerRecord>(row.text(0));
        record->document = std::make_shared<const Json>(*document);
        const std::lock_guard lock(mutex);
        names[row.text(1)] = record->id;
        containers[record->id] = record;
        records.push_back(std::move(record));
    }));
    return records;
}

bool ContainerService::Impl::recover(ContainerRecord& record)
{
    const std::filesystem::path runDir = runDirOf(record.id);
    ContainerState state = stateFromJson(readJson(dirOf(record.id) / "state.json"));
    const auto alive = s.runtime.recover(runDir);
    const auto exit = alive ? std::nullopt : Runtime::recordedExit(runDir, dirOf(record.id) / "exit");
    // The engine may have died after the start and before the state was written, and the container have ended meanwhile.
    const bool unknownRun = exit && !state.running && exit->finishedAt != state.finishedAt;
    if (unknownRun)
        state.startedAt = Runtime::recordedStart(runDir).value_or(exit->finishedAt);
    const bool ended = unknownRun || (state.running && !alive);
    record.dirty = state.running || alive || std::filesystem::exists(runDir);
    state.running = alive.has_value();
    state.pid = alive ? alive->pid : 0;
    if (alive) {
        readConnections(readJson(runDir / "network.json"), state);
        if (alive->startedAt != TimePoint{})
            state.startedAt = alive->startedAt;
        state.finishedAt = {};
        record.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, alive->pid, 0)));
        record.run = 1;
    } else {
        state.paused = false;
    }
    if (ended) {
        state.exitCode = exit ? exit->code : lostExitCode;
        state.oomKilled = exit && exit->oomKilled;
        state.finishedAt = exit && exit->finishedAt != TimePoint{} ? exit->finishedAt : now();
    }
    const std::lock_guard lock(record.mutex);
    record.state = std::move(state);
    return ended;
}

void ContainerService::Impl::applyPolicy(const RecordPtr& record, bool justEnded)
{
    const ContainerState state = record->snapshot();
    const auto document = record->doc();
    const Json& host = documentHost(*document);
    if (state.running)
        return;
    if (isEphemeral(*document)) {
        static_cast<void>(remove(record, true, true));
        return;
    }
    if (state.startedAt == TimePoint{})
        return;
    const auto policy = jsonValue<std::string>(jsonMember(host, "RestartPolicy"), "Name");
    if (policy != "always" && (policy != "unless-stopped" || state.manuallyStopped) &&
        (policy != "on-failure" || !justEnded || state.exitCode == 0))
        return;
    {
        const std::lock_guard lock(record->mutex);
        record->state.restarting = true;
    }
    scheduleRestart(record);
}

// What an engine that was killed while it made or removed a container has left: names without a row in the database.
void ContainerService::Impl::sweep(const std::vector<std::string>& ids)
{
    const std::set<std::string> known(ids.begin(), ids.end());
    const auto strangers = [&](const std::filesystem::path& folder) {
        std::vector<std::string> unknown = entriesOf(folder);
        std::erase_if(unknown, [&](const std::string& name) { return known.contains(name); });
        return unknown;
    };
    std::error_code ignored;
    for (const std::string& id : strangers(s.paths.run / "containers")) {
        const auto spec = readFile(runDirOf(id) / "bundle" / "config.json").and_then(parseJson); // it may have had a group of its own choice
        const auto group = jsonValue<std::string>(jsonMember(spec.value_or(Json()), "linux"), "cgroupsPath", s.cgroups.pathFor("", id));
        if (auto gone = s.runtime.destroy(id, group); !gone)
            log::warn("{}", gone.error().message);
        std::filesystem::remove_all(runDirOf(id), ignored);
    }
    for (const std::string& id : strangers(s.paths.root))
        std::filesystem::remove_all(dirOf(id), ignored);
    s.snapshots.gc(ids);
}

Status ContainerService::restore()
{
    Impl& impl = *m_impl;
    TRY(const auto records, impl.loadRecords());
    std::map<std::string, std::vector<PortBinding>> running;
    std::vector<RecordPtr> ended;
    std::set<Digest> layers;
    std::vector<std::string> ids; // also of those whose document is damaged: nothing of them is taken away
    TRY_STATUS(impl.s.db.query("SELECT id FROM containers", {}, [&](const Database::Row& row) { ids.push_back(row.text(0)); }));
    for (const RecordPtr& record : records) {
        for (Digest& layer : documentLayers(*record->doc()))
            layers.insert(std::move(layer));
        if (impl.recover(*record))
            ended.push_back(record);
        else if (const ContainerState state = record->snapshot(); state.running)
            running[record->id] = state.ports;
    }
    TRY_STATUS(impl.s.networks.restore(running));
    for (const RecordPtr& record : records) {
        if (record->snapshot().running) {
            if (auto mounted = impl.mountVolumes(*record->doc()); !mounted)
                log::warn("container {}: {}", shortId(record->id), mounted.error().message);
            if (auto whole = impl.reconcileNetworks(record); !whole)
                log::warn("container {}: {}", shortId(record->id), whole.error().message);
            impl.watchHealth(record, false);
            impl.saveState(*record);
            impl.watch(record);
        }
    }
    impl.restoreExecs();
    for (const RecordPtr& record : records) {
        const std::lock_guard operation(record->op);
        if (record->snapshot().running)
            continue;
        impl.settle(record);
        impl.s.snapshots.unmountLater(record->id);
    }
    impl.s.volumes.releaseIdle();
    impl.sweep(ids);
    impl.s.images.gc({layers.begin(), layers.end()});
    for (const RecordPtr& record : records)
        impl.applyPolicy(record, std::ranges::contains(ended, record));
    return {};
}

} // namespace slipway
