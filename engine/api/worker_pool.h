// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace slipway::api
{

// Threads for blocking service calls, made on demand up to a limit; an idle one ends after a few seconds, so a resting
// engine has none. A task waits only when the limit is reached. Thread-safe.
class WorkerPool
{
public:
    explicit WorkerPool(unsigned limit = 512, std::chrono::milliseconds idle = std::chrono::seconds(5));
    ~WorkerPool(); // like drain without a limit of time

    void run(std::move_only_function<void()> task); // the task does not throw
    // Takes no new tasks and waits for the running ones; false when they did not end in time.
    [[nodiscard]] bool drain(std::chrono::milliseconds patience);

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace slipway::api
