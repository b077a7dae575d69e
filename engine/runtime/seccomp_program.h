// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// The BPF program (struct sock_filter[]) of an OCI seccomp profile, as libseccomp makes it: a binary tree, so a system call
// passes ten comparisons instead of three hundred. Compiled once for each profile in the life of the engine. Thread-safe.
// NotImplemented: the profile has something that only the OCI runtime does (flags, a notify socket).
[[nodiscard]] Result<std::string> seccompProgram(const Json& profile);

} // namespace slipway
