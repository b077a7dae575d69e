// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/path_pattern.h"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
std::unexpected<Error> syntaxError() { return fail(ErrorKind::InvalidArgument, "syntax error in pattern"); }

// "[a-c\]]" at AT: what it takes; AT moves behind it.
Result<std::bitset<256>> readSet(std::string_view text, std::size_t& at)
{
    std::bitset<256> set;
    ++at;
    const bool inverted = at < text.size() && text[at] == '^';
    at += inverted ? 1 : 0;
    const auto next = [&](unsigned char& byte) {
        if (at < text.size() && text[at] == '\\')
            ++at;
        if (at >= text.size())
            return false;
        byte = static_cast<unsigned char>(text[at++]);
        return true;
    };
    bool any = false;
    while (true) {
        if (at < text.size() && text[at] == ']' && any)
            break;
        unsigned char low = 0;
        if (!next(low))
            return syntaxError();
        unsigned char high = low;
        if (at + 1 < text.size() && text[at] == '-' && text[at + 1] != ']') {
            ++at;
            if (!next(high) || high < low)
                return syntaxError();
        }
        for (unsigned byte = low; byte <= high; ++byte)
            set.set(byte);
        any = true;
    }
    ++at;
    if (inverted) {
        set.flip();
        set.reset('/');
    }
    return set;
}
} // namespace

Result<PathPattern> PathPattern::parse(std::string_view text)
{
    using Kind = Token::Kind;
    PathPattern made;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '*' && at + 1 < text.size() && text[at + 1] == '*') {
            at += 2;
            at += at < text.size() && text[at] == '/' ? 1 : 0;
            made.m_tokens.push_back({at == text.size() ? Kind::Rest : Kind::Folders});
        } else if (c == '*' || c == '?') {
            ++at;
            made.m_tokens.push_back({c == '*' ? Kind::Star : Kind::One});
        } else if (c == '[') {
            TRY(const auto set, readSet(text, at));
            made.m_tokens.push_back({Kind::Class, 0, made.m_sets.size()});
            made.m_sets.push_back(set);
        } else {
            if (c == '\\' && ++at == text.size())
                return syntaxError();
            made.m_tokens.push_back({Kind::Byte, static_cast<unsigned char>(text[at])});
            made.m_text += text[at++];
            continue;
        }
        made.m_plain = false;
    }
    const auto isByte = [](const Token& token) { return token.kind == Kind::Byte; };
    for (const Token& token : made.m_tokens | std::views::take_while(isByte))
        made.m_head += static_cast<char>(token.byte);
    for (const Token& token : made.m_tokens | std::views::reverse | std::views::take_while(isByte))
        made.m_tail.insert(made.m_tail.begin(), static_cast<char>(token.byte));
    return made;
}

bool PathPattern::matches(std::string_view path) const
{
    using Kind = Token::Kind;
    if (m_plain)
        return path == m_text;
    if (!path.starts_with(m_head) || !path.ends_with(m_tail))
        return false;
    std::vector<char> reach(path.size() + 1, 0);
    reach[0] = 1;
    for (const Token& token : m_tokens) {
        std::vector<char> after(path.size() + 1, 0);
        bool any = false, open = false;
        for (std::size_t i = 0; i <= path.size(); ++i) {
            const bool here = reach[i] != 0;
            const auto byte = static_cast<unsigned char>(i < path.size() ? path[i] : 0);
            bool into = false;
            switch (token.kind) {
            case Kind::Star: // what was open stays open until a slash
                open = here || (open && path[i - 1] != '/');
                after[i] = static_cast<char>(open);
                break;
            case Kind::Rest:
                open = open || here;
                after[i] = static_cast<char>(open);
                break;
            case Kind::Folders: // nothing, or anything that ends with a slash
                after[i] = static_cast<char>(here || (open && path[i - 1] == '/'));
                open = open || here;
                break;
            case Kind::One:
                into = here && i < path.size() && byte != '/';
                break;
            case Kind::Byte:
                into = here && i < path.size() && byte == token.byte;
                break;
            case Kind::Class:
                into = here && i < path.size() && m_sets[token.set].test(byte);
                break;
            }
            if (into)
                after[i + 1] = 1;
            any = any || into || after[i];
        }
        if (!any)
            return false;
        reach = std::move(after);
    }
    return reach.back() != 0;
}

bool hasWildcards(std::string_view path)
{
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '\\')
            ++i;
        else if (path[i] == '*' || path[i] == '?' || path[i] == '[')
            return true;
    }
    return false;
}

Status IgnoreFile::add(std::string line)
{
    const bool exception = line.starts_with('!');
    if (exception)
        line = trimmed(std::string_view(line).substr(1));
    if (line.empty())
        return fail(ErrorKind::InvalidArgument, "illegal exclusion pattern: \"!\"");
    std::string path = std::filesystem::path(line).lexically_normal().string();
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    if (path.size() > 1 && path.starts_with('/'))
        path.erase(0, 1);
    auto pattern = PathPattern::parse(path);
    if (!pattern)
        return wrap(pattern.error(), "illegal pattern \"" + line + "\"");
    m_rules.push_back({*std::move(pattern), exception});
    return {};
}

Result<IgnoreFile> IgnoreFile::parse(std::string_view text)
{
    IgnoreFile made;
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        const std::string_view pattern = trimmed(line);
        if (!line.starts_with('#') && !pattern.empty())
            TRY_STATUS(made.add(std::string(pattern)));
    }
    return made;
}

Result<IgnoreFile> IgnoreFile::of(const std::vector<std::string>& patterns)
{
    IgnoreFile made;
    for (const std::string& pattern : patterns)
        TRY_STATUS(made.add(pattern));
    return made;
}

bool IgnoreFile::ignores(const std::string& path) const
{
    bool ignored = false;
    for (const Rule& rule : m_rules) {
        if (rule.exception != ignored)
            continue;
        bool matched = rule.pattern.matches(path);
        for (auto slash = path.find('/'); !matched && slash != std::string::npos; slash = path.find('/', slash + 1))
            matched = rule.pattern.matches(std::string_view(path).substr(0, slash));
        if (matched)
            ignored = !rule.exception;
    }
    return ignored;
}

bool IgnoreFile::hasExceptions() const
{
    return std::ranges::any_of(m_rules, &Rule::exception);
}

} // namespace slipway::dockerfile
