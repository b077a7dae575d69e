// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.h"

#include <sstream>

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

} // namespace slipway
