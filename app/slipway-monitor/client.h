// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.h"

namespace slipway::monitor
{

// One connection to monitor.sock, or a stream inherited from the engine. It starts by sending one request line
// ("attach in=1 out=1 err=1 framed=1[ kept=POSITION]", "resize ROWS COLUMNS", "wait", "info"); an attached one then carries streams.
struct Client
{
    enum class Kind : std::uint8_t { Asking, Attached, Waiting, Closing };

    UniqueFd fd;
    Kind kind = Kind::Asking;
    bool in = false, out = false, err = false;
    bool framed = false; // its output comes in Docker's frames
    bool readEnded = false;
    std::string request;
    std::string pending; // bytes on their way to it

    // True while it is so far behind that the container's output must wait: nothing is ever dropped.
    [[nodiscard]] bool behind() const { return kind == Kind::Attached && pending.size() > 1024 * 1024; }
    // Sends what the socket takes. False when the other side is gone.
    [[nodiscard]] bool flush();
};

} // namespace slipway::monitor
