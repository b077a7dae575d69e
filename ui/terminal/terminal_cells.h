// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "terminal/cell_style.h"

namespace slipway::ui
{

struct TerminalCell
{
    static constexpr std::uint32_t combinedBit = 0x80000000u;
    std::uint32_t code = 0;  // Unicode; 0 = blank; with combinedBit: index into the screen's table of combined characters
    std::uint16_t style = 0; // index into whatever holds the cell: a screen's table, or TerminalLine::styles
    std::uint16_t width = 1; // 2 for a wide character, 0 for the cell it covers
};

// A line as one reads it, wherever it lies.
struct TerminalLine
{
    std::vector<TerminalCell> cells; // what is beyond the end is blank in the default style
    std::vector<CellStyle> styles;   // the first is the default
    bool continued = false;          // the line goes on in the next row
};

} // namespace slipway::ui
