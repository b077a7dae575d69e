// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>

#include "store/tar_reader.h"

namespace slipway
{

struct UnpackLimits
{
    std::uint64_t bytes = 64ull << 30;
    std::uint64_t entries = 5'000'000;
    bool whiteouts = true; // false: no layer but somebody's files, and .wh.x is a name like any other
    bool keepKinds = false; // a folder that is there and a file of its name exclude each other
};

struct UnpackResult
{
    std::uint64_t bytes = 0; // content of regular files and of links, as dockerd counts
    std::uint64_t skippedDevices = 0;
};

// Unpacks a layer beneath the folder DIR, which must be empty and owned by nobody else. The archive is hostile: every path
// is walked one component at a time without following links, so nothing outside DIR can be touched; device nodes are left
// out; only security.capability and user.* attributes are kept. Whiteouts become overlayfs's (0:0 nodes and the opaque
// attribute, user.overlay.* with USERXATTR). Over a limit, or on a damaged archive: InvalidArgument; the caller deletes DIR.
[[nodiscard]] Result<UnpackResult> unpackLayer(TarReader& tar, int dir, bool userxattr, const UnpackLimits& limits,
                                               const std::stop_token& stop);

} // namespace slipway
