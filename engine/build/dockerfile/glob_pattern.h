// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace slipway::dockerfile
{

// The pattern of ${name#pattern} and its kin: * any text, ? any character (neither crosses a line), \ takes the next of
// * ? \ literally. Matching follows all ways at once, never by trial and error: no
// pattern can make it hang.
class GlobPattern
{
public:
    // InvalidArgument "invalid escape '\x'".
    [[nodiscard]] static Result<GlobPattern> parse(std::string_view pattern);

    [[nodiscard]] std::string withoutPrefix(std::string_view text, bool longest) const;
    [[nodiscard]] std::string withoutSuffix(std::string_view text, bool longest) const;
    [[nodiscard]] std::string replaced(std::string_view text, std::string_view by, bool all) const;

private:
    struct Token
    {
        enum class Kind : std::uint8_t { Text, Any, One } kind;
        char32_t code = 0;
    };
    using Tokens = std::vector<Token>;
    static std::optional<std::size_t> prefix(const Tokens& tokens, std::u32string_view text, bool longest, bool& hopeless);

    Tokens m_tokens;
};

} // namespace slipway::dockerfile
