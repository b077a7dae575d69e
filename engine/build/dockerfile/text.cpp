// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/text.h"

#include <algorithm>
#include <cstdint>
#include <format>
#include <numeric>
#include <utility>

namespace slipway::dockerfile
{

Character characterAt(std::string_view text, std::size_t at)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (size <= 1 || first >= 0xF8 || at + size > text.size())
        return {first, 1};
    char32_t code = first & (0xFF >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return {first, 1};
        code = code << 6 | (byte(i) & 0x3F);
    }
    return {code, size};
}

void appendUtf8(std::string& text, char32_t code)
{
    const auto add = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80)
        return add(code);
    if (code < 0x800)
        return add(0xC0 | code >> 6), add(0x80 | (code & 0x3F));
    if (code < 0x10000)
        return add(0xE0 | code >> 12), add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
    add(0xF0 | code >> 18), add(0x80 | (code >> 12 & 0x3F)), add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
}

bool isSpace(char32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A)
           || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool isLetter(char32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool punctuation = c < 0xC0 || c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F);
    return !punctuation;
}

std::string toLower(std::string_view ascii)
{
    std::string out(ascii);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::string toUpper(std::string_view ascii)
{
    std::string out(ascii);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

std::size_t leadingSpace(std::string_view text)
{
    std::size_t at = 0;
    while (at < text.size()) {
        const Character c = characterAt(text, at);
        if (!isSpace(c.code) || (c.bytes == 1 && c.code >= 0x80))
            break;
        at += c.bytes;
    }
    return at;
}

std::string_view trimmed(std::string_view text)
{
    text.remove_prefix(leadingSpace(text));
    while (!text.empty()) {
        std::size_t start = text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80)
            --start;
        const Character c = characterAt(text, start);
        if (start + c.bytes != text.size() || !isSpace(c.code) || (c.bytes == 1 && c.code >= 0x80))
            break;
        text.remove_suffix(c.bytes);
    }
    return text;
}

std::string inQuotes(std::string_view text)
{
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const Character c = characterAt(text, at);
        static constexpr std::string_view plain = "\a\b\f\n\r\t\v", letters = "abfnrtv";
        if (c.code == '"' || c.code == '\\')
            out += '\\', out += static_cast<char>(c.code);
        else if (const auto known = c.code < 0x80 ? plain.find(static_cast<char>(c.code)) : plain.npos; known != plain.npos)
            out += '\\', out += letters[known];
        else if (c.code < 0x20 || c.code == 0x7F || (c.bytes == 1 && c.code >= 0x80))
            out += std::format("\\x{:02x}", static_cast<std::uint32_t>(c.code));
        else
            out += text.substr(at, c.bytes);
        at += c.bytes;
    }
    return out + '"';
}

namespace
{
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0u);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}
} // namespace

std::string suggest(std::string_view word, std::span<const std::string> options, bool caseSensitive)
{
    const std::string wanted = caseSensitive ? std::string(word) : toLower(word);
    std::size_t best = 3;
    std::string found;
    for (const std::string& each : options) {
        const std::string option = caseSensitive ? each : toLower(each);
        if (option == wanted)
            return {};
        if (option.size() > wanted.size() + 2 || wanted.size() > option.size() + 2)
            continue;
        if (const std::size_t distance = editDistance(wanted, option); distance < best) {
            best = distance;
            found = option;
        }
    }
    if (!caseSensitive && word == toUpper(word))
        return toUpper(found);
    return found;
}

std::string didYouMean(const std::string& suggestion)
{
    return suggestion.empty() ? "" : " (did you mean " + suggestion + "?)";
}

} // namespace slipway::dockerfile
