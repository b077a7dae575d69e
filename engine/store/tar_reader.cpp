// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tar_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace slipway
{

namespace
{
constexpr std::size_t block = 512;
constexpr std::size_t maxExtension = 1 << 20;

constexpr std::uint64_t maxSize = 1ull << 50;

// In dockerd's words, which are Go's.
std::unexpected<Error> damaged(const std::string& what)
{
    return fail(ErrorKind::InvalidArgument, "archive/tar: invalid tar header" + (what.empty() ? "" : ": " + what));
}
std::unexpected<Error> cut() { return fail(ErrorKind::InvalidArgument, "unexpected EOF"); }

// What does not fit in 63 bits becomes their largest, which is more than anything may be.
std::int64_t number(const char* field, std::size_t size)
{
    const auto byte = [field](std::size_t i) { return static_cast<unsigned char>(field[i]); };
    std::uint64_t value = 0;
    if (byte(0) & 0x80) { // GNU base 256, two's complement
        const bool negative = byte(0) & 0x40;
        for (std::size_t i = 0; i < size; ++i) {
            const unsigned digit = (i == 0 ? byte(0) & 0x7f : byte(i)) ^ (negative ? (i == 0 ? 0x7f : 0xff) : 0);
            if (value >> 55)
                return negative ? INT64_MIN : INT64_MAX;
            value = value << 8 | digit;
        }
        return negative ? -static_cast<std::int64_t>(value) - 1 : static_cast<std::int64_t>(value);
    }
    for (std::size_t i = 0; i < size && field[i] != '\0'; ++i) { // at most 12 octal digits: they fit
        if (field[i] >= '0' && field[i] <= '7')
            value = value * 8 + static_cast<std::uint64_t>(field[i] - '0');
    }
    return static_cast<std::int64_t>(value);
}

Result<std::int64_t> decimal(const std::string& key, std::string_view value)
{
    std::int64_t number = 0;
    const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (ec != std::errc() || end != value.data() + value.size())
        return damaged("bad pax " + key);
    return number;
}

Result<std::uint32_t> userId(std::int64_t id, const char* what)
{
    if (id < 0 || id >= UINT32_MAX) // the last one means "unchanged" to chown
        return damaged(std::string(what) + " " + std::to_string(id) + " is out of range");
    return static_cast<std::uint32_t>(id);
}

// "1700000000.123456789"
Status readTime(const std::string& value, TarEntry& entry)
{
    const auto point = value.find('.');
    TRY(entry.mtimeSeconds, decimal("mtime", std::string_view(value).substr(0, point)));
    std::string fraction = point == std::string::npos ? "" : value.substr(point + 1, 9);
    fraction.resize(9, '0');
    TRY(entry.mtimeNanoseconds, decimal("mtime", fraction));
    return {};
}

std::string text(const char* field, std::size_t size) { return {field, ::strnlen(field, size)}; }

bool checksumFits(const std::array<char, block>& header)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block; ++i)
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
    return static_cast<std::int64_t>(sum) == number(&header[148], 8);
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
            return cut();
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
        if (m_begun) { // the recorder knows of all of it
            TarRecorder* const recorder = std::exchange(m_recorder, nullptr);
            const Status skipped = skip(std::exchange(m_left, 0));
            m_recorder = recorder;
            TRY_STATUS(skipped);
        } else {
            TRY_STATUS(skip(std::exchange(m_left, 0)));
        }
        m_begun = false;
        std::array<std::byte, block> padding;
        while (m_padding > 0) {
            TRY(const std::size_t got, pull(std::span(padding).first(m_padding)));
            if (got == 0) { // docker's client ends the context of "build -f -" there, and Go's reader takes it
                m_ended = true;
                return std::nullopt;
            }
            m_padding -= got;
        }
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
            return damaged("");
        const char flag = header[156];
        const bool extension = flag == 'x' || flag == 'g' || flag == 'L' || flag == 'K';
        std::int64_t size = number(&header[124], 12);
        if (const auto given = m_pax.find("size"); given != m_pax.end() && !extension) {
            TRY(size, decimal("size", given->second));
        }
        if (size < 0 || static_cast<std::uint64_t>(size) > maxSize)
            return damaged("impossible size");
        m_left = static_cast<std::uint64_t>(size);
        m_padding = (block - m_left % block) % block;
        if (extension) {
            TRY(auto content, readAll(maxExtension));
            if (flag == 'x')
                TRY_STATUS(parsePax(content));
            else if (flag != 'g')
                (flag == 'L' ? m_longName : m_longLink) = content.c_str();
            continue;
        }
        if (flag == 'S' || m_pax.contains("GNU.sparse.major") || m_pax.contains("GNU.sparse.size"))
            return fail(ErrorKind::InvalidArgument, "sparse members are not supported: make the archive without --sparse");
        TarEntry entry;
        entry.type = typeOf(flag);
        entry.path = text(&header[0], 100);
        if (std::memcmp(&header[257], "ustar", 6) == 0 && header[345] != 0)
            entry.path = text(&header[345], 155) + '/' + entry.path;
        entry.linkTarget = text(&header[157], 100);
        entry.mode = static_cast<std::uint32_t>(number(&header[100], 8)) & 07777;
        TRY(entry.uid, userId(number(&header[108], 8), "uid"));
        TRY(entry.gid, userId(number(&header[116], 8), "gid"));
        entry.mtimeSeconds = number(&header[136], 12);
        if (!m_longName.empty())
            entry.path = m_longName;
        if (!m_longLink.empty())
            entry.linkTarget = m_longLink;
        for (const auto& [key, value] : m_pax) {
            if (key == "path")
                entry.path = value;
            else if (key == "linkpath")
                entry.linkTarget = value;
            else if (key == "uid" || key == "gid") {
                TRY(const auto id, decimal(key, value));
                TRY((key == "uid" ? entry.uid : entry.gid), userId(id, key.c_str()));
            } else if (key == "mtime")
                TRY_STATUS(readTime(value, entry));
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
    if (m_recorder != nullptr && !m_begun)
        m_recorder->content(m_path, m_left);
    m_begun = true;
    TRY(const std::size_t got,
        m_source.read(into.first(static_cast<std::size_t>(std::min<std::uint64_t>(m_left, into.size())))));
    if (got == 0)
        return cut();
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
