// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "logstore/log_query.h"

namespace slipway::logstore
{
namespace
{

constexpr std::size_t looked = 400; // bytes of a line; JSON may name its level late

constexpr std::array<std::pair<std::string_view, Level>, 22> words{{{"error", Level::Error},
                                                                    {"err", Level::Error},
                                                                    {"eror", Level::Error},
                                                                    {"warn", Level::Warn},
                                                                    {"warning", Level::Warn},
                                                                    {"wrn", Level::Warn},
                                                                    {"info", Level::Info},
                                                                    {"inf", Level::Info},
                                                                    {"notice", Level::Info},
                                                                    {"information", Level::Info},
                                                                    {"debug", Level::Debug},
                                                                    {"dbg", Level::Debug},
                                                                    {"trace", Level::Trace},
                                                                    {"trc", Level::Trace},
                                                                    {"verbose", Level::Trace},
                                                                    {"fatal", Level::Fatal},
                                                                    {"critical", Level::Fatal},
                                                                    {"crit", Level::Fatal},
                                                                    {"panic", Level::Fatal},
                                                                    {"emerg", Level::Fatal},
                                                                    {"alert", Level::Fatal},
                                                                    {"severe", Level::Error}}};

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Level levelOfWord(std::string_view word)
{
    std::array<char, 12> low{};
    if (word.size() < 3 || word.size() >= low.size())
        return Level::None;
    std::ranges::transform(word, low.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    const std::string_view lowered(low.data(), word.size());
    const auto found = std::ranges::find(words, lowered, &std::pair<std::string_view, Level>::first);
    return found == words.end() ? Level::None : found->second;
}

// The value of a field that names the level, at AT behind its = or :.
Level levelOfValue(std::string_view line, std::size_t at)
{
    while (at < line.size() && (line[at] == ' ' || line[at] == '"' || line[at] == '\''))
        ++at;
    if (at < line.size() && line[at] >= '1' && line[at] <= '6' && at + 1 < line.size() && line[at + 1] == '0')
        return static_cast<Level>(line[at] - '0'); // 10, 20 … 60: bunyan's and pino's
    std::size_t end = at;
    while (end < line.size() && isLetter(line[end]))
        ++end;
    return levelOfWord(line.substr(at, end - at));
}

bool namesLevel(std::string_view word)
{
    return word == "level" || word == "lvl" || word == "severity" || word == "levelname" || word == "loglevel" || word == "Level" || word == "LEVEL";
}

Level glogLevel(std::string_view line)
{
    if (line.size() < 6 || !std::ranges::all_of(line.substr(1, 4), [](char c) { return c >= '0' && c <= '9'; }) || line[5] != ' ')
        return Level::None;
    switch (line[0]) {
    case 'I': return Level::Info;
    case 'W': return Level::Warn;
    case 'E': return Level::Error;
    case 'F': return Level::Fatal;
    default: return Level::None;
    }
}

} // namespace

Level levelOf(std::string_view line)
{
    std::string buffer;
    line = withoutEscapes(line.substr(0, looked), buffer);
    if (const Level level = glogLevel(line); level != Level::None)
        return level;
    const bool json = line.starts_with('{');
    Level plain = Level::None;
    for (std::size_t i = 0; i < line.size();) {
        if (!isLetter(line[i])) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < line.size() && isLetter(line[end]))
            ++end;
        const std::string_view word = line.substr(i, end - i);
        const char before = i > 0 ? line[i - 1] : ' ', after = end < line.size() ? line[end] : ' ';
        if (namesLevel(word)) {
            std::size_t sign = end + (after == '"' ? 1 : 0);
            while (sign < line.size() && line[sign] == ' ')
                ++sign;
            if (sign < line.size() && (line[sign] == '=' || line[sign] == ':'))
                if (const Level level = levelOfValue(line, sign + 1); level != Level::None)
                    return level;
        } else if (!json && plain == Level::None && i < 120) {
            // A word of its own in capitals, in brackets, or at the beginning with a colon: prose about an error is none.
            const bool capitals = std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
            const bool bracketed = (before == '[' && after == ']') || (before == '<' && after == '>') || (before == '(' && after == ')');
            const bool heads = i == 0 && after == ':';
            const bool apart = before != '_' && before != '-' && after != '_' && !std::isdigit(static_cast<unsigned char>(before));
            if (apart && (capitals || bracketed || heads))
                plain = levelOfWord(word);
            if (i == 0 && word == "Traceback")
                plain = Level::Error;
        }
        i = end;
    }
    return plain;
}

std::string_view withoutEscapes(std::string_view bytes, std::string& buffer)
{
    if (bytes.ends_with('\r'))
        bytes.remove_suffix(1);
    std::size_t escape = bytes.find('\x1b');
    if (escape == std::string_view::npos)
        return bytes;
    buffer.clear();
    while (escape != std::string_view::npos) {
        buffer.append(bytes.substr(0, escape));
        bytes.remove_prefix(std::min(bytes.size(), escape + escapeLength(bytes.substr(escape))));
        escape = bytes.find('\x1b');
    }
    buffer.append(bytes);
    return buffer;
}

std::size_t escapeLength(std::string_view bytes)
{
    if (bytes.size() < 2)
        return bytes.size();
    const char kind = bytes[1];
    if (kind == '[') {
        std::size_t i = 2;
        while (i < bytes.size() && (bytes[i] < 0x40 || bytes[i] > 0x7e) && static_cast<unsigned char>(bytes[i]) >= 0x20)
            ++i;
        return std::min(i + 1, bytes.size());
    }
    if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
        for (std::size_t i = 2; i < bytes.size(); ++i) {
            if (bytes[i] == '\a')
                return i + 1;
            if (bytes[i] == '\x1b' && i + 1 < bytes.size() && bytes[i + 1] == '\\')
                return i + 2;
        }
        return bytes.size();
    }
    std::size_t i = 1;
    while (i < bytes.size() && bytes[i] >= 0x20 && bytes[i] <= 0x2f)
        ++i;
    return std::min(i + 1, bytes.size());
}

} // namespace slipway::logstore
