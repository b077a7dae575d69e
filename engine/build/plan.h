// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "build/dockerfile/dockerfile.h"

namespace slipway::build
{

// What a target needs, in the order of the Dockerfile: each stage with the slots of those it waits for.
struct PlannedStage
{
    const dockerfile::Stage* stage = nullptr;
    std::vector<std::size_t> needs; // slots, all before its own
    int firstStep = 1;
    int steps = 1; // its FROM and its instructions
};

struct Plan
{
    std::vector<PlannedStage> stages; // the target is the last
    int totalSteps = 0;
};

// GLOBALS: what FROM may use. EXTRALABELS are steps of the target. InvalidArgument when the target is not there.
[[nodiscard]] Result<Plan> makePlan(const dockerfile::File& file, const std::string& target, const dockerfile::Values& globals,
                                    int extraLabels);

// The global ARGs with the build's values, and the platform's: what FROM may use.
[[nodiscard]] Result<dockerfile::Values> globalValues(const dockerfile::File& file, const std::map<std::string, std::string>& given,
                                                      const std::string& platform, const std::string& target);

} // namespace slipway::build
