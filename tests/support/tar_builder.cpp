// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/tar_builder.h"

#include <QCryptographicHash>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <format>
#include <zlib.h>
#include <zstd.h>

namespace slipway::test
{

namespace
{
void octal(char* field, std::size_t size, std::uint64_t value)
{
    const std::string digits = std::format("{:0{}o}", value, size - 1);
    std::memcpy(field, digits.data(), std::min(digits.size(), size - 1));
}
} // namespace

TarBuilder& TarBuilder::add(const Member& member)
{
    std::array<char, 512> header{};
    char* h = header.data();
    std::memcpy(h, member.name.data(), std::min<std::size_t>(member.name.size(), 100));
    octal(h + 100, 8, member.mode);
    octal(h + 108, 8, member.uid);
    octal(h + 116, 8, member.gid);
    octal(h + 124, 12, member.content.size());
    if (!member.size.empty())
        std::memcpy(h + 124, member.size.data(), std::min<std::size_t>(member.size.size(), 12));
    octal(h + 136, 12, static_cast<std::uint64_t>(member.mtime));
    h[156] = member.type;
    std::memcpy(h + 157, member.link.data(), std::min<std::size_t>(member.link.size(), 100));
    std::memcpy(h + 257, "ustar\00000", 8);
    octal(h + 329, 8, static_cast<std::uint64_t>(member.major));
    octal(h + 337, 8, static_cast<std::uint64_t>(member.minor));
    std::memcpy(h + 345, member.prefix.data(), std::min<std::size_t>(member.prefix.size(), 155));
    std::memset(h + 148, ' ', 8);
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    std::snprintf(h + 148, 8, "%06o", sum);
    m_bytes.append(h, header.size());
    m_bytes += member.content;
    m_bytes.append((512 - member.content.size() % 512) % 512, '\0');
    return *this;
}

TarBuilder& TarBuilder::pax(const std::map<std::string, std::string>& records, char type)
{
    std::string text;
    for (const auto& [key, value] : records) {
        const std::size_t fixed = key.size() + value.size() + 3; // blank, =, newline
        std::size_t length = fixed + 1;
        while (std::to_string(length).size() + fixed != length)
            length = std::to_string(length).size() + fixed;
        text += std::to_string(length) + ' ' + key + '=' + value + '\n';
    }
    return add({.name = "PaxHeaders/x", .type = type, .content = text});
}

TarBuilder& TarBuilder::gnuLong(char type, const std::string& text)
{
    return add({.name = "././@LongLink", .type = type, .content = text + '\0'});
}

TarBuilder& TarBuilder::raw(const std::string& bytes)
{
    m_bytes += bytes;
    return *this;
}

std::string gzipped(const std::string& bytes, int level)
{
    z_stream stream{};
    ::deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    std::string out(::deflateBound(&stream, bytes.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string zstdCompressed(const std::string& bytes, int windowLog)
{
    ZSTD_CCtx* context = ::ZSTD_createCCtx();
    if (windowLog > 0) {
        ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog);
        ::ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
        ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    }
    std::string out(::ZSTD_compressBound(bytes.size()) + 64, '\0');
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    ::ZSTD_compressStream2(context, &to, &in, ZSTD_e_end);
    out.resize(to.pos);
    ::ZSTD_freeCCtx(context);
    return out;
}

std::string sha256(const std::string& bytes)
{
    return "sha256:"
           + QCryptographicHash::hash(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())), QCryptographicHash::Sha256)
                 .toHex()
                 .toStdString();
}

} // namespace slipway::test
