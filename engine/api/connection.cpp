// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <format>
#include <stdexcept>

#include "api/body_source.h"
#include "api/detach_scanner.h"
#include "api/http_refusal.h"
#include "api/http_status.h"
#include "api/router.h"
#include "api/web_socket.h"
#include "base/log.h"

namespace slipway::api
{
namespace
{

namespace beast = boost::beast;
namespace http = beast::http;
using Parser = BodySource::Parser;

constexpr std::size_t jsonLimit = 4u << 20;
constexpr std::uint32_t headLimit = (1u << 20) + 4096; // Go's
constexpr std::size_t pieceSize = 64 * 1024;
constexpr auto headerPatience = std::chrono::seconds(30);
constexpr auto farewellPatience = std::chrono::seconds(10);
constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

std::string headText(std::string_view version, int status, std::string_view contentType, bool last)
{
    std::string head = std::format("{} {} {}\r\nApi-Version: 1.45\r\nDocker-Experimental: false\r\nOstype: linux\r\n"
                                   "Server: Slipway/0.1.0 (linux)\r\n",
                                   version, status, reasonPhrase(status));
    if (!contentType.empty())
        head += std::format("Content-Type: {}\r\n", contentType);
    if (last)
        head += "Connection: close\r\n";
    return head;
}

Status gone() { return fail(ErrorKind::Cancelled, clientGone); }

class Connection final : public Exchange
{
public:
    Connection(Api& api, std::shared_ptr<Socket> socket) : m_api(api), m_socket(std::move(socket)), m_timer(api.reactor) {}
    Task<bool> serveOne();

    void header(const std::string& name, const std::string& value) override { m_headers += name + ": " + value + "\r\n"; }
    Task<Status> begin(std::string contentType, int status) override;
    Task<Status> write(std::string_view bytes) override;
    [[nodiscard]] bool begun() const override { return m_begun; }
    Task<Status> hijack(std::string contentType) override;
    Task<Status> writeRaw(std::string_view bytes) override;
    Task<void> splice(UniqueFd peer, std::string detachKeys) override;
    Task<Status> acceptWebSocket(bool binary) override;
    Task<void> spliceWebSocket(UniqueFd peer, std::string first, std::string detachKeys) override;
    [[nodiscard]] Result<Peer> peer() const override { return peerOf(m_socket->native_handle()); }
    ByteSource& body() override
    {
        if (!m_body)
            m_body.emplace(m_socket->native_handle(), *m_parser, m_buffer);
        return *m_body;
    }
    void whenPeerGone(std::function<void()> onGone) override;

private:
    Task<bool> readHead();
    Task<boost::system::error_code> receiveHead();
    Task<bool> readBody(HttpRequest& request, bool& tooLarge);
    Task<bool> answer(const HttpResponse& response, bool head);
    Task<void> hearOut();
    Task<void> refuse(const Refusal& refusal);
    Task<void> dispatch(const Route& route, const HttpRequest& request, bool& keep);
    HttpRequest takeRequest(std::string& target);

