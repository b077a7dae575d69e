// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/unique_fd.h"
#include "container/container_service.h"
#include "network/network_service.h"

namespace slipway
{

// What a container is doing. Kept in ROOT/containers/ID/state.json for display after an engine restart; whether it runs
// is asked of its monitor, never believed from there.
struct ContainerState
{
    bool running = false, paused = false, restarting = false, removing = false, oomKilled = false;
    bool manuallyStopped = false; // by stop or kill: unless-stopped leaves it so
    pid_t pid = 0;
    int exitCode = 0;
    int restartCount = 0;
    std::string error;
    TimePoint startedAt{}, finishedAt{};
    std::vector<Endpoint> endpoints;
    std::vector<PortBinding> ports;
    std::string sandboxId; // of the last run's network namespace
    Json health; // State.Health of inspect; null without a health check
};

[[nodiscard]] Json stateToJson(const ContainerState& state);
[[nodiscard]] ContainerState stateFromJson(const Json& json);
// Addresses and ports of one run. Kept in RUN/containers/ID/network.json before the process exists: an engine that was
// killed between its start and the answer finds them with it.
[[nodiscard]] Json connectionsToJson(const std::vector<Endpoint>& endpoints, const std::vector<PortBinding>& ports);
void readConnections(const Json& json, ContainerState& state);

// Somebody waiting for an exit or a removal; ON_DONE runs at most once and never after cancel().
class Waiter
{
public:
    Waiter(ContainerService::WaitCondition condition, std::function<void(Result<int>)> onDone)
        : m_condition(condition), m_onDone(std::move(onDone))
    {
    }
    [[nodiscard]] ContainerService::WaitCondition condition() const { return m_condition; }
    void fire(Result<int> result)
    {
        if (auto f = take())
            f(std::move(result));
    }
    void cancel() { static_cast<void>(take()); }

private:
    std::function<void(Result<int>)> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_onDone, nullptr);
    }
    const ContainerService::WaitCondition m_condition;
    std::mutex m_mutex;
    std::function<void(Result<int>)> m_onDone;
};

// One container in memory. OP is held over whole operations (start, remove, clean-up after an exit); MUTEX guards the data
// for moments only and is never held while calling another service. TELLING is held while an event is published, and by an exit
// from the change of state on: who sees the end and acts on it at once is told of after it. Order: op, telling, mutex.
struct ContainerRecord
{
    explicit ContainerRecord(std::string containerId) : id(std::move(containerId)) {}

    const std::string id;
    std::mutex op;
    mutable std::mutex telling;

    mutable std::mutex mutex;
    std::condition_variable changed;      // state.running or removed changed
    std::shared_ptr<const Json> document; // replaced as a whole
    ContainerState state;
    UniqueFd pidfd;
    std::uint64_t run = 0;     // counts starts: a late exit report of an earlier run is not ours
    bool dirty = false;        // something of the last run is still to be taken away (guarded by op)
    bool volumesTold = false;  // their "mount" was published (guarded by op)
    bool removed = false;
    bool restartAsked = false; // restart() is at work: no auto-remove, no policy
    int backoffStep = 0;
    std::vector<std::weak_ptr<Waiter>> waiters;
    std::vector<MonitorRequest::Attacher> attachers; // came before start

    [[nodiscard]] std::shared_ptr<const Json> doc() const
    {
        const std::lock_guard lock(mutex);
        return document;
    }
    [[nodiscard]] ContainerState snapshot() const
    {
        const std::lock_guard lock(mutex);
        return state;
    }
    [[nodiscard]] std::string name() const; // without the slash
};
using RecordPtr = std::shared_ptr<ContainerRecord>;

} // namespace slipway
