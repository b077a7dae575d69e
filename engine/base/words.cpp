// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.h"

#include <format>
#include <sstream>
#include <string_view>

namespace slipway
{

std::vector<std::string> wordsOf(const std::string& text)
{
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::string goQuoted(const std::string& text)
{
    static constexpr std::string_view escaped = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
    std::string quoted = "\"";
    for (const char c : text) {
        if (const std::size_t which = escaped.find(c); which != std::string_view::npos)
            quoted += {'\\', letters[which]};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            quoted += std::format("\\x{:02x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted + '"';
}

} // namespace slipway
