// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "buildkit/grpc.h"

// Files of a build to its client, for --output type=local and type=tar, on a call of its service moby.filesync.v1.FileSend.
// Blocking; a client that goes away ends them as Cancelled.
namespace slipway::buildkit
{

using OnSent = std::function<void(std::int64_t bytes)>;

// What lies below the folder ROOT by fsutil's protocol (as in client_session.cpp, the other way round): first all entries are
// told, then the client asks for the files it wants. Devices and sockets are left out.
[[nodiscard]] Status sendFolder(GrpcCall& call, int root, std::optional<std::int64_t> epoch, const OnSent& onSent);
// The same as a tar in pieces (BytesMessage).
[[nodiscard]] Status sendTar(GrpcCall& call, int root, std::optional<std::int64_t> epoch, const OnSent& onSent);

} // namespace slipway::buildkit
