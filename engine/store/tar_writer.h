// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "store/byte_source.h"

namespace slipway
{

struct LayerTarSummary
{
    std::uint64_t entries = 0; // the layer's own root is none
    std::uint64_t bytes = 0;   // content of regular files, a hard-linked one once, and of links
};

// Writes the layer that lies in the folder DIR as its tar: pax, names in byte order, whole seconds, overlayfs's whiteouts and
// opaque folders as the layer format has them (.wh.NAME, .wh..wh..opq), of the attributes security.capability and user.*
// only. The same files give the same bytes. Sockets and device nodes are left out, as unpackLayer leaves them out.
// EPOCH: seconds since 1970 that all entries get as their time, instead of their own.
[[nodiscard]] Result<LayerTarSummary> writeLayerTar(int dir, bool userxattr, const ByteSink& sink,
                                                    const std::stop_token& stop, std::optional<std::int64_t> epoch = {});

// Writes NAME of the folder PARENT ("." for the folder itself) and all below it as a tar, under the name AS.
[[nodiscard]] Status writeTar(int parent, const std::string& name, const std::string& as, const ByteSink& sink,
                              const std::stop_token& stop);

} // namespace slipway
