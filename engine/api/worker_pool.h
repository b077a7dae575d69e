// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace slipway::api
{

// Threads for blocking service calls, made on demand up to a limit; an idle one ends after a few seconds, so a resting
// engine has none. A task waits only when the limit is reached; threads that wait for a client do not count. Thread-safe.
class WorkerPool
{
public:
    explicit WorkerPool(unsigned limit = 512, std::chrono::milliseconds idle = std::chrono::seconds(5));
    ~WorkerPool(); // like drain without a limit of time

    void run(std::move_only_function<void()> task); // the task does not throw
    // Takes no new tasks and waits for the running ones; false when they did not end in time.
    [[nodiscard]] bool drain(std::chrono::milliseconds patience);

    // While it lives, the calling thread of a pool waits for a client, who may never go on, and another may work instead. Does nothing on
    // other threads.
    class Away
    {
    public:
        Away();
        ~Away();
        Away(const Away&) = delete;
        Away& operator=(const Away&) = delete;
        // More wait for clients than may work: whoever is silent for as long as PATIENCE is to be given up.
        [[nodiscard]] bool crowded() const;
        static constexpr std::chrono::seconds patience{60};
    };

private:
    struct State;
    std::shared_ptr<State> m_state;
};

} // namespace slipway::api
