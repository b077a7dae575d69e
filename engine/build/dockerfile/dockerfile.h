// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "build/dockerfile/instruction.h"

// A Dockerfile, read once and shared by the builder, the editor and lint. Depends on base only; pure functions of the text,
// thread-safe.
//
//   const File file = parse(text);
//   for (const Diagnostic& problem : file.diagnostics) …    every error, each at its place, not just the first
//   for (const Stage& stage : file.stages) for (const Instruction& each : stage.instructions)
//       if (const auto* copy = each.as<Copy>()) …
//
// The words are BuildKit's. A frontend named by "# syntax=" is never fetched: this one answers for all.
namespace slipway::dockerfile
{

struct Stage
{
    Instruction from; // its body is a From
    std::vector<Instruction> instructions;
    int index = 0;
    [[nodiscard]] const From& base() const { return *from.as<From>(); }
    // "AS name", or "stage-N" as BuildKit calls one that has none.
    [[nodiscard]] std::string name() const { return base().name.empty() ? "stage-" + std::to_string(index) : base().name; }
};

struct File
{
    Syntax syntax;
    std::vector<Instruction> globalArgs; // the ARGs before the first FROM
    std::vector<Stage> stages;
    std::vector<Diagnostic> diagnostics; // errors and NoEmptyContinuation, in the order of the text

    [[nodiscard]] const Diagnostic* firstError() const; // null: it can be built
    // The stage that NAME (any case) or number names, looking at those before BEFORE only, the last one first; null: none.
    [[nodiscard]] const Stage* stage(std::string_view nameOrIndex, int before) const;
};

[[nodiscard]] File parse(std::string_view text);

// The stage a whole build makes when TARGET is given or empty. NotFound with a suggestion.
[[nodiscard]] Result<const Stage*> targetStage(const File& file, const std::string& target);

// The platform arguments that FROM sees and that a stage may ask for by ARG: TARGETPLATFORM, TARGETOS, TARGETARCH,
// TARGETVARIANT, BUILDPLATFORM, …, TARGETSTAGE.
using Values = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Values platformArgs(const std::string& platform, const std::string& targetStage);

// HTTP_PROXY and its kin, in both cases: every RUN sees them when given, no ARG needed, and they change no cache key.
[[nodiscard]] bool isProxyArg(std::string_view name);

} // namespace slipway::dockerfile
