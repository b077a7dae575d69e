// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "base/error.h"

namespace slipway
{

// A stream of bytes pulled by its consumer: a request body, a file, a registry blob, a tar member.
// read() blocks until there is at least one byte, returns 0 at the end, and fails with Cancelled when stopped.
class ByteSource
{
public:
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
};

// The other way: what export, save and logs write to. May block (back-pressure); an error stops the producer.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

[[nodiscard]] std::unique_ptr<ByteSource> sourceFromFd(int fd); // does not own fd

} // namespace slipway
