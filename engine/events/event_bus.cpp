// SPDX-License-Identifier: GPL-3.0-or-later
#include "events/event_bus.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

namespace slipway
{

namespace
{
constexpr std::size_t keptEvents = 1024;
}

struct EventBus::State
{
    std::mutex mutex; // also held while listeners run: that is what keeps order and makes unsubscribing final
    std::deque<Event> kept;
    std::vector<std::pair<std::uint64_t, Listener>> listeners;
    std::uint64_t nextListener = 1;
    TimePoint last{};
};

EventBus::EventBus() : m_state(std::make_shared<State>()) {}
EventBus::~EventBus() = default;

void EventBus::publish(Event event)
{
    const std::scoped_lock lock(m_state->mutex);
    if (event.time == TimePoint{})
        event.time = now();
    event.time = std::max(event.time, m_state->last + std::chrono::nanoseconds(1)); // unique, so "since" can resume
    m_state->last = event.time;
    m_state->kept.push_back(event);
    if (m_state->kept.size() > keptEvents)
        m_state->kept.pop_front();
    for (const auto& [id, listener] : m_state->listeners)
        listener(event);
}

EventBus::Subscription EventBus::subscribe(Listener listener, TimePoint since)
{
    const std::scoped_lock lock(m_state->mutex);
    if (since != TimePoint{}) {
        for (const Event& event : m_state->kept) {
            if (event.time >= since)
                listener(event);
        }
    }
    const std::uint64_t id = m_state->nextListener++;
    m_state->listeners.emplace_back(id, std::move(listener));
    return Subscription(nullptr, [state = m_state, id](void*) {
        const std::scoped_lock unsubscribe(state->mutex);
        std::erase_if(state->listeners, [id](const auto& entry) { return entry.first == id; });
    });
}

} // namespace slipway
