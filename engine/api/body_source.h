// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>

#include "api/worker_pool.h"
#include "base/error.h"
#include "store/byte_source.h"

namespace slipway::api
{

inline constexpr const char* clientGone = "the client closed the connection";

// What is left of a request's body, read on a pool thread with plain system calls, so that it needs no Asio object. A client may take its
// time as long as threads are not needed for others: one that was silent for PATIENCE is given up only when the pool is crowded.
class BodySource final : public ByteSource
{
public:
    using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

    // FD does not block.
    BodySource(int fd, Parser& parser, boost::beast::flat_buffer& buffer, std::chrono::milliseconds patience = WorkerPool::Away::patience)
        : m_fd(fd), m_parser(parser), m_buffer(buffer), m_patience(patience)
    {
    }
    // 0 at the end; Cancelled when the client is gone or was given up, InvalidArgument for a body that is broken.
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override;

private:
    Status receive();
    Status await();

    int m_fd;
    Parser& m_parser;
    boost::beast::flat_buffer& m_buffer;
    std::chrono::milliseconds m_patience;
};

} // namespace slipway::api
