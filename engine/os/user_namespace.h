// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace slipway
{

// The ids [inside, inside + count) of a user namespace are [outside, …) of the one around it.
struct IdMapping
{
    std::uint32_t inside = 0, outside = 0, count = 0;
};

// What an ordinary user may map: root is the user's own ID, the ids from 1 on are the ranges that FILE (/etc/subuid or
// /etc/subgid) gives to USER, by name or by number. NotFound names the file and the command that adds a range.
[[nodiscard]] Result<std::vector<IdMapping>> subordinateMappings(const std::filesystem::path& file, const std::string& user,
                                                                 uid_t uid, std::uint32_t id);

// True in any user namespace but the machine's first: device nodes cannot be made there, nor trusted.* attributes set,
// whoever one is.
[[nodiscard]] bool inUserNamespace();

// Moves the calling process, which must have one thread, into a new user namespace, where it is root, and a new mount
// namespace that follows the host's mounts but shows it none of its own. The maps are written by newuidmap and newgidmap.
// Errors say what the machine does not allow and how to allow it; the process is then of no more use.
[[nodiscard]] Status enterUserNamespace(const std::vector<IdMapping>& uids, const std::vector<IdMapping>& gids);

} // namespace slipway
