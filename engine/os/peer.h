// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/error.h"

namespace slipway
{

// Whose program is at the other end of a Unix socket: what it had when it connected.
struct Peer
{
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; // supplementary
};

[[nodiscard]] Result<Peer> peerOf(int socket);

// While it lives, this thread finds and opens files with the rights of PEER and no others of its own.
class ActAs
{
public:
    // Forbidden where nobody may do that for another: an ordinary user's engine, unless PEER is that user.
    [[nodiscard]] static Result<ActAs> begin(const Peer& peer);
    ~ActAs();
    ActAs(ActAs&& other) noexcept;
    ActAs& operator=(ActAs&&) = delete;

private:
    ActAs() = default;
    bool m_acts = false;
    std::vector<gid_t> m_groups; // our own
};

} // namespace slipway
