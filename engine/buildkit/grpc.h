// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/unique_fd.h"

// gRPC over one connection (HTTP/2 by libnghttp2), as either side of it: BuildKit's client calls the engine on one
// connection, and on another, its session, the engine calls the client.
namespace slipway::buildkit
{

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
enum class GrpcCode : std::uint8_t { Ok = 0, Cancelled = 1, Unknown = 2, InvalidArgument = 3, NotFound = 5, Unimplemented = 12, Internal = 13, Unavailable = 14 };

using GrpcMetadata = std::multimap<std::string, std::string>; // names in lower case

// One call: messages both ways. Thread-safe; one thread receives at a time. Calls block, and fail with Cancelled when the
// peer gave the call up or the connection ended.
class GrpcCall
{
public:
    virtual ~GrpcCall() = default;

    [[nodiscard]] virtual const std::string& path() const = 0; // "/package.Service/Method"
    [[nodiscard]] virtual std::string metadata(const std::string& name) const = 0; // of the request; the first of that name

    // The peer's next message; nullopt when it has said all. On the calling side also the error it ended the call with:
    // NotFound, NotImplemented, or Internal with its text.
    [[nodiscard]] virtual Result<std::optional<std::string>> receive() = 0;
    // Waits while a lot is unsent.
    [[nodiscard]] virtual Status send(std::string_view message) = 0;
    // The calling side: nothing more is sent. The answering side: the call ends (with OK or CODE).
    virtual void finish(GrpcCode code = GrpcCode::Ok, const std::string& text = {}) = 0;

    // Asked to stop when the peer gave the call up or is gone.
    [[nodiscard]] virtual std::stop_token stop() const = 0;
};

class GrpcConnection
{
public:
    using Handler = std::function<void(GrpcCall&)>; // on a thread of its own for each call; ends it

    // The answering side (HANDLER) or the calling one (none). Owns a thread until it is destroyed, which ends all calls and
    // waits for their handlers.
    GrpcConnection(UniqueFd socket, Handler handler);
    ~GrpcConnection();
    GrpcConnection(const GrpcConnection&) = delete;
    GrpcConnection& operator=(const GrpcConnection&) = delete;

    [[nodiscard]] std::shared_ptr<GrpcCall> call(const std::string& path, const GrpcMetadata& metadata);
    // One message there, one back.
    [[nodiscard]] Result<std::string> ask(const std::string& path, std::string_view message, const GrpcMetadata& metadata = {});

    // Until the peer is gone or close() is called.
    void wait();
    void close();

    struct Impl;

private:
    std::shared_ptr<Impl> m_impl;
};

} // namespace slipway::buildkit
