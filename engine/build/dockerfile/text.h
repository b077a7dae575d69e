// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Small text helpers of the Dockerfile library. Text is UTF-8; bytes that are not pass through untouched.
namespace slipway::dockerfile
{

// The character at AT and how many bytes it takes (1 and the byte itself where it is no UTF-8).
struct Character
{
    char32_t code = 0;
    std::size_t bytes = 0;
};
[[nodiscard]] Character characterAt(std::string_view text, std::size_t at);
void appendUtf8(std::string& text, char32_t code);

[[nodiscard]] bool isSpace(char32_t code);  // Unicode's White_Space, as Go's unicode.IsSpace
[[nodiscard]] bool isLetter(char32_t code); // what may stand in a variable's name besides digits and _

[[nodiscard]] std::string toLower(std::string_view ascii);
[[nodiscard]] std::string toUpper(std::string_view ascii);
[[nodiscard]] std::size_t leadingSpace(std::string_view text); // bytes
[[nodiscard]] std::string_view trimmed(std::string_view text);

// As Go's %q prints it, which is how Docker's messages quote foreign text.
[[nodiscard]] std::string inQuotes(std::string_view text);

// The option nearest to WORD, at most two edits away, in WORD's case unless CASESENSITIVE; empty when nothing is close or
// WORD is itself an option.
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string> options, bool caseSensitive);
// " (did you mean X?)", or nothing.
[[nodiscard]] std::string didYouMean(const std::string& suggestion);

} // namespace slipway::dockerfile
