// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers as LEB128, which protocol buffers call varints: seven bits a byte, the lowest first.
namespace slipway
{

inline void putVarint(std::string& into, std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        into += static_cast<char>(value | 0x80);
    into += static_cast<char>(value);
}

// Takes one from the beginning of FROM; nullopt when it does not end there, or after ten bytes.
[[nodiscard]] inline std::optional<std::uint64_t> takeVarint(std::string_view& from)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    return std::nullopt;
}

// Bytes behind their number.
inline void putSized(std::string& into, std::string_view bytes)
{
    putVarint(into, bytes.size());
    into += bytes;
}

// Nullopt when FROM has not as many.
[[nodiscard]] inline std::optional<std::string_view> takeSized(std::string_view& from)
{
    const auto size = takeVarint(from);
    if (!size || *size > from.size())
        return std::nullopt;
    const std::string_view taken = from.substr(0, *size);
    from.remove_prefix(*size);
    return taken;
}

} // namespace slipway
