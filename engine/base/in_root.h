// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// Opens PATH below the folder ROOT as a process would whose root it is: links and ".." never lead out of it, magic links of
// /proc lead nowhere. NOFOLLOW: a link anywhere in PATH is an error (ELOOP) instead. FLAGS of open(2); O_CLOEXEC is added.
[[nodiscard]] Result<UniqueFd> openInRoot(int root, const std::string& path, int flags, bool nofollow = false);

} // namespace slipway
