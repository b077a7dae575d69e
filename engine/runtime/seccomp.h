// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// The OCI linux.seccomp object for a process with these capabilities: Debian's /usr/share/containers/seccomp.json, less
// what it allows beyond Docker's profile (namespaces, the mount family, keyctl, AF_ALG, AF_VSOCK…) unless the capability that
// governs it is granted. Made once per set of capabilities and kept. Unavailable when the file is missing: a container
// never starts without a filter by accident.
[[nodiscard]] Result<Json> seccompProfile(const std::vector<std::string>& capabilities);

// The same from a profile of the user's own in Docker's format (defaultAction, archMap or architectures, syscalls with includes
// and excludes), taken as it is. InvalidArgument when it has no default action.
[[nodiscard]] Result<Json> ownSeccompProfile(const Json& profile, const std::vector<std::string>& capabilities);

} // namespace slipway
