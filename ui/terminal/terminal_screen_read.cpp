// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <algorithm>

namespace slipway::ui
{

void TerminalScreen::read(int index, TerminalLine& line) const
{
    const int above = m_alternate ? 0 : m_history.size();
    if (index < above)
        return m_history.read(index, line);
    const Row& row = const_cast<TerminalScreen*>(this)->screenRow(index - above);
    line.cells = row.cells;
    line.continued = row.continued;
    line.styles.assign(1, CellStyle{});
    std::uint16_t last = 0, renamed = 0; // a style that comes again later in the row is held twice
    for (TerminalCell& cell : line.cells) {
        if (cell.style != last) {
            last = cell.style;
            renamed = last == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(line.styles.size());
            if (last != 0)
                line.styles.push_back(m_styles[last]);
        }
        cell.style = renamed;
    }
}

TerminalLine TerminalScreen::line(int index) const
{
    TerminalLine result;
    read(index, result);
    return result;
}

QString TerminalScreen::text(const TerminalCell& cell) const
{
    if (cell.code == 0)
        return cell.width == 0 ? QString() : QStringLiteral(" ");
    if (cell.code & TerminalCell::combinedBit) {
        const std::u32string& all = m_combined[cell.code & ~TerminalCell::combinedBit];
        return QString::fromUcs4(all.data(), static_cast<qsizetype>(all.size()));
    }
    const char32_t c = cell.code;
    return QString::fromUcs4(&c, 1);
}

QString TerminalScreen::text(const TerminalLine& line, int fromColumn, int toColumn) const
{
    int end = toColumn < 0 ? static_cast<int>(line.cells.size()) : std::min(toColumn, static_cast<int>(line.cells.size()));
    const bool goesOn = line.continued && end == static_cast<int>(line.cells.size()); // then a blank at the edge is one between words
    while (goesOn && end > fromColumn && end > 0 && line.cells[static_cast<std::size_t>(end - 1)].code == 0 && line.cells[static_cast<std::size_t>(end - 1)].width != 0)
        --end; // a wide character did not fit
    QString out;
    out.reserve(std::max(0, end - fromColumn));
    for (int c = std::max(0, fromColumn); c < end; ++c) {
        const TerminalCell& cell = line.cells[static_cast<std::size_t>(c)];
        if (cell.code != 0 && cell.code < 0x80)
            out += QLatin1Char(static_cast<char>(cell.code));
        else
            out += text(cell);
    }
    qsizetype length = out.size();
    while (!goesOn && length > 0 && out[length - 1] == QLatin1Char(' '))
        --length;
    out.truncate(length);
    return out;
}

QString TerminalScreen::lineText(int index, int fromColumn, int toColumn) const { return text(line(index), fromColumn, toColumn); }

} // namespace slipway::ui
