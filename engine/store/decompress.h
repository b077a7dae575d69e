// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "store/byte_source.h"

namespace slipway
{

// The plain bytes of SOURCE, whatever it is by its first bytes: gzip (by ISA-L), zstd (windows up to 128 MiB), or plain.
// In this process: no helper program is ever run on somebody's archive. Damaged input is InvalidArgument.
[[nodiscard]] std::unique_ptr<ByteSource> decompressed(ByteSource& source);

} // namespace slipway
