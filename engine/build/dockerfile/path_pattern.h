// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace slipway::dockerfile
{

// A path pattern: * and ? (not across /), ** (any folders), [a-z] and [^a-z], \ before what is meant literally.
// All ways are followed at once, so no pattern can make matching slow.
class PathPattern
{
public:
    // InvalidArgument "syntax error in pattern".
    [[nodiscard]] static Result<PathPattern> parse(std::string_view pattern);
    [[nodiscard]] bool matches(std::string_view path) const;
    [[nodiscard]] bool isPlain() const { return m_plain; } // it has no wildcard

private:
    struct Token
    {
        enum class Kind : std::uint8_t { Byte, One, Star, Folders, Rest, Class } kind;
        unsigned char byte = 0;
        std::size_t set = 0;
    };
    std::vector<Token> m_tokens;
    std::vector<std::bitset<256>> m_sets;
    std::string m_text;         // of a plain one
    std::string m_head, m_tail; // what all that matches begins and ends with
    bool m_plain = true;
};

[[nodiscard]] bool hasWildcards(std::string_view path);

// .dockerignore, by dockerd's exact rules: one pattern a line, # comments, ! exceptions, the last match wins, and what lies
// in an ignored folder is ignored.
class IgnoreFile
{
public:
    IgnoreFile() = default;
    // InvalidArgument names the line.
    [[nodiscard]] static Result<IgnoreFile> parse(std::string_view text);
    [[nodiscard]] static Result<IgnoreFile> of(const std::vector<std::string>& patterns);

    // PATH is relative to the context ("src/main.c").
    [[nodiscard]] bool ignores(const std::string& path) const;
    [[nodiscard]] bool empty() const { return m_rules.empty(); }
    [[nodiscard]] bool hasExceptions() const; // then an ignored folder must still be looked into

private:
    struct Rule
    {
        PathPattern pattern;
        bool exception = false;
    };
    Status add(std::string line);
    std::vector<Rule> m_rules;
};

} // namespace slipway::dockerfile
