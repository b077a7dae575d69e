// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/glob_pattern.h"

#include <algorithm>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
std::u32string decoded(std::string_view text)
{
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        const Character c = characterAt(text, at);
        out += c.code;
        at += c.bytes;
    }
    return out;
}

std::string encoded(std::u32string_view text)
{
    std::string out;
    for (const char32_t c : text)
        appendUtf8(out, c);
    return out;
}
} // namespace

Result<GlobPattern> GlobPattern::parse(std::string_view pattern)
{
    GlobPattern made;
    const std::u32string text = decoded(pattern);
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        if (c == '*')
            made.m_tokens.push_back({Token::Kind::Any});
        else if (c == '?')
            made.m_tokens.push_back({Token::Kind::One});
        else if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '}' || text[i + 1] == '/'))
            continue;
        else {
            if (c == '\\') {
                c = ++i < text.size() ? text[i] : 0xFFFD;
                if (c != '*' && c != '?' && c != '\\')
                    return fail(ErrorKind::InvalidArgument, "invalid escape '\\" + encoded({&c, 1}) + "'");
            }
            made.m_tokens.push_back({Token::Kind::Text, c});
        }
    }
    return made;
}

// How much of TEXT, from its start, the tokens can take: the set of reachable ends, token by token, in the window between
// the first and the last of them. HOPELESS says that no later start on the same line can match either: what must follow a
// star is not to be found.
std::optional<std::size_t> GlobPattern::prefix(const Tokens& tokens, std::u32string_view text, bool longest, bool& hopeless)
{
    std::vector<char> reach(1, 1);
    std::size_t low = 0; // reach[i] stands for the end low + i
    bool sawStar = false;
    for (const Token& token : tokens) {
        std::vector<char> after;
        if (token.kind == Token::Kind::Any) {
            sawStar = true;
            bool on = false;
            for (std::size_t end = low; end <= text.size(); ++end) {
                const std::size_t i = end - low;
                on = (on && text[end - 1] != '\n') || (i < reach.size() && reach[i]);
                if (!on && i >= reach.size())
                    break;
                after.push_back(on);
            }
        } else {
            for (std::size_t i = 0; i < reach.size() && low + i < text.size(); ++i) {
                const char32_t c = text[low + i];
                after.push_back(reach[i] && (token.kind == Token::Kind::One ? c != '\n' : c == token.code));
            }
            ++low;
        }
        const auto first = std::ranges::find(after, 1);
        if (first == after.end()) {
            hopeless = sawStar;
            return std::nullopt;
        }
        low += static_cast<std::size_t>(first - after.begin());
        after.erase(after.begin(), first);
        while (!after.back())
            after.pop_back();
        reach = std::move(after);
    }
    return longest ? low + reach.size() - 1 : low;
}

std::string GlobPattern::withoutPrefix(std::string_view text, bool longest) const
{
    const std::u32string characters = decoded(text);
    bool hopeless = false;
    const auto end = prefix(m_tokens, characters, longest, hopeless);
    return end ? encoded(std::u32string_view(characters).substr(*end)) : std::string(text);
}

std::string GlobPattern::withoutSuffix(std::string_view text, bool longest) const
{
    std::u32string characters = decoded(text);
    std::ranges::reverse(characters);
    const Tokens backwards(m_tokens.rbegin(), m_tokens.rend());
    bool hopeless = false;
    const auto end = prefix(backwards, characters, longest, hopeless);
    if (!end)
        return std::string(text);
    characters.erase(0, *end);
    std::ranges::reverse(characters);
    return encoded(characters);
}

std::string GlobPattern::replaced(std::string_view text, std::string_view by, bool all) const
{
    const std::u32string characters = decoded(text);
    const std::u32string_view view = characters;
    std::string out;
    bool afterMatch = false, hopeless = false;
    for (std::size_t at = 0; at <= view.size();) {
        const auto length = hopeless ? std::nullopt : prefix(m_tokens, view.substr(at), true, hopeless);
        if (length && !(*length == 0 && afterMatch)) {
            out += by;
            at += *length;
            if (!all)
                return out + encoded(view.substr(at));
            afterMatch = *length > 0;
            if (afterMatch)
                continue;
        }
        afterMatch = false;
        if (at < view.size()) {
            out += encoded(view.substr(at, 1));
            hopeless = hopeless && view[at] != '\n';
        }
        ++at;
    }
    return out;
}

} // namespace slipway::dockerfile
