// SPDX-License-Identifier: GPL-3.0-or-later
#include "kept_output.h"

#include <algorithm>

namespace slipway::monitor
{

namespace
{
constexpr std::size_t mostModes = 64; // a program may name modes that nobody has
constexpr std::size_t longestLine = 64 * 1024;
constexpr unsigned highestMode = 9999;
} // namespace

void KeptOutput::append(std::string_view bytes)
{
    m_position += bytes.size();
    m_bytes += bytes;
    if (m_bytes.size() > 2 * m_most)
        drop(m_bytes.size() - m_most);
}

void KeptOutput::drop(std::size_t bytes)
{
    // A sequence or a character cut in two would be shown as garbage: the next line begins whole, or at least the next sequence.
    const std::string_view near = std::string_view(m_bytes).substr(bytes, longestLine);
    if (const auto line = near.find('\n'); line != std::string_view::npos)
        bytes += line + 1;
    else if (const auto escape = near.find('\x1b'); escape != std::string_view::npos)
        bytes += escape;
    note(std::string_view(m_bytes).substr(0, bytes));
    m_bytes.erase(0, bytes);
}

void KeptOutput::note(std::string_view dropped)
{
    for (auto at = dropped.find('\x1b'); at != std::string_view::npos && at + 1 < dropped.size(); at = dropped.find('\x1b', at + 1)) {
        const std::string_view rest = dropped.substr(at + 1);
        if (rest.front() == '=' || rest.front() == '>')
            m_keypad = rest.front() == '=';
        else if (rest.front() == 'c' || rest.starts_with("[!p"))
            m_modes.clear(), m_keypad = false;
        if (!rest.starts_with("[?"))
            continue;
        const auto end = std::min(rest.find_first_not_of("0123456789;", 2), rest.size());
        if (end == rest.size() || (rest[end] != 'h' && rest[end] != 'l'))
            continue;
        unsigned mode = 0;
        for (const char c : rest.substr(2, end - 1)) { // the final one too
            if (c >= '0' && c <= '9') {
                mode = std::min(mode * 10 + static_cast<unsigned>(c - '0'), highestMode + 1);
                continue;
            }
            if (mode > 0 && mode <= highestMode && (m_modes.size() < mostModes || m_modes.contains(mode)))
                m_modes[mode] = rest[end] == 'h';
            mode = 0;
        }
    }
}

KeptOutput::Since KeptOutput::since(std::uint64_t position) const
{
    Since result{.continued = false, .position = m_position, .bytes = {}};
    if (position <= m_position && m_position - position <= m_bytes.size()) {
        result.continued = true;
        result.bytes = m_bytes.substr(m_bytes.size() - static_cast<std::size_t>(m_position - position));
        return result;
    }
    for (const auto& [mode, on] : m_modes)
        result.bytes += "\x1b[?" + std::to_string(mode) + (on ? 'h' : 'l');
    if (m_keypad)
        result.bytes += "\x1b=";
    result.bytes += m_bytes;
    return result;
}

} // namespace slipway::monitor
