// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/grpc.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <mutex>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace slipway::buildkit
{

namespace
{
constexpr std::size_t maxMessage = 16 << 20;
constexpr std::size_t maxUnconsumed = 256 << 10;               // that was read and is not told yet
constexpr int callWindow = maxMessage + maxUnconsumed + 65536; // holds any message, and so much may be unread of one call
constexpr int connectionWindow = 64 << 20;
constexpr std::size_t maxUnsent = 1 << 20;
constexpr std::size_t maxTaken = 1 << 20;
constexpr std::size_t prefix = 5; // of a message: compressed or not, its size

std::string percentEncoded(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        if (c < ' ' || c > '~' || c == '%')
            encoded += std::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
            encoded += c;
    }
    return encoded;
}

std::string percentDecoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(&text[i + 1], &text[i + 1] + 2, value, 16).ptr == &text[i + 1] + 2) {
            decoded += static_cast<char>(value);
            i += 2;
        } else
            decoded += text[i];
    }
    return decoded;
}

nghttp2_nv header(std::string_view name, std::string_view value) // copied by nghttp2
{
    const auto bytes = [](std::string_view text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

Error cancelled() { return {ErrorKind::Cancelled, "the client gave the build up or is gone", 0}; }
} // namespace

class Call;

struct GrpcConnection::Impl : std::enable_shared_from_this<GrpcConnection::Impl>
{
    UniqueFd socket, wakeUp;
    Handler handler;
    nghttp2_session* session = nullptr;
    std::mutex mutex; // of the session and all calls
    std::condition_variable changed;
    std::map<std::int32_t, std::shared_ptr<Call>> calls;
    std::vector<std::stop_source> toStop; // once the mutex is free
    std::string unsent;
    int handlers = 0;
    bool ended = false;
    bool news = false; // for who waits for CHANGED: told once for all that came together
    void tell()
    {
        if (std::exchange(news, false))
            changed.notify_all();
    }
    std::thread io;

    ~Impl() { nghttp2_session_del(session); }
    void makeSession();
    void run();
    bool exchange();
    bool flush();
    void wake() const
    {
        const std::uint64_t one = 1;
        (void)!::write(wakeUp.get(), &one, sizeof one);
    }
    void serve(const std::shared_ptr<Call>& call);
    std::shared_ptr<Call> find(std::int32_t id) const
    {
        const auto found = calls.find(id);
        return found == calls.end() ? nullptr : found->second;
    }
};

class Call final : public GrpcCall
{
public:
    Call(std::shared_ptr<GrpcConnection::Impl> connection, bool answers) : m_connection(std::move(connection)), m_answers(answers) {}

    [[nodiscard]] const std::string& path() const override { return requestPath; }
    [[nodiscard]] std::string metadata(const std::string& name) const override
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    [[nodiscard]] Result<std::optional<std::string>> receive() override;
    [[nodiscard]] Status send(std::string_view message) override;
    void finish(GrpcCode code, const std::string& text) override;
    [[nodiscard]] std::stop_token stop() const override { return stopping.get_token(); }

    // Of the connection, under its mutex.
    nghttp2_ssize give(std::uint8_t* into, std::size_t room, std::uint32_t* flags);
    std::int32_t id = 0;
    std::string requestPath, inbox;
    std::size_t taken = 0, unconsumed = 0; // bytes of inbox that were, and those that the peer does not know to be
    GrpcMetadata headers;                  // of the request; on the calling side of the answer, with its trailers
    bool peerDone = false, closed = false;
    std::stop_source stopping;

private:
    [[nodiscard]] Result<std::optional<std::string>> ending() const;
    Result<std::optional<std::string>> nextMessage();

    std::shared_ptr<GrpcConnection::Impl> m_connection;
    bool m_answers;
    std::string m_outbox;
    bool m_done = false;
    GrpcCode m_code = GrpcCode::Ok;
    std::string m_text;
};

Result<std::optional<std::string>> Call::nextMessage()
{
    const std::string_view waiting = std::string_view(inbox).substr(taken);
    if (waiting.size() < prefix)
        return std::nullopt;
    const auto byte = [waiting](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(waiting[i])); };
    const std::size_t size = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
    if (size > maxMessage || waiting[0] != 0)
        return fail(ErrorKind::InvalidArgument, "a gRPC message that is compressed or larger than it may be");
    if (waiting.size() < prefix + size)
        return std::nullopt;
    std::string message(waiting.substr(prefix, size));
    taken += prefix + size;
    unconsumed += prefix + size;
    if (taken == inbox.size() || taken > maxTaken) { // not each time: what is left would be moved for every message
        inbox.erase(0, taken);
        taken = 0;
    }
    if (!closed && unconsumed > maxUnconsumed) {
        nghttp2_session_consume(m_connection->session, id, std::exchange(unconsumed, 0));
        m_connection->wake();
    }
    return message;
}

Result<std::optional<std::string>> Call::receive()
{
    std::unique_lock lock(m_connection->mutex);
    while (true) {
        TRY(auto message, nextMessage());
        if (message)
            return message;
        if (peerDone || closed)
            return ending();
        m_connection->changed.wait(lock);
    }
}

