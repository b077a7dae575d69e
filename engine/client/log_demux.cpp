// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/log_demux.h"

#include <utility>

namespace slipway
{
namespace
{

constexpr std::size_t headerSize = 8;
constexpr std::size_t longestRest = 1 << 20;

std::uint32_t frameLength(std::string_view header)
{
    std::uint32_t length = 0;
    for (std::size_t i = 4; i < headerSize; ++i)
        length = length << 8 | static_cast<unsigned char>(header[i]);
    return length;
}

} // namespace

void StreamDemux::start(const HttpHead& head)
{
    const auto type = head.headers.find("content-type");
    if (type == head.headers.end())
        return;
    if (type->second.find("multiplexed-stream") != std::string::npos)
        m_mode = Mode::Framed;
}

void StreamDemux::feed(std::string_view bytes)
{
    if (m_mode == Mode::Raw)
        return m_onBytes(false, bytes);
    m_buffer.append(bytes);
    // Engines before API 1.42 call both kinds raw-stream.
    if (m_mode == Mode::Unknown && !m_buffer.empty()) {
        const std::string_view zeros("\0\0\0", 3);
        const bool tagged = m_buffer[0] >= 0 && m_buffer[0] <= 2;
        if (tagged && m_buffer.size() < 4)
            return;
        m_mode = tagged && std::string_view(m_buffer).substr(1, 3) == zeros ? Mode::Framed : Mode::Raw;
        if (m_mode == Mode::Raw)
            return m_onBytes(false, std::exchange(m_buffer, {}));
    }
    std::size_t at = 0;
    while (m_buffer.size() - at >= headerSize) {
        const std::string_view rest = std::string_view(m_buffer).substr(at);
        const std::size_t length = frameLength(rest);
        if (rest.size() - headerSize < length)
            break;
        m_onBytes(rest[0] == 2, rest.substr(headerSize, length));
        at += headerSize + length;
    }
    m_buffer.erase(0, at);
}

LogLines::LogLines() : m_demux([this](bool isStderr, std::string_view bytes) { take(isStderr, bytes); }) {}

std::vector<dockerapi::LogLine> LogLines::feed(std::string_view bytes)
{
    m_demux.feed(bytes);
    return std::exchange(m_lines, {});
}

std::vector<dockerapi::LogLine> LogLines::finish()
{
    if (!m_rest.empty())
        add(false, true, std::exchange(m_rest, {}));
    return std::exchange(m_lines, {});
}

void LogLines::take(bool isStderr, std::string_view bytes)
{
    std::string joined;
    if (m_demux.raw()) {
        joined = std::exchange(m_rest, {});
        joined.append(bytes);
        bytes = joined;
    }
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            if (m_demux.raw() && bytes.size() < longestRest)
                m_rest = std::string(bytes);
            else
                add(isStderr, true, bytes);
            return;
        }
        add(isStderr, false, bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
    }
}

void LogLines::add(bool isStderr, bool partial, std::string_view text)
{
    dockerapi::LogLine line;
    line.isStderr = isStderr;
    line.partial = partial;
    const std::size_t space = text.find(' ');
    if (space != std::string_view::npos && space >= 20 && space <= 35) {
        if (const auto time = parseRfc3339(text.substr(0, space))) {
            line.timeNs = toUnixNano(*time);
            text.remove_prefix(space + 1);
        }
    }
    if (m_demux.raw() && text.ends_with('\r'))
        text.remove_suffix(1);
    line.text = std::string(text);
    m_lines.push_back(std::move(line));
}

} // namespace slipway
