// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace slipway::launch
{

constexpr std::size_t maxFdsInMessage = 250; // SCM_MAX_FD is 253

struct Message
{
    std::string text; // "": the other end is gone
    std::vector<UniqueFd> fds;
};

// One message with descriptors over a SOCK_SEQPACKET pair. False when nobody is there to read it or it is too large.
[[nodiscard]] bool sendMessage(int socket, const std::string& text, const std::vector<int>& fds = {});
// Blocks. What is received is close-on-exec.
[[nodiscard]] Message receiveMessage(int socket);

} // namespace slipway::launch
