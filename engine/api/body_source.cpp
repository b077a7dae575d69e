// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/body_source.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace slipway::api
{
namespace
{
namespace http = boost::beast::http;

constexpr std::size_t pieceSize = 64 * 1024;
} // namespace

Status BodySource::await()
{
    pollfd wait{m_fd, POLLIN, 0};
    const WorkerPool::Away away;
    while (::poll(&wait, 1, static_cast<int>(m_patience.count())) == 0)
        if (away.crowded())
            return fail(ErrorKind::Cancelled, "the client has sent nothing for too long");
    return {};
}

Status BodySource::receive()
{
    while (true) {
        auto space = m_buffer.prepare(pieceSize);
        const ssize_t got = ::recv(m_fd, space.data(), space.size(), MSG_DONTWAIT);
        if (got > 0) {
            m_buffer.commit(static_cast<std::size_t>(got));
            return {};
        }
        if (got == 0)
            return fail(ErrorKind::Cancelled, clientGone);
        if (errno != EAGAIN && errno != EINTR)
            return failErrno(errno, "reading the request");
        TRY_STATUS(await());
    }
}

Result<std::size_t> BodySource::read(std::span<std::byte> into)
{
    while (!m_parser.is_done()) {
        if (m_buffer.size() == 0)
            TRY_STATUS(receive());
        auto& body = m_parser.get().body();
        body.data = into.data();
        body.size = into.size();
        boost::system::error_code error;
        const std::size_t used = m_parser.put(m_buffer.data(), error);
        m_buffer.consume(used);
        const std::size_t got = into.size() - body.size;
        if (error && error != http::error::need_buffer && error != http::error::need_more)
            return fail(ErrorKind::InvalidArgument, "broken request body: " + error.message());
        if (got > 0)
            return got;
        if (error == http::error::need_more || used == 0) {
            if (m_parser.is_done())
                break;
            TRY_STATUS(receive());
        }
    }
    return 0;
}

} // namespace slipway::api
