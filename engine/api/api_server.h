// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "api/services.h"
#include "base/error.h"

namespace slipway::api
{

// The Docker Engine API on a unix socket. run() is the reactor thread: it accepts, parses and streams; services are called
// on pool threads.
class ApiServer
{
public:
    struct Options
    {
        std::filesystem::path socket;
        // Ends run() when there was no connection and no running container for this long.
        std::optional<std::chrono::seconds> idleExit;
    };
    // Makes the socket (mode 0600). Conflict when a live engine answers on it; a dead one is replaced.
    [[nodiscard]] static Result<std::unique_ptr<ApiServer>> open(Options options, Services services);
    ~ApiServer(); // removes the socket if it is still ours

    // Serves until stop() or SIGTERM/SIGINT. False: a request did not end in time (its thread still uses the services:
    // leave by _exit).
    [[nodiscard]] bool run();
    void stop(); // from any thread

private:
    struct Impl;
    explicit ApiServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::api
