// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace slipway
{

// One thing that happened, in Docker's words: type "container", action "start", actor = the container's id with
// attributes (image, name, exitCode, labels…). Both sides of GET /events, the window's source of truth for changes.
struct Event
{
    std::string type;   // container, image, network, volume, daemon, builder
    std::string action; // create, start, die, "exec_start: sh", …
    std::string actorId;
    std::map<std::string, std::string> attributes;
    TimePoint time{};
};

// In-process bus: services publish, API streams subscribe. Thread-safe. The last 1,024 events are kept for replay.
class EventBus
{
public:
    using Listener = std::function<void(const Event&)>;
    // Unsubscribes when destroyed; after the destructor returns the listener is not running and never runs again
    // (so it must not be destroyed inside its own listener).
    using Subscription = std::shared_ptr<void>;

    EventBus();
    ~EventBus();
    EventBus(const EventBus&) = delete;
    EventBus& operator=(const EventBus&) = delete;

    // Sets time when it is zero. Listeners run on the publishing thread, in order of time: they must only hand over.
    void publish(Event event);

    // Kept events since SINCE come first (none when SINCE is zero), then live ones: no gap and no duplicate between.
    [[nodiscard]] Subscription subscribe(Listener listener, TimePoint since = {});

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace slipway
