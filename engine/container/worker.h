// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway
{

// A few threads that run tasks at or after their time. The destructor drops what has not begun and waits for the rest.
class Worker
{
public:
    explicit Worker(int threads);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    void post(std::function<void()> task, std::chrono::milliseconds delay = {});
    void atLeast(int threads); // for tasks that wait long: so many may do so at once

private:
    void loop();
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> m_tasks;
    bool m_stopping = false;
    std::vector<std::jthread> m_threads; // guarded by m_mutex until the destructor
};

} // namespace slipway
