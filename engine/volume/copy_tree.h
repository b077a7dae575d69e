// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace slipway
{

// Copies what is in the folder FROM into the folder TO: files, folders, symlinks, fifos, device nodes; with owners, modes,
// times, xattrs and hard links. TO itself takes FROM's mode, owner, times. Never follows a symlink.
[[nodiscard]] Status copyTree(int from, int to);

// Removes the folder NAME of PARENT and all in it; what is gone already is no error. Stays on the folder's file system.
[[nodiscard]] Status removeTree(int parent, const std::string& name);

enum class Sizes { Allocated, Apparent }; // apparent: of the files only, as dockerd counts
// Bytes of everything in the folder, a hard-linked file once.
[[nodiscard]] Result<std::int64_t> treeSize(int folder, Sizes sizes = Sizes::Allocated);

} // namespace slipway
