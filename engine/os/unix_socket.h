// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// Stream sockets in the file system. Blocking; paths of any length work.

// A socket file that is there already is replaced: whoever calls knows that nobody listens on it.
[[nodiscard]] Result<UniqueFd> listenUnix(const std::filesystem::path& path);
[[nodiscard]] Result<UniqueFd> connectUnix(const std::filesystem::path& path);

// Descriptors, at most eight, with one byte that says they came.
[[nodiscard]] Status sendFds(int socket, std::span<const int> fds);
// Unavailable at end of file.
[[nodiscard]] Result<std::vector<UniqueFd>> receiveFds(int socket);

} // namespace slipway
