// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/tar_header.h"

#include <algorithm>
#include <cstring>
#include <format>

namespace slipway
{

namespace
{
constexpr std::size_t block = 512;
constexpr std::uint64_t longestId = 07777777, longestNumber = 077777777777;

// "%d key=value\n", the length counting itself.
std::string paxRecord(const std::string& key, const std::string& value)
{
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (rest + std::to_string(length).size() != length)
        length = rest + std::to_string(length).size();
    return std::format("{} {}={}\n", length, key, value);
}

void octal(std::string& raw, std::size_t at, std::size_t size, std::uint64_t value)
{
    std::string text = std::format("{:0{}o}", value, size - 1);
    if (text.size() != size - 1)
        text.assign(size - 1, '0'); // the pax record has it
    raw.replace(at, text.size(), text);
}

std::string ustar(const TarHeader& header)
{
    std::string raw(block, '\0');
    raw.replace(0, std::min<std::size_t>(header.path.size(), 100), header.path, 0, 100);
    octal(raw, 100, 8, header.mode);
    octal(raw, 108, 8, header.uid);
    octal(raw, 116, 8, header.gid);
    octal(raw, 124, 12, header.size);
    octal(raw, 136, 12, header.mtime < 0 ? 0 : static_cast<std::uint64_t>(header.mtime));
    raw.replace(148, 8, 8, ' ');
    raw[156] = header.type;
    raw.replace(157, std::min<std::size_t>(header.link.size(), 100), header.link, 0, 100);
    raw.replace(257, 8, "ustar\00000", 8);
    octal(raw, 329, 8, 0);
    octal(raw, 337, 8, 0);
    std::uint32_t sum = 0;
    for (const char c : raw)
        sum += static_cast<unsigned char>(c);
    raw.replace(148, 6, std::format("{:06o}", sum));
    raw[154] = '\0';
    return raw;
}
} // namespace

std::string tarHeader(TarHeader header)
{
    const auto ascii = [](const std::string& text) { return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }); };
    if (header.path.size() > 100 || !ascii(header.path))
        header.pax["path"] = header.path;
    if (header.link.size() > 100 || !ascii(header.link))
        header.pax["linkpath"] = header.link;
    if (header.uid > longestId)
        header.pax["uid"] = std::to_string(header.uid);
    if (header.gid > longestId)
        header.pax["gid"] = std::to_string(header.gid);
    if (header.size > longestNumber)
        header.pax["size"] = std::to_string(header.size);
    if (header.mtime < 0 || header.mtime > static_cast<std::int64_t>(longestNumber))
        header.pax["mtime"] = std::to_string(header.mtime);
    if (header.pax.empty())
        return ustar(header);
    std::string records;
    for (const auto& [key, value] : header.pax)
        records += paxRecord(key, value);
    TarHeader extended;
    extended.path = "PaxHeaders.0/x";
    extended.type = 'x';
    extended.size = records.size();
    return ustar(extended) + records + tarPadding(records.size()) + ustar(header);
}

std::string tarPadding(std::uint64_t size) { return std::string(size % block == 0 ? 0 : block - size % block, '\0'); }

std::string tarEnd() { return std::string(2 * block, '\0'); }

} // namespace slipway
