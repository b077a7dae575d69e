// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace slipway::dockerfile
{

// The value of a variable; nullopt when it is not set (which is not the same as empty).
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

struct ExpandOptions
{
    char escape = '\\';      // the file's escape character
    bool rawQuotes = false;  // quotes stay in the result
    bool rawEscapes = false; // so do escape characters
    bool plainQuotes = false; // quotes mean nothing (the content of a heredoc)
    bool keepUnset = false;  // what names an unset variable stays as it was written
};

struct Expansion
{
    std::string text;               // the whole, blanks kept
    std::vector<std::string> words; // split at blanks that are not quoted, after substitution
    std::set<std::string> used, unset; // names that were looked up, by what came of it
};

// Quotes, escapes and variables of a Dockerfile word, as BuildKit reads them:
//   $name ${name} ${name:-word} ${name-word} ${name:+word} ${name+word} ${name:?message} ${name?message}
//   ${name#pattern} ${name##pattern} ${name%pattern} ${name%%pattern} ${name/pattern/text} ${name//pattern/text}
// Single quotes keep everything, double quotes keep all but $ and escapes. Patterns know * and ?. Positional and special
// parameters ($1, $@, …) are never set. InvalidArgument in BuildKit's words ("failed to process "…": syntax error:
// missing '}'"); words nested more than 200 deep are refused.
[[nodiscard]] Result<Expansion> expand(std::string_view word, const Lookup& lookup, const ExpandOptions& options = {});

// A lookup that knows no name.
[[nodiscard]] Lookup noVariables();

} // namespace slipway::dockerfile
