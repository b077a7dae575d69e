// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"

namespace slipway
{

namespace
{

constexpr std::chrono::milliseconds firstDelay{100};
constexpr std::chrono::milliseconds longestDelay{60'000};
constexpr std::chrono::seconds stableAfter{10};

bool policyRestarts(const Json& document, const ContainerState& state)
{
    const Json& policy = jsonMember(documentHost(document), "RestartPolicy");
    const auto name = jsonValue<std::string>(policy, "Name");
    if (state.manuallyStopped)
        return false;
    if (name == "always" || name == "unless-stopped")
        return true;
    const int limit = jsonValue<int>(policy, "MaximumRetryCount");
    return name == "on-failure" && state.exitCode != 0 && (limit == 0 || state.restartCount < limit);
}

} // namespace

void ContainerService::Impl::onExit(const RecordPtr& record, std::uint64_t run, ExitStatus status)
{
    std::vector<std::weak_ptr<Waiter>> due;
    std::chrono::nanoseconds lived{};
    const auto document = record->doc();
    std::unique_lock telling(record->telling);
    {
        const std::lock_guard lock(record->mutex);
        ContainerState& state = record->state;
        if (record->run != run || !state.running)
            return;
        state.running = state.paused = false;
        if (!state.health.is_null())
            state.health["Status"] = "unhealthy"; // dockerd's word for one that nobody asks any more
        state.pid = 0;
        state.exitCode = status.code;
        state.oomKilled = status.oomKilled;
        state.finishedAt = status.finishedAt == TimePoint{} ? now() : status.finishedAt;
        lived = state.finishedAt - state.startedAt;
        if (lived >= stableAfter)
            record->backoffStep = 0;
        if (!record->restartAsked) {
            state.restarting = policyRestarts(*document, state);
            state.removing = isEphemeral(*document);
        }
        record->pidfd.reset();
        const auto later = std::ranges::stable_partition(record->waiters, [](const std::weak_ptr<Waiter>& w) {
            const auto waiter = w.lock();
            return waiter && waiter->condition() == WaitCondition::Removed;
        });
        due.assign(later.begin(), later.end());
        record->waiters.erase(later.begin(), later.end());
    }
    record->changed.notify_all();
    for (const auto& weak : due) {
        if (const auto waiter = weak.lock())
            waiter->fire(status.code);
    }
    if (status.oomKilled)
        publishTelling(*record, "oom", {});
    publishTelling(*record, "die",
                   {{"exitCode", std::to_string(status.code)},
                    {"execDuration", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(lived).count())}});
    telling.unlock();
    worker.post([this, record, run] { finish(record, run); });
}

void ContainerService::Impl::finish(const RecordPtr& record, std::uint64_t run)
{
    const std::lock_guard operation(record->op);
    bool remove = false;
    bool restart = false;
    {
        const std::lock_guard lock(record->mutex);
        if (record->run != run || record->state.running || record->removed)
            return;
        remove = record->state.removing;
        restart = record->state.restarting;
    }
    settle(record);
    if (remove) {
        if (auto removed = removeLocked(record, true); !removed)
            log::warn("container {}: auto-remove failed: {}", shortId(record->id), removed.error().message);
        return;
    }
    if (restart)
        scheduleRestart(record);
}

// crun's own way costs a process; it is kept for where we cannot do the same.
Status ContainerService::Impl::destroyRuntime(const ContainerRecord& record)
{
    const std::string& id = record.id;
    const std::string group = cgroupOf(record);
    const auto hasEnded = [&] {
        return std::filesystem::exists(runDirOf(id) / "pid") && !s.runtime.recover(runDirOf(id));
    };
    if (group.empty() ? !hasEnded() : !s.cgroups.remove(group))
        return s.runtime.destroy(id, group);
    s.runtime.forget(id);
    return {};
}

void ContainerService::Impl::settle(const RecordPtr& record)
{
    if (!record->dirty)
        return;
    record->dirty = false;
    const auto report = [&](const char* what, const Status& status) {
        if (!status)
            log::warn("container {}: {}: {}", shortId(record->id), what, status.error().message);
    };
    report("runtime clean-up", destroyRuntime(*record));
    report("network clean-up", s.networks.tearDown(record->id));
    if (std::exchange(record->volumesTold, false))
        publishVolumes(*record, "unmount");
    s.volumes.release(record->id);
    s.snapshots.unmountLater(record->id);
    std::error_code ignored;
    std::filesystem::remove_all(runDirOf(record->id), ignored);
    dropExecs(record->id, true);
    bool removing = false;
    {
        const std::lock_guard lock(record->mutex);
        record->state.endpoints.clear();
        record->state.ports.clear();
        removing = record->state.removing;
    }
    if (!removing)
        saveState(*record);
}

void ContainerService::Impl::scheduleRestart(const RecordPtr& record)
{
    std::uint64_t run = 0;
    std::chrono::milliseconds delay{};
    {
        const std::lock_guard lock(record->mutex);
        delay = std::min<std::chrono::milliseconds>(firstDelay * (1ll << std::min(record->backoffStep, 12)), longestDelay);
        ++record->backoffStep;
        run = record->run;
    }
    worker.post(
        [this, record, run] {
            const std::lock_guard operation(record->op);
            {
                const std::lock_guard lock(record->mutex);
                if (record->run != run || !record->state.restarting || record->removed)
                    return;
                ++record->state.restartCount;
            }
            if (auto started = startLocked(record); !started) {
                log::warn("container {}: restart failed: {}", shortId(record->id), started.error().message);
                {
                    const std::lock_guard lock(record->mutex);
                    record->state.restarting = false;
                }
                record->changed.notify_all();
            }
        },
        delay);
}

} // namespace slipway
