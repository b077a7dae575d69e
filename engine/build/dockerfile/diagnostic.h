// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace slipway::dockerfile
{

// A place in the text: both count from 1; a column counts bytes of UTF-8, so that column - 1 is an offset into the line.
struct Position
{
    int line = 1, column = 1;
    auto operator<=>(const Position&) const = default;
};

struct Range // end is the first place that does not belong to it
{
    Position start, end;
    auto operator<=>(const Range&) const = default;
};

enum class Severity : std::uint8_t { Error, Warning, Info };

// One thing that is wrong, or could be better, at one place.
struct Diagnostic
{
    Severity severity = Severity::Error;
    std::string rule; // of lint, "StageNameCasing"; empty for errors, which nobody can switch off
    Range range;
    std::string message; // in BuildKit's words where it has some
    std::string fix;     // what would stand at RANGE instead (only when hasFix)
    bool hasFix = false;
};

} // namespace slipway::dockerfile
