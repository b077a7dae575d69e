// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/worker.h"

namespace slipway
{

Worker::Worker(int threads)
{
    atLeast(threads);
}

void Worker::atLeast(int threads)
{
    const std::lock_guard lock(m_mutex);
    while (!m_stopping && m_threads.size() < static_cast<std::size_t>(threads))
        m_threads.emplace_back([this] { loop(); });
}

Worker::~Worker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
}

void Worker::post(std::function<void()> task, std::chrono::milliseconds delay)
{
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.emplace(std::chrono::steady_clock::now() + delay, std::move(task));
    }
    m_wake.notify_one();
}

void Worker::loop()
{
    std::unique_lock lock(m_mutex);
    while (!m_stopping) {
        if (m_tasks.empty()) {
            m_wake.wait(lock);
            continue;
        }
        const auto first = m_tasks.begin();
        if (first->first > std::chrono::steady_clock::now()) {
            m_wake.wait_until(lock, std::chrono::steady_clock::time_point(first->first));
            continue;
        }
        const auto task = std::move(first->second);
        m_tasks.erase(first);
        lock.unlock();
        task();
        lock.lock();
    }
}

} // namespace slipway
