// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/compress.h"

#include <algorithm>
#include <isa-l/igzip_lib.h>
#include <vector>

namespace slipway
{

struct Gzip::Impl
{
    ByteSink sink;
    isal_zstream stream{};
    std::vector<std::uint8_t> levelBuffer = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
    std::vector<std::byte> out = std::vector<std::byte>(256 * 1024);
};

Gzip::Gzip(ByteSink out) : m_impl(std::make_unique<Impl>())
{
    m_impl->sink = std::move(out);
    ::isal_deflate_init(&m_impl->stream);
    m_impl->stream.level = 1;
    m_impl->stream.level_buf = m_impl->levelBuffer.data();
    m_impl->stream.level_buf_size = static_cast<std::uint32_t>(m_impl->levelBuffer.size());
    m_impl->stream.gzip_flag = IGZIP_GZIP;
}
Gzip::~Gzip() = default;

Status Gzip::run(std::span<const std::byte> bytes, bool last)
{
    isal_zstream& stream = m_impl->stream;
    constexpr std::size_t largest = 1u << 30; // isal counts in 32 bits
    do {
        const auto piece = bytes.first(std::min(bytes.size(), largest));
        bytes = bytes.subspan(piece.size());
        stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(piece.data())); // it is not written to
        stream.avail_in = static_cast<std::uint32_t>(piece.size());
        stream.end_of_stream = last && bytes.empty() ? 1 : 0;
        do {
            stream.next_out = reinterpret_cast<std::uint8_t*>(m_impl->out.data());
            stream.avail_out = static_cast<std::uint32_t>(m_impl->out.size());
            if (const int error = ::isal_deflate(&stream); error != COMP_OK)
                return fail(ErrorKind::Internal, "compressing failed: ISA-L error " + std::to_string(error));
            const std::size_t made = m_impl->out.size() - stream.avail_out;
            if (made > 0)
                TRY_STATUS(m_impl->sink(std::span(m_impl->out).first(made)));
        } while (stream.avail_in > 0 || stream.avail_out == 0);
    } while (!bytes.empty());
    return {};
}

Status Gzip::write(std::span<const std::byte> bytes) { return bytes.empty() ? Status() : run(bytes, false); }
Status Gzip::finish() { return run({}, true); }

} // namespace slipway
