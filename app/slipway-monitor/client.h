// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace slipway::monitor
{

// Bytes on their way to a socket, which takes some of them at a time.
class Outbox
{
public:
    void add(std::string_view bytes) { m_bytes += bytes; }
    void clear() { m_bytes.clear(), m_sent = 0; }
    [[nodiscard]] std::size_t size() const { return m_bytes.size() - m_sent; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] bool flush(int fd); // what the socket takes; false when the other side is gone

private:
    std::string m_bytes;
    std::size_t m_sent = 0; // of them
};

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
    Outbox pending;

    // True while it is so far behind that the container's output must wait: nothing is ever dropped.
    [[nodiscard]] bool behind() const { return kind == Kind::Attached && pending.size() > 1024 * 1024; }
    // Sends what it takes; closes it when the other side is gone.
    void flush();
};

} // namespace slipway::monitor