Result<std::optional<std::string>> Call::ending() const
{
    if (m_answers)
        return peerDone ? Result<std::optional<std::string>>(std::nullopt) : std::unexpected(cancelled());
    const std::string status = metadata("grpc-status");
    if (status == "0")
        return std::nullopt;
    if (status.empty())
        return std::unexpected(cancelled());
    const std::string text = percentDecoded(metadata("grpc-message"));
    if (status == std::to_string(int(GrpcCode::NotFound)))
        return fail(ErrorKind::NotFound, text);
    if (status == std::to_string(int(GrpcCode::Unimplemented)))
        return fail(ErrorKind::NotImplemented, text);
    return fail(ErrorKind::Internal, text);
}

Status Call::send(std::string_view message)
{
    std::unique_lock lock(m_connection->mutex);
    m_connection->changed.wait(lock, [&] { return closed || m_outbox.size() < maxUnsent; });
    if (closed || m_done)
        return std::unexpected(cancelled());
    const auto size = static_cast<std::uint32_t>(message.size());
    for (const unsigned shift : {32u, 24u, 16u, 8u, 0u}) // the first is "not compressed"
        m_outbox += shift == 32 ? '\0' : static_cast<char>(size >> shift & 0xff);
    m_outbox += message;
    nghttp2_session_resume_data(m_connection->session, id);
    m_connection->wake();
    return {};
}

void Call::finish(GrpcCode code, const std::string& text)
{
    const std::scoped_lock lock(m_connection->mutex);
    if (m_done || closed)
        return;
    m_done = true;
    m_code = code;
    m_text = percentEncoded(text);
    nghttp2_session_resume_data(m_connection->session, id);
    m_connection->wake();
}

nghttp2_ssize Call::give(std::uint8_t* into, std::size_t room, std::uint32_t* flags)
{
    const std::size_t count = std::min(room, m_outbox.size());
    std::memcpy(into, m_outbox.data(), count);
    m_outbox.erase(0, count);
    m_connection->changed.notify_all();
    if (!m_outbox.empty())
        return static_cast<nghttp2_ssize>(count);
    if (!m_done)
        return count > 0 ? static_cast<nghttp2_ssize>(count) : nghttp2_ssize(NGHTTP2_ERR_DEFERRED);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (m_answers) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const std::string status = std::to_string(int(m_code));
        const std::array trailers = {header("grpc-status", status), header("grpc-message", m_text)};
        nghttp2_submit_trailer(m_connection->session, id, trailers.data(), m_text.empty() ? 1 : 2);
    }
    return static_cast<nghttp2_ssize>(count);
}

namespace
{
using Impl = GrpcConnection::Impl;
Impl& implOf(void* user) { return *static_cast<Impl*>(user); }

nghttp2_ssize onRead(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t room, std::uint32_t* flags, nghttp2_data_source*, void* user)
{
    const auto call = implOf(user).find(id);
    return call ? call->give(into, room, flags) : nghttp2_ssize(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE);
}
constexpr nghttp2_data_provider2 provider{.source = {}, .read_callback = onRead};

int onBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user)
{
    Impl& impl = implOf(user);
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST && impl.handler) {
        auto call = std::make_shared<Call>(impl.shared_from_this(), true);
        call->id = frame->hd.stream_id;
        impl.calls[frame->hd.stream_id] = std::move(call);
    }
    return 0;
}

int onHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t nameSize, const std::uint8_t* value,
             std::size_t valueSize, std::uint8_t, void* user)
{
    const auto call = implOf(user).find(frame->hd.stream_id);
    if (!call)
        return 0;
    const std::string key(reinterpret_cast<const char*>(name), nameSize), text(reinterpret_cast<const char*>(value), valueSize);
    if (key == ":path")
        call->requestPath = text;
    call->headers.emplace(key, text);
    return 0;
}

int onFrame(nghttp2_session* session, const nghttp2_frame* frame, void* user)
{
    Impl& impl = implOf(user);
    const auto call = impl.find(frame->hd.stream_id);
    if (!call || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
        return 0;
    if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        call->peerDone = true;
    impl.news = true;
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        const std::array answer = {header(":status", "200"), header("content-type", "application/grpc")};
        nghttp2_submit_response2(session, call->id, answer.data(), answer.size(), &provider);
        impl.serve(call);
    }
    return 0;
}

int onData(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size, void* user)
{
    Impl& impl = implOf(user);
    if (const auto call = impl.find(id))
        call->inbox.append(reinterpret_cast<const char*>(data), size);
    else
        nghttp2_session_consume(impl.session, id, size);
    impl.news = true;
    return 0;
}

int onClose(nghttp2_session*, std::int32_t id, std::uint32_t, void* user)
{
    Impl& impl = implOf(user);
    if (const auto call = impl.find(id)) {
        call->closed = true;
        // What nobody reads must not fill the window.
        nghttp2_session_consume_connection(impl.session,
                                           call->inbox.size() - call->taken + std::exchange(call->unconsumed, 0));
        impl.toStop.push_back(call->stopping);
        impl.calls.erase(id);
    }
    impl.news = true;
    return 0;
}
} // namespace

