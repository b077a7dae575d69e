// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <algorithm>
#include <cstdio>

#include "terminal/plain_bytes.h"

// Plain text in the usual modes is written past libvterm, which spends 30 ns on a character and 50 on a line feed. Before it gets
// anything again it is told where the cursor is and which glyph was the last.
namespace slipway::ui
{

bool TerminalScreen::canWritePast() const
{
    return m_unusual == 0 && (m_past || (m_cursorColumn < m_columns - 1 && m_expectedColumn < m_columns)); // else it may wait at the edge
}

void TerminalScreen::beginPast()
{
    if (m_past)
        return;
    m_past = true;
    m_phantom = false;
    m_pastGlyph = 0;
}

// The commonest movements, and erasing in a line.
bool TerminalScreen::movePast(const Csi& csi)
{
    const auto argument = [&](std::size_t i, long whenMissing) { return i < csi.count && csi.arguments[i] > 0 ? csi.arguments[i] : whenMissing; };
    const bool absolute = csi.final == 'H';
    if (absolute ? m_unusual != 0 : !canWritePast())
        return false;
    long row = m_cursorRow, column = m_cursorColumn;
    switch (csi.final) {
    case 'A': row -= argument(0, 1); break;
    case 'B': row += argument(0, 1); break;
    case 'C': column += argument(0, 1); break;
    case 'D': column -= argument(0, 1); break;
    case 'G': column = argument(0, 1) - 1; break;
    case 'd': row = argument(0, 1) - 1; break;
    case 'H':
        row = argument(0, 1) - 1;
        column = argument(1, 1) - 1;
        break;
    case 'K': {
        const long how = std::max(0L, csi.arguments[0]);
        if (how > 2)
            return false;
        beginPast();
        erase(m_cursorRow, m_cursorRow + 1, how == 0 ? m_cursorColumn : 0, how == 1 ? m_cursorColumn + 1 : m_columns, false);
        return true;
    }
    default: return false;
    }
    beginPast();
    m_phantom = false;
    m_cursorRow = static_cast<int>(std::clamp(row, 0L, m_rows - 1L));
    m_cursorColumn = static_cast<int>(std::clamp(column, 0L, m_columns - 1L));
    m_effort += 2;
    return true;
}

void TerminalScreen::sync()
{
    if (m_penPast)
        tellPen();
    if (!m_past)
        return;
    m_past = false;
    m_muted = true;
    const auto move = [this](int row, int column) {
        char text[32] = "\x1b[";
        const int length = std::snprintf(text, sizeof text, "\x1b[%d;%dH", row + 1, column + 1);
        feed({text, static_cast<std::size_t>(length)});
    };
    if (m_pastGlyph != 0) {
        move(m_pastGlyphRow, m_pastGlyphColumn);
        feed({&m_pastGlyph, 1});
        m_lastWidth = 1;
    }
    if (!m_phantom)
        move(m_cursorRow, m_cursorColumn);
    m_muted = false;
    m_expectedColumn = m_phantom ? m_columns : m_cursorColumn;
    m_lastColumn = m_cursorColumn;
}

void TerminalScreen::putPlain(const char* at, int count, int row, int column)
{
    Row& line = screenRow(row);
    const std::size_t begin = static_cast<std::size_t>(column), end = static_cast<std::size_t>(column + count);
    if (line.cells.size() < end)
        line.cells.resize(end);
    TerminalCell* cell = line.cells.data() + begin;
    const std::uint16_t style = m_penStyle;
    for (int i = 0; i < count; ++i)
        cell[i] = {static_cast<unsigned char>(at[i]), style, 1};
    repairWide(line, column);
    repairWide(line, column + count);
}

void TerminalScreen::writePast(const char* at, const char* const end)
{
    beginPast();
    m_pen.set(CellStyle::Protected, false);
    (void)penStyle();
    const int bottom = m_rows - 1;
    bool scrolled = false; // these rows were really written at the bottom
    const auto lineFeed = [&] {
        if (m_cursorRow == bottom) {
            scrollScreen();
            if (m_pen.bg != CellColor{})
                erase(bottom, m_rows, 0, m_columns, false);
        } else {
            ++m_cursorRow;
            m_phantom = false;
        }
    };
    while (at < end) {
        if (*at >= 0x20) {
            const char* const stop = printableEnd(at, end);
            while (at < stop) {
                if (m_phantom) {
                    lineFeed();
                    m_phantom = false;
                    m_cursorColumn = 0;
                    markWrapped(m_cursorRow);
                }
                const int count = static_cast<int>(std::min<std::ptrdiff_t>(stop - at, m_columns - m_cursorColumn));
                putPlain(at, count, m_cursorRow, m_cursorColumn);
                at += count;
                m_pastGlyph = at[-1];
                m_pastGlyphRow = scrolled ? bottom : m_cursorRow;
                m_pastGlyphColumn = m_cursorColumn + count - 1;
                m_phantom = m_pastGlyphColumn == m_columns - 1;
                m_cursorColumn = std::min(m_cursorColumn + count, m_columns - 1);
            }
            continue;
        }
        switch (*at++) {
        case '\r':
            m_phantom = m_phantom && m_cursorColumn == 0;
            m_cursorColumn = 0;
            break;
        case '\n':
            lineFeed();
            if (m_cursorRow == bottom && m_cursorColumn == 0 && !m_alternate && screenRow(bottom).cells.empty()) {
                const char* const next = writeLinesPast(at, end);
                if (next != at) {
                    scrolled = true;
                    at = next;
                }
            }
            break;
        default:
            if (m_cursorColumn < m_columns - 1)
                m_cursorColumn = std::min((m_cursorColumn / 8 + 1) * 8, m_columns - 1);
            break;
        }
    }
    if (m_cursorRow == bottom)
        scrolled = false;
}

// The cursor is at the beginning of the last row, and many whole lines follow: all but those that will be on the screen in the
// end go straight into the scrollback. Says where the others begin; these are written from the first row on.
const char* TerminalScreen::writeLinesPast(const char* at, const char* const end)
{
    const auto lineEnd = [&](const char* from) -> const char* { // of a line that is as simple as can be
        const char* const stop = printableEnd(from, end);
        if (stop < end && *stop == '\n' && stop == from)
            return stop + 1;
        return end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n' && stop - from <= m_columns ? stop + 2 : nullptr;
    };
    const std::size_t shown = static_cast<std::size_t>(m_rows - 1);
    constexpr std::size_t worthIt = 16;
    if (m_rows < 2 || static_cast<std::size_t>(end - at) < shown + worthIt)
        return at;
    // A window of the last SHOWN lines runs over the text; what falls out of it is history.
    std::vector<const char*> starts(shown + 1);
    std::size_t count = 0;
    const char* next = at;
    const CellStyle style = m_styles[m_penStyle];
    bool emptied = false;
    while (const char* const after = lineEnd(next)) {
        starts[count % starts.size()] = next;
        ++count;
        next = after;
        if (count <= shown)
            continue;
        if (!emptied) {
            if (count < shown + worthIt && static_cast<std::size_t>(end - next) < worthIt)
                break;
            for (int r = 0; r < m_rows - 1; ++r)
                scrollScreen();
            emptied = true;
        }
        const char* const line = starts[count % starts.size()];
        const char* const stop = starts[(count + 1) % starts.size()];
        const std::ptrdiff_t length = stop - line >= 2 && stop[-2] == '\r' ? stop - line - 2 : 0;
        m_history.push(std::string_view(line, static_cast<std::size_t>(length)), style);
    }
    if (!emptied)
        return at;
    m_cursorRow = 0;
    return starts[(count + 1) % starts.size()];
}

} // namespace slipway::ui
