// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tar_writer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <format>
#include <map>
#include <unistd.h>
#include <vector>

namespace slipway
{

namespace
{
constexpr std::size_t block = 512;
constexpr std::uint64_t maxOctal = 077777777777ULL; // eleven digits
constexpr std::uint32_t maxId = 07777777;

void octal(char* field, std::size_t size, std::uint64_t value)
{
    const std::string digits = std::format("{:0{}o}", value, size - 1);
    std::memcpy(field, digits.data(), std::min(digits.size(), size - 1));
}

std::string paxRecord(const std::string& key, const std::string& value)
{
    const std::size_t fixed = key.size() + value.size() + 3; // blank, equals sign, newline
    std::size_t length = fixed + 1;
    while (std::to_string(length).size() + fixed != length)
        length = std::to_string(length).size() + fixed;
    return std::format("{} {}={}\n", length, key, value);
}

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

void checksum(std::array<char, block>& header)
{
    std::memset(&header[148], ' ', 8);
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    const std::string digits = std::format("{:06o}", sum);
    std::memcpy(&header[148], digits.data(), 6);
    header[154] = '\0';
}
} // namespace

Status TarWriter::header(const TarEntry& entry, char type, std::uint32_t devMajor, std::uint32_t devMinor)
{
    std::array<char, block> header{};
    std::memcpy(&header[0], entry.path.data(), std::min<std::size_t>(entry.path.size(), 100));
    octal(&header[100], 8, entry.mode & 07777);
    octal(&header[108], 8, entry.uid <= maxId ? entry.uid : 0);
    octal(&header[116], 8, entry.gid <= maxId ? entry.gid : 0);
    octal(&header[124], 12, entry.size <= maxOctal ? entry.size : 0);
    octal(&header[136], 12, entry.mtimeSeconds > 0 ? static_cast<std::uint64_t>(entry.mtimeSeconds) : 0);
    header[156] = type;
    std::memcpy(&header[157], entry.linkTarget.data(), std::min<std::size_t>(entry.linkTarget.size(), 100));
    std::memcpy(&header[257], "ustar\0" "00", 8);
    octal(&header[329], 8, devMajor);
    octal(&header[337], 8, devMinor);
    checksum(header);
    return m_sink(std::as_bytes(std::span(header)));
}

Status TarWriter::pad()
{
    static constexpr std::array<std::byte, block> zeros{};
    const std::size_t rest = static_cast<std::size_t>(m_written % block);
    m_written = 0;
    return rest == 0 ? Status() : m_sink(std::span(zeros).first(block - rest));
}

Status TarWriter::add(const TarEntry& entry, std::uint32_t devMajor, std::uint32_t devMinor)
{
    TRY_STATUS(pad());
    std::string pax;
    const auto put = [&](bool needed, const char* key, const std::string& value) {
        if (needed)
            pax += paxRecord(key, value);
    };
    put(entry.path.size() > 100, "path", entry.path);
    put(entry.linkTarget.size() > 100, "linkpath", entry.linkTarget);
    put(entry.size > maxOctal, "size", std::to_string(entry.size));
    put(entry.uid > maxId, "uid", std::to_string(entry.uid));
    put(entry.gid > maxId, "gid", std::to_string(entry.gid));
    put(entry.mtimeSeconds < 0, "mtime", std::to_string(entry.mtimeSeconds));
    for (const auto& [key, value] : entry.xattrs)
        put(true, ("SCHILY.xattr." + key).c_str(), value);
    if (!pax.empty()) {
        TarEntry extension;
        extension.path = "PaxHeaders.0/" + entry.path.substr(0, 80);
        extension.mode = 0644;
        extension.size = pax.size();
        TRY_STATUS(header(extension, 'x', 0, 0));
        TRY_STATUS(write(bytesOf(pax)));
        TRY_STATUS(pad());
    }
    return header(entry, static_cast<char>(entry.type), devMajor, devMinor);
}

Status TarWriter::write(std::span<const std::byte> content)
{
    m_written += content.size();
    return content.empty() ? Status() : m_sink(content);
}

Status TarWriter::addFile(const std::string& path, std::string_view content, std::int64_t mtimeSeconds)
{
    TarEntry entry;
    entry.path = path;
    entry.mode = 0644;
    entry.size = content.size();
    entry.mtimeSeconds = mtimeSeconds;
    TRY_STATUS(add(entry));
    return write(bytesOf(content));
}

Status TarWriter::addFile(const TarEntry& entry, int fd)
{
    TRY_STATUS(add(entry));
    std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(entry.size, 256 * 1024)));
    for (std::uint64_t left = entry.size; left > 0;) {
        const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
        const ssize_t got = ::read(fd, buffer.data(), wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failErrno(errno, "reading " + entry.path);
        const std::size_t bytes = got == 0 ? wanted : static_cast<std::size_t>(got);
        if (got == 0)
            std::ranges::fill(buffer, std::byte{0});
        TRY_STATUS(write(std::span(buffer).first(bytes)));
        left -= bytes;
    }
    return {};
}

Status TarWriter::finish()
{
    static constexpr std::array<std::byte, 2 * block> zeros{};
    TRY_STATUS(pad());
    return m_sink(zeros);
}

} // namespace slipway
