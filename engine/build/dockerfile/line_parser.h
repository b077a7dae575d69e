// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "build/dockerfile/syntax.h"

namespace slipway::dockerfile
{

// Fills keyword, flags, args, json and trigger of NODE from its `line`. A problem goes to PROBLEM (message and the bytes of
// the line it is about) and leaves what was understood.
struct LineProblem
{
    std::string message;
    std::size_t begin = 0, end = 0;
};
[[nodiscard]] bool parseLine(Node& node, char escape, LineProblem& problem);

// The names of all instructions, upper case.
[[nodiscard]] const std::vector<std::string>& instructionNames();

} // namespace slipway::dockerfile
