// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "store/byte_source.h"

namespace slipway::test
{

// A string as a stream that gives at most PIECE bytes at a time.
class Bytes : public ByteSource
{
public:
    explicit Bytes(std::string bytes, std::size_t piece = SIZE_MAX) : m_bytes(std::move(bytes)), m_piece(piece) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const std::size_t n = m_bytes.copy(reinterpret_cast<char*>(into.data()), std::min(into.size(), m_piece), m_at);
        m_at += n;
        return n;
    }

private:
    std::string m_bytes;
    std::size_t m_piece, m_at = 0;
};

inline std::string contents(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace slipway::test
