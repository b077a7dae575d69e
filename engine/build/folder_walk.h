// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "build/context_index.h"
#include "build/dockerfile/path_pattern.h"
#include "os/peer.h"

namespace slipway::build
{

// What is in the folder ROOT, in the order of a walk, but what IGNORE names, sockets, pipes and devices; everything is root's, as
// the docker command has it. It is looked at with the rights of PEER. A file that looks as in BEFORE, down to its inode and the
// time of its last change, has the attributes that it has there. Errors name the file; Cancelled after STOP. Blocks; takes some
// threads of its own.
[[nodiscard]] Result<std::vector<ContextEntry>> walkFolder(int root, const Peer& peer, const dockerfile::IgnoreFile& ignore, const ContextIndex& before,
                                                           const std::stop_token& stop);

} // namespace slipway::build
