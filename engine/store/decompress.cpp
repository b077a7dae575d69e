// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/decompress.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <isa-l/igzip_lib.h>
#include <unistd.h>
#include <vector>
#include <zstd.h>

namespace slipway
{

namespace
{
constexpr std::size_t chunk = 256 * 1024;

class FdSource : public ByteSource
{
public:
    explicit FdSource(int fd) : m_fd(fd) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        ssize_t got = 0;
        while ((got = ::read(m_fd, into.data(), into.size())) < 0 && errno == EINTR) {
        }
        if (got < 0)
            return failErrno(errno, "reading");
        return static_cast<std::size_t>(got);
    }

private:
    int m_fd;
};

// Finds out what it is at the first read.
class Decompressor : public ByteSource
{
public:
    explicit Decompressor(ByteSource& source) : m_source(source), m_buffer(chunk) {}
    ~Decompressor() override { ::ZSTD_freeDStream(m_zstd); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    Result<std::size_t> read(std::span<std::byte> into) override
    {
        if (m_kind == Kind::Unknown)
            TRY_STATUS(detect());
        switch (m_kind) {
        case Kind::Gzip:
            return readGzip(into);
        case Kind::Zstd:
            return readZstd(into);
        default:
            return readPlain(into);
        }
    }

private:
    enum class Kind : std::uint8_t { Unknown, Plain, Gzip, Zstd };

    Status fill()
    {
        m_at = 0;
        TRY(m_filled, m_source.read(m_buffer));
        m_sourceEnded = m_filled == 0;
        return {};
    }

    Status detect()
    {
        while (m_filled < 4) {
            TRY(const std::size_t got, m_source.read(std::span(m_buffer).subspan(m_filled)));
            if (got == 0)
                break;
            m_filled += got;
        }
        const auto* bytes = reinterpret_cast<const unsigned char*>(m_buffer.data());
        if (m_filled >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
            m_kind = Kind::Gzip;
            ::isal_inflate_init(&m_gzip);
            m_gzip.crc_flag = ISAL_GZIP;
        } else if (m_filled >= 4 && std::memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0) {
            m_kind = Kind::Zstd;
            m_zstd = ::ZSTD_createDStream();
            ::ZSTD_DCtx_setParameter(m_zstd, ZSTD_d_windowLogMax, 27);
        } else {
            m_kind = Kind::Plain;
        }
        return {};
    }

    Result<std::size_t> readPlain(std::span<std::byte> into)
    {
        if (m_at < m_filled) {
            const std::size_t n = std::min(into.size(), m_filled - m_at);
            std::memcpy(into.data(), m_buffer.data() + m_at, n);
            m_at += n;
            return n;
        }
        return m_source.read(into);
    }

    Result<std::size_t> readGzip(std::span<std::byte> into)
    {
        m_gzip.next_out = reinterpret_cast<std::uint8_t*>(into.data());
        m_gzip.avail_out = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), 1u << 30));
        const std::uint32_t wanted = m_gzip.avail_out;
        while (m_gzip.avail_out == wanted) {
            if (m_at == m_filled && !m_sourceEnded)
                TRY_STATUS(fill());
            if (m_gzip.block_state == ISAL_BLOCK_FINISH) { // a further member may follow
                if (m_at == m_filled)
                    return 0;
                ::isal_inflate_reset(&m_gzip);
            }
            if (m_at == m_filled && m_sourceEnded)
                return fail(ErrorKind::InvalidArgument, "unexpected EOF");
            m_gzip.next_in = reinterpret_cast<std::uint8_t*>(m_buffer.data()) + m_at;
            m_gzip.avail_in = static_cast<std::uint32_t>(m_filled - m_at);
            const int code = ::isal_inflate(&m_gzip);
            m_at = m_filled - m_gzip.avail_in;
            if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT)
                return fail(ErrorKind::InvalidArgument, "invalid gzip data");
        }
        return wanted - m_gzip.avail_out;
    }

    Result<std::size_t> readZstd(std::span<std::byte> into)
    {
        ZSTD_outBuffer out{into.data(), into.size(), 0};
        while (out.pos == 0) {
            if (m_at == m_filled && !m_sourceEnded)
                TRY_STATUS(fill());
            if (m_at == m_filled && m_frameEnded)
                return 0;
            if (m_at == m_filled)
                return fail(ErrorKind::InvalidArgument, "unexpected EOF");
            ZSTD_inBuffer in{m_buffer.data(), m_filled, m_at};
            const std::size_t code = ::ZSTD_decompressStream(m_zstd, &out, &in);
            m_at = in.pos;
            if (::ZSTD_isError(code))
                return fail(ErrorKind::InvalidArgument, std::string("invalid zstd data: ") + ::ZSTD_getErrorName(code));
            m_frameEnded = code == 0;
        }
        return out.pos;
    }

    ByteSource& m_source;
    std::vector<std::byte> m_buffer;
    std::size_t m_at = 0, m_filled = 0;
    bool m_sourceEnded = false, m_frameEnded = false;
    Kind m_kind = Kind::Unknown;
    inflate_state m_gzip{};
    ZSTD_DStream* m_zstd = nullptr;
};
} // namespace

std::unique_ptr<ByteSource> decompressed(ByteSource& source) { return std::make_unique<Decompressor>(source); }
std::unique_ptr<ByteSource> sourceFromFd(int fd) { return std::make_unique<FdSource>(fd); }

} // namespace slipway
