// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"

namespace slipway
{

namespace
{

ContainerState readState(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (const auto json = parseJson(text))
        return stateFromJson(*json);
    return {};
}

constexpr int lostExitCode = 255;

} // namespace

Status ContainerService::restore()
{
    Impl& impl = *m_impl;
    std::vector<RecordPtr> records;
    TRY_STATUS(impl.s.db.query("SELECT id, name, document FROM containers", {}, [&](const Database::Row& row) {
        const auto document = parseJson(row.text(2));
        if (!document) {
            log::error("container {}: its document in the database is damaged, it is left alone", shortId(row.text(0)));
            return;
        }
        auto record = std::make_shared<ContainerRecord>(row.text(0));
        record->document = std::make_shared<const Json>(*document);
        const std::lock_guard lock(impl.mutex);
        impl.names[row.text(1)] = record->id;
        impl.containers[record->id] = record;
        records.push_back(std::move(record));
    }));

    std::map<std::string, std::vector<PortBinding>> running;
    std::vector<RecordPtr> ended;
    std::set<Digest> layers;
    std::vector<std::string> ids;
    for (const RecordPtr& record : records) {
        ids.push_back(record->id);
        for (Digest& layer : documentLayers(*record->doc()))
            layers.insert(std::move(layer));
        ContainerState state = readState(impl.dirOf(record->id) / "state.json");
        const bool ran = state.running;
        const auto alive = impl.s.runtime.recover(impl.runDirOf(record->id));
        record->dirty = ran || alive || std::filesystem::exists(impl.runDirOf(record->id));
        state.running = alive.has_value();
        state.pid = alive ? alive->pid : 0;
        if (alive) {
            if (alive->startedAt != TimePoint{})
                state.startedAt = alive->startedAt;
            running[record->id] = state.ports;
            record->pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, alive->pid, 0)));
            record->run = 1;
        } else if (ran || record->dirty) {
            const auto exit = Runtime::readExitFile(impl.dirOf(record->id) / "exit");
            if (ran) {
                state.exitCode = exit ? exit->code : lostExitCode;
                state.oomKilled = exit && exit->oomKilled;
                state.finishedAt = exit && exit->finishedAt != TimePoint{} ? exit->finishedAt : now();
            }
            state.paused = false;
        }
        const std::lock_guard lock(record->mutex);
        record->state = std::move(state);
        if (!alive && ran)
            ended.push_back(record);
    }
    TRY_STATUS(impl.s.networks.restore(running));
    for (const RecordPtr& record : records) {
        if (record->snapshot().running)
            impl.watch(record);
    }
    for (const RecordPtr& record : records) {
        const std::lock_guard operation(record->op);
        if (!record->snapshot().running)
            impl.settle(record);
    }
    impl.s.snapshots.gc(ids);
    impl.s.images.gc({layers.begin(), layers.end()});

    for (const RecordPtr& record : records) {
        const ContainerState state = record->snapshot();
        const Json& host = documentHost(*record->doc());
        if (state.running || state.startedAt == TimePoint{})
            continue;
        if (jsonValue<bool>(host, "AutoRemove")) {
            static_cast<void>(impl.remove(record, true, true));
            continue;
        }
        const auto policy = jsonValue<std::string>(jsonMember(host, "RestartPolicy"), "Name");
        const bool justEnded = std::ranges::find(ended, record) != ended.end();
        if (policy == "always" || (policy == "unless-stopped" && !state.manuallyStopped) ||
            (policy == "on-failure" && justEnded && state.exitCode != 0)) {
            {
                const std::lock_guard lock(record->mutex);
                record->state.restarting = true;
            }
            impl.scheduleRestart(record);
        }
    }
    return {};
}

} // namespace slipway