void GrpcConnection::Impl::makeSession()
{
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    if (handler)
        nghttp2_session_server_new2(&session, callbacks, this, option);
    else
        nghttp2_session_client_new2(&session, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const std::array settings = {nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, callWindow},
                                 nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100}};
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connectionWindow);
}

// Writes what it can without waiting; false when the peer is gone.
bool GrpcConnection::Impl::flush()
{
    while (true) {
        if (unsent.empty()) {
            const std::scoped_lock lock(mutex);
            const std::uint8_t* data = nullptr;
            for (nghttp2_ssize size = 0; unsent.size() < 256 * 1024 && (size = nghttp2_session_mem_send2(session, &data)) > 0;)
                unsent.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
            tell();
        }
        if (unsent.empty())
            return true;
        const ssize_t sent = ::send(socket.get(), unsent.data(), unsent.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        unsent.erase(0, static_cast<std::size_t>(sent));
    }
}

// One turn: sends, waits, receives; false when the connection is over.
bool GrpcConnection::Impl::exchange()
{
    if (!flush())
        return false;
    std::array<pollfd, 2> fds{{{socket.get(), static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT), 0}, {wakeUp.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if (fds[1].revents) {
        std::uint64_t count = 0;
        (void)!::read(wakeUp.get(), &count, sizeof count);
    }
    if (!(fds[0].revents & (POLLIN | POLLHUP | POLLERR)))
        return true;
    std::array<std::uint8_t, 65536> buffer;
    const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    std::vector<std::stop_source> stopped;
    bool alive = false;
    {
        const std::scoped_lock lock(mutex);
        const bool taken = nghttp2_session_mem_recv2(session, buffer.data(), static_cast<std::size_t>(got)) >= 0;
        alive = taken && (nghttp2_session_want_read(session) || nghttp2_session_want_write(session));
        stopped.swap(toStop);
        tell();
    }
    for (std::stop_source& each : stopped)
        each.request_stop();
    return alive;
}

void GrpcConnection::Impl::run()
{
    while (exchange()) {
    }
    std::vector<std::stop_source> stopped;
    {
        const std::scoped_lock lock(mutex);
        ended = true;
        for (const auto& [id, call] : calls) {
            call->closed = true;
            stopped.push_back(call->stopping);
        }
        calls.clear();
    }
    changed.notify_all();
    for (std::stop_source& each : stopped)
        each.request_stop();
}

void GrpcConnection::Impl::serve(const std::shared_ptr<Call>& call)
{
    ++handlers;
    std::thread([self = shared_from_this(), call] {
        self->handler(*call);
        call->finish(GrpcCode::Internal, "the call was not answered");
        const std::scoped_lock lock(self->mutex);
        --self->handlers;
        self->changed.notify_all();
    }).detach();
}

GrpcConnection::GrpcConnection(UniqueFd socket, Handler handler) : m_impl(std::make_shared<Impl>())
{
    m_impl->socket = std::move(socket);
    m_impl->wakeUp = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    m_impl->handler = std::move(handler);
    m_impl->makeSession();
    m_impl->io = std::thread([impl = m_impl.get()] { impl->run(); });
}

GrpcConnection::~GrpcConnection()
{
    close();
    m_impl->io.join();
    std::unique_lock lock(m_impl->mutex);
    m_impl->changed.wait(lock, [this] { return m_impl->handlers == 0; });
}

void GrpcConnection::close() { ::shutdown(m_impl->socket.get(), SHUT_RDWR); }

void GrpcConnection::wait()
{
    std::unique_lock lock(m_impl->mutex);
    m_impl->changed.wait(lock, [this] { return m_impl->ended; });
}

std::shared_ptr<GrpcCall> GrpcConnection::call(const std::string& path, const GrpcMetadata& metadata)
{
    auto call = std::make_shared<Call>(m_impl, false);
    std::vector<nghttp2_nv> headers = {header(":method", "POST"), header(":scheme", "http"), header(":path", path), header(":authority", "localhost"),
                                       header("content-type", "application/grpc"), header("te", "trailers")};
    for (const auto& [name, value] : metadata)
        headers.push_back(header(name, value));
    const std::scoped_lock lock(m_impl->mutex);
    call->requestPath = path;
    call->id = m_impl->ended ? -1 : nghttp2_submit_request2(m_impl->session, nullptr, headers.data(), headers.size(), &provider, nullptr);
    if (call->id < 0)
        call->closed = true;
    else
        m_impl->calls[call->id] = call;
    m_impl->wake();
    return call;
}

Result<std::string> GrpcConnection::ask(const std::string& path, std::string_view message, const GrpcMetadata& metadata)
{
    const auto asked = call(path, metadata);
    TRY_STATUS(asked->send(message));
    asked->finish();
    TRY(auto answer, asked->receive());
    if (!answer)
        return fail(ErrorKind::Internal, "the client did not answer " + path);
    return *std::move(answer);
}

} // namespace slipway::buildkit
