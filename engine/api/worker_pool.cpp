// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/worker_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::api
{

struct WorkerPool::State
{
    std::mutex mutex;
    std::condition_variable work, ended;
    std::deque<std::move_only_function<void()>> tasks;
    unsigned threads = 0, idling = 0, limit;
    std::chrono::milliseconds idle;
    bool closed = false;

    void loop()
    {
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
    if (m_state->idling >= m_state->tasks.size()) {
        m_state->work.notify_one();
    } else if (m_state->threads < m_state->limit) {
        ++m_state->threads;
        std::thread([state = m_state] { state->loop(); }).detach();
    }
}

bool WorkerPool::drain(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_state->mutex);
    m_state->closed = true;
    m_state->work.notify_all();
    return m_state->ended.wait_for(lock, patience, [&] { return m_state->threads == 0; });
}

} // namespace slipway::api
