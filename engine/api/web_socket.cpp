// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/web_socket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "api/detach_scanner.h"

namespace slipway::api
{

namespace websocket = boost::beast::websocket;

namespace
{
constexpr std::size_t pieceSize = 32 * 1024;
constexpr auto patience = std::chrono::seconds(10); // for the handshake and the goodbye
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
} // namespace

struct WebSocket::Impl
{
    Api& api;
    std::shared_ptr<Socket> client;
    websocket::stream<Socket&, false> stream; // false: without compression

    Task<void> fromClient(std::shared_ptr<Socket> peer, std::string keys);
};

WebSocket::WebSocket(Api& api, std::shared_ptr<Socket> client, bool binary)
    : m_impl(new Impl{api, client, websocket::stream<Socket&, false>(*client)})
{
    m_impl->stream.binary(binary);
    m_impl->stream.set_option(websocket::stream_base::timeout{patience, websocket::stream_base::none(), false});
    m_impl->stream.read_message_max(0);
}

WebSocket::~WebSocket() = default;

bool WebSocket::isAsked(const Request& request) { return websocket::is_upgrade(request); }

Task<Status> WebSocket::accept(const Request& request)
{
    const auto [error] = co_await m_impl->stream.async_accept(request, quiet);
    if (error)
        co_return fail(ErrorKind::Cancelled, "the websocket was not opened: " + error.message());
    co_return Status();
}

Task<void> WebSocket::Impl::fromClient(std::shared_ptr<Socket> peer, std::string keys)
{
    DetachScanner scanner(std::move(keys));
    boost::system::error_code ignored;
    while (true) {
        boost::beast::flat_buffer buffer;
        const auto [error, size] = co_await stream.async_read_some(buffer, pieceSize, quiet);
        std::string out;
        const bool detach = scanner.scan({static_cast<const char*>(buffer.data().data()), buffer.size()}, out);
        if (!out.empty())
            co_await asio::async_write(*peer, asio::buffer(out), quiet);
        if (error || detach)
            break;
    }
    peer->shutdown(Socket::shutdown_both, ignored);
}

Task<void> WebSocket::splice(UniqueFd fd, std::string first, std::string detachKeys)
{
    boost::system::error_code ignored;
    if (!fd) { // nothing follows FIRST
        if (!first.empty())
            co_await m_impl->stream.async_write(asio::buffer(first), quiet);
        co_await m_impl->stream.async_close(websocket::close_code::normal, quiet);
        co_return;
    }
    auto peer = std::make_shared<Socket>(m_impl->api.reactor);
    peer->assign(asio::local::stream_protocol(), fd.get(), ignored);
    if (ignored)
        co_return;
    static_cast<void>(fd.release());
    const auto reads = [](std::shared_ptr<WebSocket> self, std::shared_ptr<Socket> to, std::string keys) -> Task<void> {
        co_await self->m_impl->fromClient(std::move(to), std::move(keys));
    };
    asio::co_spawn(m_impl->api.reactor, reads(shared_from_this(), peer, std::move(detachKeys)), asio::detached);
    std::string buffer = std::move(first);
    std::size_t size = buffer.size();
    buffer.resize(std::max(size, pieceSize));
    while (true) {
        if (size > 0) {
            const auto [failed, sent] = co_await m_impl->stream.async_write(asio::buffer(buffer.data(), size), quiet);
            if (failed)
                break;
        }
        const auto [error, got] = co_await peer->async_read_some(asio::buffer(buffer.data(), pieceSize), quiet);
        if (error || got == 0)
            break;
        size = got;
    }
    if (m_impl->stream.is_open())
        co_await m_impl->stream.async_close(websocket::close_code::normal, quiet);
    peer->close(ignored);
}

} // namespace slipway::api
