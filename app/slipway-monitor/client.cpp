// SPDX-License-Identifier: GPL-3.0-or-later
#include "client.h"

#include <cerrno>
#include <sys/socket.h>

namespace slipway::monitor
{

namespace
{
constexpr std::size_t worthMoving = 256 * 1024;
}

bool Outbox::flush(int fd)
{
    while (!empty()) {
        const ssize_t n = ::send(fd, m_bytes.data() + m_sent, size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            return false;
        m_sent += static_cast<std::size_t>(n);
    }
    if (empty()) {
        clear();
    } else if (m_sent >= worthMoving) {
        m_bytes.erase(0, m_sent);
        m_sent = 0;
    }
    return true;
}

void Client::flush()
{
    if (pending.flush(fd.get()))
        return;
    kind = Kind::Closing;
    pending.clear();
}

} // namespace slipway::monitor
