// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/dockerfile.h"

// Advice on a Dockerfile that can be built: BuildKit's rules, with its names, words and verdicts.
namespace slipway::dockerfile
{

struct LintRule
{
    std::string_view name, description, url;
    bool experimental = false; // only when asked for
};

// All of them, in BuildKit's order.
[[nodiscard]] std::span<const LintRule> lintRules();

struct LintOptions
{
    Values args;                    // build arguments given
    std::string platform = "linux/amd64";
    std::string target;             // with allStages false only what it needs is looked at, as BuildKit does
    bool allStages = true;
    bool practices = false;         // also those of practices.h, and hadolint's comments count for BuildKit's rules too
    std::set<std::string, std::less<>> skip, experimental; // rule names; "all"
    // The variables ("NAME=value") of a base image, its platform ("linux/arm64"), where they are known. Of images that are
    // not known no variable is called undefined, unless it is close to one that is defined.
    struct BaseImage
    {
        std::vector<std::string> env;
        std::string platform;
    };
    std::function<std::optional<BaseImage>(const std::string& image)> baseImage;
    // Whether .dockerignore takes PATH away. Give it only when the file has no exceptions, as BuildKit does.
    std::function<bool(const std::string& path)> ignored;
};

// Diagnostics of severity Warning (and Info: practices) in the order of the text, NoEmptyContinuation included; errors are File::diagnostics.
// "# check=skip=…;experimental=…" of the file and comments of that form above an instruction are honoured.
[[nodiscard]] std::vector<Diagnostic> lint(const File& file, const LintOptions& options = {});

// "# check=error=true": then a warning is to fail the build.
[[nodiscard]] bool warningsAreErrors(const File& file);

} // namespace slipway::dockerfile
