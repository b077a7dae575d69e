// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "store/byte_source.h"

namespace slipway
{

// gzip, quick rather than small (ISA-L's level 1). The same bytes in give the same bytes out. Not thread-safe.
class Gzip
{
public:
    explicit Gzip(ByteSink out);
    ~Gzip();
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;
    [[nodiscard]] Status write(std::span<const std::byte> bytes);
    [[nodiscard]] Status finish();

private:
    [[nodiscard]] Status run(std::span<const std::byte> bytes, bool last);
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
