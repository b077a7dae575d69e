// SPDX-License-Identifier: GPL-3.0-or-later
#include "forward_loop.h"

#include <array>
#include <chrono>
#include <sys/epoll.h>

namespace slipway::monitor
{

namespace
{
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
constexpr auto tickEvery = 5s;
constexpr auto drainFor = 300ms;

void control(int epoll, int operation, int fd, Source& source, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &source;
    ::epoll_ctl(epoll, operation, fd, &event);
}
} // namespace

ForwardLoop::ForwardLoop() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

void ForwardLoop::add(int fd, Source& source, std::uint32_t events) const
{
    control(m_epoll.get(), EPOLL_CTL_ADD, fd, source, events);
}

void ForwardLoop::change(int fd, Source& source, std::uint32_t events) const
{
    control(m_epoll.get(), EPOLL_CTL_MOD, fd, source, events);
}

void ForwardLoop::forget(int fd) const { ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr); }

void ForwardLoop::run(int wake)
{
    epoll_event wakeEvent{};
    wakeEvent.events = EPOLLIN;
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, wake, &wakeEvent); // data.ptr is null: nobody's source
    Clock::time_point nextTick = Clock::now() + tickEvery, end{};
    std::array<epoll_event, 64> events{};
    while (end == Clock::time_point{} || (!m_tasks.empty() && Clock::now() < end)) {
        const bool draining = end != Clock::time_point{};
        const int timeout = draining ? 10 : m_tasks.empty() ? -1 : 5000;
        const int count = ::epoll_wait(m_epoll.get(), events.data(), static_cast<int>(events.size()), timeout);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr) {
                static_cast<Source*>(event.data.ptr)->ready(event.events);
            } else {
                ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, wake, nullptr);
                end = Clock::now() + drainFor;
                for (const auto& task : m_tasks)
                    task->drain();
            }
        }
        if (Clock::now() >= nextTick) {
            nextTick = Clock::now() + tickEvery;
            for (const auto& task : m_tasks)
                task->tick();
        }
        m_tasks.remove_if([](const std::unique_ptr<Task>& task) { return task->done(); });
    }
    m_tasks.clear();
}

} // namespace slipway::monitor
