// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include <QString>

#include "terminal/cell_style.h"

// One line of a log as it is shown: SGR sequences become styles, every other escape sequence goes, tabs become spaces and
// control characters become their pictures (␍), so nothing in a log can act on the view.
namespace slipway::ui
{

struct StyleRun
{
    int start = 0, length = 0; // in text
    CellStyle style;
};

struct AnsiLine
{
    QString text;
    std::vector<StyleRun> runs; // cover the text, in order
    std::vector<int> columns;   // of every UTF-16 unit and of the end; empty when unit i is column i

    [[nodiscard]] int width() const { return columns.empty() ? static_cast<int>(text.size()) : columns.back(); }
    [[nodiscard]] int columnOf(int index) const;
    [[nodiscard]] int indexAt(int column) const; // of the character covering that column; text.size() beyond
    // Where each row starts when wrapped at COLUMNS; always begins with 0.
    [[nodiscard]] std::vector<int> wrap(int maxColumns) const;
};

[[nodiscard]] AnsiLine parseAnsi(std::string_view bytes);
void measure(AnsiLine& line); // fills in its columns from its text

// Applies the parameters of an SGR sequence ("1;38;5;196").
void applySgr(std::string_view parameters, CellStyle& style);

} // namespace slipway::ui
