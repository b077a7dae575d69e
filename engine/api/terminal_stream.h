// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::api
{

// {STREAM,0,0,0,size big endian}
[[nodiscard]] inline std::string frameHeader(char stream, std::size_t size)
{
    std::string header{stream, '\0', '\0', '\0'};
    for (int shift = 24; shift >= 0; shift -= 8)
        header += static_cast<char>(size >> shift & 0xff);
    return header;
}

[[nodiscard]] inline std::string streamType(bool terminal)
{
    return terminal ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
}

// "ctrl-p,ctrl-q" as bytes; empty text is that default.
[[nodiscard]] inline Result<std::string> detachKeys(std::string_view text)
{
    const std::string given(text);
    if (text.empty())
        return std::string("\x10\x11");
    std::string keys;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view key = text.substr(0, comma);
        if (key.size() == 1)
            keys += key[0];
        else if (key.size() == 6 && key.starts_with("ctrl-"))
            keys += static_cast<char>(key[5] & 0x1f);
        else
            return fail(ErrorKind::InvalidArgument, "Invalid detach keys (" + given + ") provided");
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return keys;
}

} // namespace slipway::api
