// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/worker_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace slipway::api
{

struct WorkerPool::State : std::enable_shared_from_this<WorkerPool::State>
{
    static thread_local State* ofThisThread;
    std::mutex mutex;
    std::condition_variable work, ended;
    std::deque<std::move_only_function<void()>> tasks;
    unsigned threads = 0, idling = 0, away = 0, limit;
    std::chrono::milliseconds idle;
    bool closed = false;

    // A thread for what nobody who idles will take; with the mutex held.
    void grow()
    {
        if (idling >= tasks.size() || threads >= limit + away)
            return;
        try {
            std::thread([state = shared_from_this()] { state->loop(); }).detach();
            ++threads;
        } catch (const std::system_error&) { // the machine has no more: those that there are will do it
            if (threads == 0)
                throw;
        }
    }

    void loop()
    {
        ofThisThread = this;
        std::unique_lock lock(mutex);
        while (true) {
            while (!tasks.empty()) {
                auto task = std::move(tasks.front());
                tasks.pop_front();
                lock.unlock();
                task();
                task = {};
                lock.lock();
            }
            ++idling;
            const bool woken = work.wait_for(lock, idle, [&] { return closed || !tasks.empty(); });
            --idling;
            if (!woken || (closed && tasks.empty()))
                break;
        }
        --threads;
        ended.notify_all();
    }
};

thread_local WorkerPool::State* WorkerPool::State::ofThisThread = nullptr;

WorkerPool::WorkerPool(unsigned limit, std::chrono::milliseconds idle) : m_state(std::make_shared<State>())
{
    m_state->limit = limit;
    m_state->idle = idle;
}

WorkerPool::~WorkerPool()
{
    while (!drain(std::chrono::seconds(60)))
        ;
}

void WorkerPool::run(std::move_only_function<void()> task)
{
    const std::lock_guard lock(m_state->mutex);
    if (m_state->closed)
        return;
    m_state->tasks.push_back(std::move(task));
    if (m_state->idling >= m_state->tasks.size())
        m_state->work.notify_one();
    m_state->grow();
}

bool WorkerPool::drain(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_state->mutex);
    m_state->closed = true;
    m_state->work.notify_all();
    return m_state->ended.wait_for(lock, patience, [&] { return m_state->threads == 0; });
}

WorkerPool::Away::Away()
{
    State* const state = State::ofThisThread;
    if (state == nullptr)
        return;
    const std::lock_guard lock(state->mutex);
    ++state->away;
    state->grow();
}

WorkerPool::Away::~Away()
{
    State* const state = State::ofThisThread;
    if (state == nullptr)
        return;
    const std::lock_guard lock(state->mutex);
    --state->away;
}

bool WorkerPool::Away::crowded() const
{
    State* const state = State::ofThisThread;
    if (state == nullptr)
        return false;
    const std::lock_guard lock(state->mutex);
    return state->away > state->limit;
}

} // namespace slipway::api
