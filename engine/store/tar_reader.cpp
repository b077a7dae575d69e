// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tar_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace slipway
{

namespace
{
constexpr std::size_t block = 512;
constexpr std::size_t maxExtension = 1 << 20;

std::unexpected<Error> damaged(const char* what)
{
    return fail(ErrorKind::InvalidArgument, std::string("invalid tar archive: ") + what);
}

std::uint64_t number(const char* field, std::size_t size)
{
    if (static_cast<unsigned char>(field[0]) & 0x80) { // GNU base 256
        std::uint64_t value = static_cast<unsigned char>(field[0]) & 0x3f;
        for (std::size_t i = 1; i < size; ++i)
            value = (value << 8) | static_cast<unsigned char>(field[i]);
        return value;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && field[i] != '\0'; ++i) {
        if (field[i] >= '0' && field[i] <= '7')
            value = value * 8 + static_cast<std::uint64_t>(field[i] - '0');
    }
    return value;
}

std::string text(const char* field, std::size_t size) { return {field, ::strnlen(field, size)}; }

bool checksumFits(const std::array<char, block>& header)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block; ++i)
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
    return sum == number(&header[148], 8);
}

TarEntry::Type typeOf(char flag)
{
    switch (flag) {
    case '\0':
    case '7':
        return TarEntry::Type::File;
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
        return static_cast<TarEntry::Type>(flag);
    default:
        return TarEntry::Type::Other;
    }
}
} // namespace

TarReader::TarReader(ByteSource& source, TarRecorder* recorder) : m_source(source), m_recorder(recorder) {}

Result<std::size_t> TarReader::pull(std::span<std::byte> into)
{
    TRY(const std::size_t got, m_source.read(into));
    if (m_recorder != nullptr && got > 0)
        m_recorder->raw(into.first(got));
    return got;
}

Status TarReader::exactly(std::span<std::byte> into)
{
    while (!into.empty()) {
        TRY(const std::size_t got, pull(into));
        if (got == 0)
            return damaged("unexpected EOF");
        into = into.subspan(got);
    }
    return {};
}

Status TarReader::skip(std::uint64_t count)
{
    std::array<std::byte, 65536> scratch;
    while (count > 0) {
        const auto piece = std::span(scratch).first(static_cast<std::size_t>(std::min<std::uint64_t>(count, scratch.size())));
        TRY_STATUS(exactly(piece));
        count -= piece.size();
    }
    return {};
}

Status TarReader::parsePax(const std::string& records)
{
    for (std::size_t at = 0; at < records.size();) {
        std::size_t length = 0;
        const auto [end, ec] = std::from_chars(records.data() + at, records.data() + records.size(), length);
        const std::size_t start = static_cast<std::size_t>(end - records.data()) + 1;
        if (ec != std::errc() || length < 5 || length > records.size() - at || start >= at + length)
            return damaged("bad pax record");
        const std::string record = records.substr(start, at + length - start - 1);
        const auto equals = record.find('=');
        if (equals == std::string::npos)
            return damaged("bad pax record");
        m_pax[record.substr(0, equals)] = record.substr(equals + 1);
        at += length;
    }
    return {};
}

Result<std::optional<TarEntry>> TarReader::next()
{
    if (m_ended)
        return std::nullopt;
    m_pax.clear();
    m_longName.clear();
    m_longLink.clear();
    while (true) {
        TRY_STATUS(skip(m_left + m_padding));
        m_left = m_padding = 0;
        std::array<char, block> header{};
        TRY(const std::size_t first, pull(std::as_writable_bytes(std::span(header))));
        if (first == 0) {
            m_ended = true;
            return std::nullopt;
        }
        TRY_STATUS(exactly(std::as_writable_bytes(std::span(header)).subspan(first)));
        if (std::ranges::all_of(header, [](char c) { return c == 0; })) {
            m_ended = true;
            return std::nullopt;
        }
        if (!checksumFits(header))
            return damaged("bad header checksum");
        m_left = number(&header[124], 12);
        const char flag = header[156];
        if (const auto size = m_pax.find("size"); size != m_pax.end() && flag != 'x' && flag != 'g')
            m_left = std::strtoull(size->second.c_str(), nullptr, 10);
        if (m_left > (1ull << 50))
            return damaged("impossible size");
        m_padding = (block - m_left % block) % block;
        if (flag == 'x' || flag == 'g' || flag == 'L' || flag == 'K') {
            TRY(auto extension, readAll(maxExtension));
            if (flag == 'x')
                TRY_STATUS(parsePax(extension));
            else if (flag != 'g')
                (flag == 'L' ? m_longName : m_longLink) = extension.c_str();
            continue;
        }
        TarEntry entry;
        entry.type = typeOf(flag);
        entry.path = text(&header[0], 100);
        if (std::memcmp(&header[257], "ustar", 6) == 0 && header[345] != 0)
            entry.path = text(&header[345], 155) + '/' + entry.path;
        entry.linkTarget = text(&header[157], 100);
        entry.mode = static_cast<std::uint32_t>(number(&header[100], 8)) & 07777;
        entry.uid = static_cast<std::uint32_t>(number(&header[108], 8));
        entry.gid = static_cast<std::uint32_t>(number(&header[116], 8));
        entry.mtimeSeconds = static_cast<std::int64_t>(number(&header[136], 12));
        if (!m_longName.empty())
            entry.path = m_longName;
        if (!m_longLink.empty())
            entry.linkTarget = m_longLink;
        for (const auto& [key, value] : m_pax) {
            if (key == "path")
                entry.path = value;
            else if (key == "linkpath")
                entry.linkTarget = value;
            else if (key == "uid")
                entry.uid = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
            else if (key == "gid")
                entry.gid = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
            else if (key == "mtime")
                entry.mtimeSeconds = std::strtoll(value.c_str(), nullptr, 10);
            else if (key.starts_with("SCHILY.xattr."))
                entry.xattrs[key.substr(13)] = value;
        }
        if (entry.type != TarEntry::Type::File && entry.type != TarEntry::Type::Other) {
            TRY_STATUS(skip(m_left + m_padding));
            m_left = m_padding = 0;
        }
        entry.size = m_left;
        m_path = entry.path;
        return entry;
    }
}

Result<std::size_t> TarReader::read(std::span<std::byte> into)
{
    if (m_left == 0)
        return 0;
    if (m_recorder != nullptr && !m_path.empty())
        m_recorder->content(m_path, m_left);
    m_path.clear();
    TRY(const std::size_t got,
        m_source.read(into.first(static_cast<std::size_t>(std::min<std::uint64_t>(m_left, into.size())))));
    if (got == 0)
        return damaged("unexpected EOF");
    m_left -= got;
    return got;
}

Result<std::string> TarReader::readAll(std::size_t limit)
{
    if (m_left > limit)
        return damaged("a member is larger than it may be");
    std::string content(static_cast<std::size_t>(m_left), '\0');
    m_left = 0;
    TRY_STATUS(exactly(std::as_writable_bytes(std::span(content))));
    TRY_STATUS(skip(std::exchange(m_padding, 0)));
    return content;
}

Status TarReader::drain()
{
    std::array<std::byte, 65536> scratch;
    while (true) {
        TRY(const std::size_t got, pull(scratch));
        if (got == 0)
            return {};
    }
}

} // namespace slipway
