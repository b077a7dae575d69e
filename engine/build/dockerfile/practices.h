// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/lint.h"

// Advice beyond BuildKit's: the practices that hadolint checks, under its codes, in our own words. What its list has and BuildKit's
// rules say already is told by those (practiceOf); what is left out and why stands in docs/dockerfile-lint.md.
namespace slipway::dockerfile
{

struct Practice
{
    std::string_view code; // "DL3008"
    Severity severity = Severity::Warning; // hadolint's errors are warnings here: a Dockerfile with them can be built
    std::string_view description;
    bool asked = false; // only when asked for by "# check=experimental=CODE"
};

[[nodiscard]] std::span<const Practice> practices();

// The code that hadolint has for a rule of BuildKit's; empty: none.
[[nodiscard]] std::string_view practiceOf(std::string_view rule);

// "# hadolint ignore=DL3008,DL3009" and "# hadolint global ignore=…" in a comment: the codes; empty: it is another comment.
struct HadolintComment
{
    std::set<std::string, std::less<>> codes;
    bool global = false;
};
[[nodiscard]] HadolintComment hadolintComment(std::string_view comment);
// All that are ignored everywhere in FILE.
[[nodiscard]] std::set<std::string, std::less<>> ignoredEverywhere(const File& file);

// The findings of practices(), in the order of the text; "# check=skip=" and hadolint's comments are honoured.
[[nodiscard]] std::vector<Diagnostic> checkPractices(const File& file, const LintOptions& options);

} // namespace slipway::dockerfile