    Api& m_api;
    std::shared_ptr<Socket> m_socket;
    asio::steady_timer m_timer;
    beast::flat_buffer m_buffer;
    std::optional<Parser> m_parser;
    std::optional<BodySource> m_body;
    std::shared_ptr<WebSocket> m_webSocket;
    std::string m_headers; // of the present answer
    bool m_begun = false, m_raw = false;
    bool m_last = false; // no other request is read from this connection
    bool m_http10 = false; // knows no chunks
};

Task<bool> Connection::readHead()
{
    m_parser.emplace();
    m_body.reset();
    m_begun = m_raw = m_last = false;
    m_headers.clear();
    m_parser->body_limit(boost::none);
    m_parser->header_limit(headLimit);
    if (m_buffer.size() == 0) {
        const auto [waited] = co_await m_socket->async_wait(Socket::wait_read, quiet);
        if (waited)
            co_return false;
    }
    m_timer.expires_after(headerPatience);
    m_timer.async_wait([socket = m_socket](boost::system::error_code error) {
        if (!error)
            socket->close(error);
    });
    const boost::system::error_code error = co_await receiveHead();
    m_timer.cancel();
    if (error == http::error::header_limit) {
        const Refusal tooLong{"431 Request Header Fields Too Large"};
        co_await refuse(tooLong);
    } else if (error && error != http::error::end_of_stream && error.category() == boost::system::error_code(http::error::end_of_stream).category()) {
        const auto left = m_buffer.data();
        const Refusal refusal = refuseHead({static_cast<const char*>(left.data()), left.size()});
        co_await refuse(refusal);
    }
    co_return !error;
}

// http::async_read_header(), but for the exception that Beast throws out of the reactor for a field of 64 KiB.
Task<boost::system::error_code> Connection::receiveHead()
{
    while (true) {
        boost::system::error_code error = http::error::need_more;
        try {
            if (m_buffer.size() > 0)
                m_buffer.consume(m_parser->put(m_buffer.data(), error));
        } catch (const std::length_error&) {
            error = http::error::header_limit;
        }
        if (m_parser->is_header_done() || (error && error != http::error::need_more))
            co_return error;
        const auto [failed, got] = co_await m_socket->async_read_some(m_buffer.prepare(beast::read_size(m_buffer, pieceSize)), quiet);
        if (failed == asio::error::eof)
            co_return m_parser->got_some() || m_buffer.size() > 0 ? http::error::partial_message : http::error::end_of_stream;
        if (failed)
            co_return failed;
        m_buffer.commit(got);
    }
}

// As Go: no other headers, and the connection ends.
Task<void> Connection::refuse(const Refusal& refusal)
{
    std::string text = "HTTP/1.1 " + refusal.status + "\r\n";
    if (refusal.text.empty())
        text += "Content-Length: 0\r\n";
    else
        text += "Content-Type: text/plain; charset=utf-8\r\n";
    text += "Connection: close\r\n\r\n" + refusal.text;
    co_await asio::async_write(*m_socket, asio::buffer(text), quiet);
    co_await hearOut();
}

// To a TARGET that no route has.
HttpResponse withoutRoute(std::string_view target, const Status& parsed)
{
    if (target == "*") // OPTIONS
        return noContent(200);
    if (auto clean = cleanTarget(target))
        return {301, "", "", {{"Location", std::move(*clean)}}};
    return errorResponse(parsed ? Error{ErrorKind::NotFound, "page not found"} : parsed.error());
}

HttpRequest Connection::takeRequest(std::string& target)
{
    HttpRequest request;
    const auto& message = m_parser->get();
    request.method = std::string(message.method_string());
    target = std::string(message.target());
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers[name] = std::string(field.value());
    }
    return request;
}

Task<bool> Connection::readBody(HttpRequest& request, bool& tooLarge)
{
    std::string piece(pieceSize, '\0');
    while (!m_parser->is_done()) {
        auto& body = m_parser->get().body();
        body.data = piece.data();
        body.size = piece.size();
        const auto [error, size] = co_await http::async_read_some(*m_socket, m_buffer, *m_parser, quiet);
        request.body.append(piece.data(), piece.size() - m_parser->get().body().size);
        if (error == http::error::partial_message || error == http::error::end_of_stream) {
            request.bodyProblem = "unexpected EOF";
            co_return true;
        }
        if (error == http::error::bad_chunk || error == http::error::bad_chunk_extension) {
            const std::string_view left(static_cast<const char*>(m_buffer.data().data()), m_buffer.size());
            const bool tooLong = left.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos && left.find_first_not_of("0123456789abcdefABCDEF") > 16;
            request.bodyProblem = tooLong ? "http chunk length too large" : "invalid byte in chunk length";
            m_last = true;
            co_return true;
        }
        if (error && error != http::error::need_buffer)
            co_return false;
        if (request.body.size() > jsonLimit) {
            tooLarge = true;
            co_return false;
        }
    }
    co_return true;
}

Task<bool> Connection::answer(const HttpResponse& response, bool head)
{
    std::string text = headText(m_http10 ? "HTTP/1.0" : "HTTP/1.1", response.status, response.contentType, m_last && !m_http10);
    for (const auto& [name, value] : response.headers)
        text += name + ": " + value + "\r\n";
    if (response.status != 204 && response.status != 304)
        text += std::format("Content-Length: {}\r\n", response.body.size());
    text += "\r\n";
    if (!head)
        text += response.body;
    const auto [error, size] = co_await asio::async_write(*m_socket, asio::buffer(text), quiet);
    co_return !error;
}

Task<bool> Connection::serveOne()
{
    if (!co_await readHead())
        co_return false;
    std::string target;
    HttpRequest request = takeRequest(target);
    bool keep = m_parser->get().keep_alive();
    const bool head = request.method == "HEAD";
    m_http10 = m_parser->get().version() < 11;
    m_last = !keep;
    if (const auto refusal = refuseRequest(request, target, m_parser->get().count(http::field::host), m_http10)) {
        co_await refuse(*refusal);
        co_return false;
    }
    target = originForm(target);
    const Status parsed = parseTarget(target, request);
    const Route* const route = parsed && !cleanTarget(target) ? findRoute(request) : nullptr;
    if (request.header("expect") == "100-continue") {
        static constexpr std::string_view go = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(*m_socket, asio::buffer(go), quiet);
    }
    if (route == nullptr || !route->streamsBody) {
        bool tooLarge = false;
        const bool whole = co_await readBody(request, tooLarge);
        if (tooLarge) {
            m_last = true;
            co_await answer(jsonResponse({{"message", "http: request body too large"}}, 413), false);
            co_await hearOut();
        }
        if (!whole)
            co_return false;
        keep = keep && request.bodyProblem.empty();
    } else {
        keep = false;
        m_last = true;
    }
    if (route == nullptr) {
        const HttpResponse response = withoutRoute(target, parsed);
        const bool sent = co_await answer(response, head);
        co_return sent && keep;
    }
    log::debug("{} {}", request.method, request.path);
    co_await dispatch(*route, request, keep);
    if (route->streamsBody && !m_parser->is_done())
        co_await hearOut();
    co_return keep && !m_raw;
}

// A client that is still sending when we close gets a broken pipe instead of its answer: it may go on until it has read it.
Task<void> Connection::hearOut()
{
    boost::system::error_code ignored;
    m_socket->shutdown(Socket::shutdown_send, ignored);
    m_timer.expires_after(farewellPatience);
    m_timer.async_wait([socket = m_socket](boost::system::error_code error) {
        if (!error)
            socket->close(error);
    });
    std::string unheard(pieceSize, '\0');
    while (true) {
        const auto [error, size] = co_await m_socket->async_read_some(asio::buffer(unheard), quiet);
        if (error)
            break;
    }
    m_timer.cancel();
}

Result<HttpResponse> callGuarded(const Route& route, Services& services, const HttpRequest& request)
{
    try {
        return route.call(services, request);
    } catch (const std::exception& e) {
        return fail(ErrorKind::Internal, std::string("unexpected: ") + e.what());
    }
}

Task<void> Connection::dispatch(const Route& route, const HttpRequest& request, bool& keep)
{
    if (route.call != nullptr) {
        Result<HttpResponse> result = co_await onPool(
            m_api, [this, &route, &request] { return callGuarded(route, m_api.services, request); });
        const HttpResponse response = result ? std::move(*result) : errorResponse(result.error());
        const bool sent = co_await answer(response, request.method == "HEAD");
        keep = keep && sent;
        co_return;
    }
    const Status status = co_await route.stream(m_api, request, *this);
    if (m_raw) {
        keep = false;
        co_return;
    }
    boost::system::error_code ignored;
    m_socket->cancel(ignored); // whenPeerGone() of this exchange says nothing about the next
    bool sent = false;
    if (!m_begun) {
        sent = co_await answer(status ? noContent(200) : errorResponse(status.error()), false);
    } else if (status && !m_http10) {
        static constexpr std::string_view last = "0\r\n\r\n";
        const auto [error, size] = co_await asio::async_write(*m_socket, asio::buffer(last), quiet);
        sent = !error;
    }
    keep = keep && sent;
}

Task<Status> Connection::begin(std::string contentType, int status)
{
    m_begun = true;
    const std::string text = headText(m_http10 ? "HTTP/1.0" : "HTTP/1.1", status, contentType, m_last && !m_http10) + m_headers +
        (m_http10 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
    const auto [error, size] = co_await asio::async_write(*m_socket, asio::buffer(text), quiet);
    if (error)
        co_return gone();
    co_return Status();
}

Task<Status> Connection::write(std::string_view bytes)
{
    if (bytes.empty())
        co_return Status();
    if (m_http10)
        co_return co_await writeRaw(bytes);
    std::string text = std::format("{:x}\r\n", bytes.size());
    text.append(bytes);
    text += "\r\n";
    const auto [error, size] = co_await asio::async_write(*m_socket, asio::buffer(text), quiet);
    if (error)
        co_return gone();
    co_return Status();
}

Task<Status> Connection::hijack(std::string contentType)
{
    m_raw = true;
    std::string text;
    if (m_parser->get().find(http::field::upgrade) != m_parser->get().end())
        text = "HTTP/1.1 101 UPGRADED\r\nContent-Type: " + contentType +
               "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    else // whoever does not upgrade knows one type only
        text = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
    co_return co_await writeRaw(text);
}

Task<Status> Connection::writeRaw(std::string_view bytes)
{
    const auto [error, size] = co_await asio::async_write(*m_socket, asio::buffer(bytes), quiet);
    if (error)
        co_return gone();
    co_return Status();
}

Task<void> pumpInput(std::shared_ptr<Socket> client, std::shared_ptr<Socket> peer, std::string first, std::string keys)
{
    DetachScanner scanner(std::move(keys));
    std::string buffer(16 * 1024, '\0'), out;
    std::string_view in = first;
    while (true) {
        out.clear();
        const bool detach = scanner.scan(in, out);
        if (!out.empty()) {
            const auto [error, size] = co_await asio::async_write(*peer, asio::buffer(out), quiet);
            if (error)
                co_return;
        }
        boost::system::error_code ignored;
        if (detach) {
            peer->shutdown(Socket::shutdown_both, ignored);
            co_return;
        }
        const auto [error, size] = co_await client->async_read_some(asio::buffer(buffer), quiet);
        if (error) {
            peer->shutdown(Socket::shutdown_send, ignored);
            co_return;
        }
        in = std::string_view(buffer.data(), size);
    }
}

Task<void> Connection::splice(UniqueFd fd, std::string detachKeys)
{
    boost::system::error_code ignored;
    auto peer = std::make_shared<Socket>(m_api.reactor);
    peer->assign(asio::local::stream_protocol(), fd.get(), ignored);
    if (ignored)
        co_return;
    static_cast<void>(fd.release());
    whenPeerGone([peer] {
        boost::system::error_code unused;
        peer->shutdown(Socket::shutdown_both, unused);
    });
    std::string first(static_cast<const char*>(m_buffer.data().data()), m_buffer.size());
    m_buffer.consume(m_buffer.size());
    asio::co_spawn(m_api.reactor, pumpInput(m_socket, peer, std::move(first), std::move(detachKeys)), asio::detached);
    std::string buffer(pieceSize, '\0');
    while (true) {
        const auto [error, size] = co_await peer->async_read_some(asio::buffer(buffer), quiet);
        if (error || size == 0)
            break;
        const auto [failed, sent] = co_await asio::async_write(*m_socket, asio::buffer(buffer.data(), size), quiet);
        if (failed)
            break;
    }
    peer->close(ignored);
    m_socket->shutdown(Socket::shutdown_both, ignored);
}

Task<Status> Connection::acceptWebSocket(bool binary)
{
    const auto& message = m_parser->get();
    if (!WebSocket::isAsked(message))
        co_return fail(ErrorKind::InvalidArgument, "not websocket protocol");
    m_raw = true;
    m_webSocket = std::make_shared<WebSocket>(m_api, m_socket, binary);
    co_return co_await m_webSocket->accept(message);
}

Task<void> Connection::spliceWebSocket(UniqueFd peer, std::string first, std::string detachKeys)
{
    co_await m_webSocket->splice(std::move(peer), std::move(first), std::move(detachKeys));
}

void Connection::whenPeerGone(std::function<void()> onGone)
{
    pollfd now{m_socket->native_handle(), 0, 0};
    if (::poll(&now, 1, 0) > 0 && (now.revents & (POLLHUP | POLLERR)))
        return asio::post(m_api.reactor, std::move(onGone));
    m_socket->async_wait(Socket::wait_error, [socket = m_socket, onGone = std::move(onGone)](boost::system::error_code error) {
        if (error != asio::error::operation_aborted)
            onGone();
    });
}

} // namespace

Task<void> serveConnection(Api& api, std::shared_ptr<Socket> socket)
{
    Connection connection(api, socket);
    try {
        while (co_await connection.serveOne())
            ;
    } catch (const std::exception& e) {
        log::error("a connection failed: {}", e.what());
    }
    boost::system::error_code ignored;
    socket->shutdown(Socket::shutdown_both, ignored);
    socket->close(ignored);
}

} // namespace slipway::api
