// SPDX-License-Identifier: GPL-3.0-or-later
#include "client.h"

#include <cerrno>
#include <sys/socket.h>

namespace slipway::monitor
{

bool Client::flush()
{
    std::size_t sent = 0;
    while (sent < pending.size()) {
        const ssize_t n = ::send(fd.get(), pending.data() + sent, pending.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            return false;
        sent += static_cast<std::size_t>(n);
    }
    pending.erase(0, sent);
    return true;
}

} // namespace slipway::monitor
