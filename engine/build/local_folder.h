// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "build/context_index.h"
#include "build/dockerfile/path_pattern.h"
#include "build/kept_context.h"
#include "os/peer.h"

namespace slipway::build
{

// A folder of this machine that a client names instead of sending it. Everything in it is found and opened with the client's
// own rights. One thread.
class LocalFolder
{
public:
    // Conflict when another folder is there for the engine: the client lives in another mount namespace.
    [[nodiscard]] static Result<LocalFolder> open(FolderContext wanted, Peer peer);

    // By which it is kept.
    [[nodiscard]] std::string key() const;
    // The text of the Dockerfile, and the ignore file that goes with it (empty: none).
    [[nodiscard]] Result<std::string> dockerfile() const;
    [[nodiscard]] Result<dockerfile::IgnoreFile> ignoreFile() const;

    // All but what IGNORE names, sockets, pipes and devices; everything is root's, as the docker command has it. A file that looks
    // as in BEFORE, down to its inode and the time of its last change, has the attributes that it has there.
    [[nodiscard]] Result<std::vector<ContextEntry>> list(const dockerfile::IgnoreFile& ignore, const ContextIndex& before, const std::stop_token& stop) const;
    [[nodiscard]] Status bring(const std::vector<KeptContext::Wish>& files, const KeptContext::Take& take, const std::stop_token& stop) const;

private:
    LocalFolder(FolderContext wanted, Peer peer, UniqueFd root) : m_wanted(std::move(wanted)), m_peer(std::move(peer)), m_root(std::move(root)) {}
    [[nodiscard]] Result<UniqueFd> file(const std::string& path) const;

    FolderContext m_wanted;
    Peer m_peer;
    UniqueFd m_root;
};

} // namespace slipway::build
