// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <algorithm>
#include <cstdlib>

#include <vterm.h>

namespace slipway::ui
{
namespace
{

constexpr std::size_t maxCombined = 1u << 16, longestCombined = 6;

CellColor fromVterm(const VTermColor& c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
        return {};
    if (VTERM_COLOR_IS_INDEXED(&c))
        return CellColor::indexed(c.indexed.idx);
    return CellColor::rgb(c.rgb.red, c.rgb.green, c.rgb.blue);
}

} // namespace

struct TerminalScreen::Callbacks
{
    static TerminalScreen& self(void* user) { return *static_cast<TerminalScreen*>(user); }

    static int putglyph(VTermGlyphInfo* info, VTermPos pos, void* user)
    {
        if (!self(user).m_muted)
            self(user).putGlyph(info->chars, info->width, info->protected_cell, pos.row, pos.col);
        return 1;
    }
    static int movecursor(VTermPos pos, VTermPos, int, void* user)
    {
        TerminalScreen& s = self(user);
        if (s.m_muted)
            return 1;
        s.m_cursorRow = pos.row;
        s.m_cursorColumn = pos.col;
        if (s.m_expectedColumn < s.m_columns || pos.col != s.m_lastColumn) // else it waits at the edge, on a wide character even before it
            s.m_expectedColumn = pos.col;
        return 1;
    }
    static int scrollrect(VTermRect r, int downward, int rightward, void* user)
    {
        return self(user).m_muted || self(user).scroll(r.start_row, r.end_row, r.start_col, r.end_col, downward, rightward) ? 1 : 0;
    }
    static int moverect(VTermRect dest, VTermRect src, void* user)
    {
        if (!self(user).m_muted)
            self(user).moveCells(src.start_row, src.start_col, dest.start_row, dest.start_col, src.end_row - src.start_row,
                                 src.end_col - src.start_col);
        return 1;
    }
    static int erase(VTermRect r, int selective, void* user)
    {
        if (!self(user).m_muted)
            self(user).erase(r.start_row, r.end_row, r.start_col, r.end_col, selective != 0);
        return 1;
    }
    static int initpen(void* user)
    {
        self(user).m_pen = {};
        self(user).m_penChanged = true;
        return 1;
    }
    static int setpenattr(VTermAttr attr, VTermValue* value, void* user)
    {
        CellStyle& pen = self(user).m_pen;
        self(user).m_penChanged = true;
        switch (attr) {
        case VTERM_ATTR_BOLD: pen.set(CellStyle::Bold, value->boolean); break;
        case VTERM_ATTR_UNDERLINE:
            pen.set(CellStyle::Underline, value->number != VTERM_UNDERLINE_OFF);
            pen.set(CellStyle::DoubleUnderline, value->number == VTERM_UNDERLINE_DOUBLE);
            pen.set(CellStyle::CurlyUnderline, value->number == VTERM_UNDERLINE_CURLY);
            break;
        case VTERM_ATTR_ITALIC: pen.set(CellStyle::Italic, value->boolean); break;
        case VTERM_ATTR_BLINK: pen.set(CellStyle::Blink, value->boolean); break;
        case VTERM_ATTR_REVERSE: pen.set(CellStyle::Reverse, value->boolean); break;
        case VTERM_ATTR_CONCEAL: pen.set(CellStyle::Conceal, value->boolean); break;
        case VTERM_ATTR_STRIKE: pen.set(CellStyle::Strike, value->boolean); break;
        case VTERM_ATTR_FOREGROUND: pen.fg = fromVterm(value->color); break;
        case VTERM_ATTR_BACKGROUND: pen.bg = fromVterm(value->color); break;
        default: break;
        }
        return 1;
    }
    static int settermprop(VTermProp prop, VTermValue* value, void* user)
    {
        const bool isNumber = prop == VTERM_PROP_CURSORSHAPE || prop == VTERM_PROP_MOUSE;
        self(user).setTermProp(prop, !isNumber && value->boolean, isNumber ? value->number : 0);
        return 1;
    }
    static int bell(void* user)
    {
        if (self(user).onBell)
            self(user).onBell();
        return 1;
    }
    static int setlineinfo(int row, const VTermLineInfo* now, const VTermLineInfo* before, void* user)
    {
        TerminalScreen& s = self(user);
        if (now->doublewidth && (!before->doublewidth || now->doubleheight != before->doubleheight)) // half as many fit; they are not drawn larger
            s.erase(row, row + 1, s.m_columns / 2, s.m_columns, false);
        return 1;
    }
    // Without this callback libvterm 0.3.3 keeps its line infos at the old size and writes past them.
    static int resize(int rows, int, VTermStateFields* fields, void* user)
    {
        const int before = self(user).m_lineInfoRows;
        for (VTermLineInfo*& infos : fields->lineinfos) {
            if (!infos)
                continue;
            auto* grown = static_cast<VTermLineInfo*>(allocate(sizeof(VTermLineInfo) * static_cast<std::size_t>(rows), nullptr));
            std::copy_n(infos, std::min(rows, before), grown);
            release(infos, nullptr);
            infos = grown;
        }
        self(user).m_lineInfoRows = rows;
        return 1;
    }
    static void* allocate(std::size_t size, void*) { return std::calloc(1, std::max<std::size_t>(1, size)); }
    static void release(void* p, void*) { std::free(p); }
    static int clearScrollback(void* user)
    {
        self(user).clearScrollback();
        return 1;
    }
    static void output(const char* bytes, std::size_t length, void* user) { self(user).answer({bytes, length}); }
    static constexpr VTermStateCallbacks table = {&putglyph, &movecursor,  &scrollrect, &moverect,
                                                  &erase,    &initpen,     &setpenattr, &settermprop,
                                                  &bell,     &resize,      &setlineinfo, &clearScrollback};
};

TerminalScreen::TerminalScreen(int rows, int columns, std::size_t scrollback)
    : TerminalScreen(rows, columns, TerminalHistory::Limits{.lines = scrollback})
{
}

TerminalScreen::TerminalScreen(int rows, int columns, TerminalHistory::Limits scrollback)
    : m_rows(std::clamp(rows, 1, maxRows)), m_columns(std::clamp(columns, 2, maxColumns)), m_history(scrollback)
{
    m_primaryGrid.rows.resize(static_cast<std::size_t>(m_rows));
    m_lineInfoRows = m_rows;
    static VTermAllocatorFunctions allocator = {&Callbacks::allocate, &Callbacks::release};
    m_vterm = vterm_new_with_allocator(m_rows, m_columns, &allocator, nullptr);
    vterm_set_utf8(m_vterm, 1);
    vterm_output_set_callback(m_vterm, &Callbacks::output, this);
    VTermState* state = vterm_obtain_state(m_vterm);
    vterm_state_set_callbacks(state, &Callbacks::table, this);
    vterm_state_reset(state, 1);
}

TerminalScreen::~TerminalScreen() { vterm_free(m_vterm); }

void TerminalScreen::reset()
{
    write("\x18\x1b" "c");
}

void TerminalScreen::clearScrollback() { m_history.clear(); }

void TerminalScreen::Grid::straighten()
{
    std::rotate(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(base), rows.end());
    base = 0;
}

void TerminalScreen::resize(int rows, int columns)
{
    rows = std::clamp(rows, 1, maxRows);
    columns = std::clamp(columns, 2, maxColumns);
    if (rows == m_rows && columns == m_columns)
        return;
    sync();
    if (m_unusual & (Region | Margins)) { // libvterm scrolls past the end of its memory when these lie outside the new size
        const int row = m_cursorRow, column = m_cursorColumn;
        feed("\x1b[r\x1b[s\x1b[?6l");
        feed("\x1b[" + std::to_string(row + 1) + ';' + std::to_string(column + 1) + 'H');
        m_unusual &= static_cast<std::uint16_t>(~(Region | Margins | Origin));
    }
    const auto fit = [&](Grid& g, int before, bool hasScrollback, int cursor) { // no cursor: -1; returns how many rows went above
        g.straighten();
        int above = 0;
        for (int r = before; r > rows; --r)
            if (cursor >= 0 ? cursor - above < r - 1 : g.rows.back().cells.empty()) {
                g.rows.pop_back(); // what is below the cursor goes first
            } else {
                if (hasScrollback)
                    pushScrollback(g.rows.front());
                g.rows.erase(g.rows.begin());
                ++above;
            }
        g.rows.resize(static_cast<std::size_t>(rows));
        return above;
    };
    fit(m_primaryGrid, m_rows, true, m_alternate ? -1 : m_cursorRow);
    if (m_alternate) {
        if (!m_left)
            m_left = Left{m_alternateGrid, m_rows, m_cursorRow, m_cursorColumn};
        m_alternateGrid = m_left->grid;
        m_cursorRow = m_left->cursorRow - fit(m_alternateGrid, m_left->rows, false, m_left->cursorRow);
        m_cursorColumn = m_left->cursorColumn;
    }
    m_rows = rows;
    m_columns = columns;
    const VTermPos cursor{std::min(m_cursorRow, rows - 1), std::min(m_cursorColumn, columns - 1)};
    vterm_set_size(m_vterm, rows, columns);
    if (m_alternate) // libvterm knows of the last size alone
        feed("\x1b[" + std::to_string(cursor.row + 1) + ';' + std::to_string(cursor.col + 1) + 'H');
    VTermPos at{};
    vterm_state_get_cursorpos(vterm_obtain_state(m_vterm), &at);
    m_cursorRow = at.row;
    m_cursorColumn = m_expectedColumn = at.col;
}

TerminalCell& TerminalScreen::cellAt(Row& row, int column)
{
    const std::size_t at = static_cast<std::size_t>(column);
    if (at >= row.cells.size())
        row.cells.resize(at + 1);
    return row.cells[at];
}

std::uint32_t TerminalScreen::codeOf(const std::uint32_t* chars)
{
    const std::uint32_t base = chars[0] > 0x10ffff ? 0xfffd : chars[0];
    if (base == 0 || chars[1] == 0)
        return base;
    std::u32string all;
    for (std::size_t i = 0; i < longestCombined && chars[i]; ++i)
        all += static_cast<char32_t>(chars[i]);
    if (const auto it = m_combinedIndex.find(all); it != m_combinedIndex.end())
        return TerminalCell::combinedBit | it->second;
    if (m_combined.size() >= maxCombined)
        return base; // the base character alone
    const auto index = static_cast<std::uint32_t>(m_combined.size());
    m_combined.push_back(all);
    m_combinedIndex.emplace(std::move(all), index);
    return TerminalCell::combinedBit | index;
}

void TerminalScreen::putGlyph(const std::uint32_t* chars, int width, bool isProtected, int row, int column)
{
    ++m_effort;
    m_lastWidth = width;
    if (chars[0] != 0 && chars[1] != 0) {
        std::size_t length = 2;
        while (length <= 4 * longestCombined && chars[length] != 0)
            ++length;
        m_tooMany = m_tooMany || length > 4 * longestCombined;
    }
    if (!inside(row, column))
        return;
    if (column == 0 && m_expectedColumn >= m_columns - 1 && !m_filling)
        markWrapped(row);
    width = std::clamp(width, 1, m_columns - column);
    m_expectedColumn = column + width;
    m_lastColumn = column;
    m_pen.set(CellStyle::Protected, isProtected);
    std::uint16_t style = m_penStyle;
    if (m_penChanged || m_styles[m_penStyle].has(CellStyle::Protected) != isProtected)
        style = penStyle();
    Row& line = screenRow(row);
    cellAt(line, column + width - 1);
    line.cells[static_cast<std::size_t>(column)] = {codeOf(chars), style, static_cast<std::uint16_t>(width)};
    for (int i = 1; i < width; ++i)
        line.cells[static_cast<std::size_t>(column + i)] = {0, style, 0};
    repairWide(line, column);
    repairWide(line, column + width);
}

void TerminalScreen::repairWide(Row& row, int column)
{
    const std::size_t at = static_cast<std::size_t>(column), size = row.cells.size();
    if (column > 0 && at <= size && row.cells[at - 1].width == 2 && (at == size || row.cells[at].width != 0))
        row.cells[at - 1] = {0, row.cells[at - 1].style, 1};
    if (at < size && row.cells[at].width == 0 && (column == 0 || row.cells[at - 1].width != 2))
        row.cells[at] = {0, row.cells[at].style, 1};
}

void TerminalScreen::markWrapped(int row)
{
    if (row > 0)
        screenRow(row - 1).continued = true;
    else if (!m_alternate)
        m_history.markLastContinued();
}

void TerminalScreen::pushScrollback(Row& row) { m_history.push(row.cells, m_styles, row.continued); }

void TerminalScreen::scrollScreen()
{
    Grid& g = grid();
    Row& top = g.at(0);
    if (!m_alternate)
        pushScrollback(top);
    top.cells.clear();
    top.continued = false;
    if (++g.base == g.rows.size())
        g.base = 0;
    m_effort += 16;
}

bool TerminalScreen::scroll(int top, int bottom, int left, int right, int downward, int rightward)
{
    if (rightward != 0 || left != 0 || right != m_columns)
        return false;
    top = std::clamp(top, 0, m_rows);
    bottom = std::clamp(bottom, top, m_rows);
    const int height = bottom - top;
    const int count = std::min(std::abs(downward), height);
    m_effort += static_cast<std::size_t>(count) * 16 + static_cast<std::size_t>(height) * (height == m_rows ? 0 : 4);
    const int blankTop = downward > 0 ? bottom - count : top;
    if (downward > 0 && height == m_rows) {
        for (int i = 0; i < count; ++i)
            scrollScreen();
    } else {
        Grid& g = grid();
        g.straighten();
        if (downward > 0 && top == 0 && !m_alternate)
            for (int i = 0; i < count; ++i)
                pushScrollback(g.rows[static_cast<std::size_t>(i)]);
        const auto first = g.rows.begin() + top;
        std::rotate(first, downward > 0 ? first + count : first + (height - count), first + height);
        for (int r = blankTop; r < blankTop + count; ++r)
            g.rows[static_cast<std::size_t>(r)].cells.clear();
    }
    erase(blankTop, blankTop + count, 0, m_columns, false);
    return true;
}

void TerminalScreen::moveCells(int fromRow, int fromColumn, int toRow, int toColumn, int rows, int columns)
{
    for (int i = 0; i < rows; ++i) {
        const int r = fromRow < toRow ? rows - 1 - i : i; // the rows may overlap
        if (columns <= 0 || !inside(fromRow + r, fromColumn) || !inside(toRow + r, toColumn) ||
            !inside(fromRow + r, fromColumn + columns - 1) || !inside(toRow + r, toColumn + columns - 1))
            continue;
        Row& from = screenRow(fromRow + r);
        Row& to = screenRow(toRow + r);
        cellAt(from, fromColumn + columns - 1);
        cellAt(to, toColumn + columns - 1);
        const auto begin = from.cells.begin() + fromColumn;
        const auto target = to.cells.begin() + toColumn;
        if (fromColumn < toColumn && &from == &to)
            std::copy_backward(begin, begin + columns, target + columns);
        else
            std::copy(begin, begin + columns, target);
        repairWide(to, toColumn);
        repairWide(to, toColumn + columns);
        m_effort += static_cast<std::size_t>(columns) / 4;
    }
}

void TerminalScreen::erase(int top, int bottom, int left, int right, bool selective)
{
    // libvterm's arithmetic can leave the screen when a program asks for absurd counts.
    top = std::clamp(top, 0, m_rows);
    bottom = std::clamp(bottom, top, m_rows);
    left = std::clamp(left, 0, m_columns);
    right = std::clamp(right, left, m_columns);
    if (left == right)
        return;
    CellStyle blank;
    blank.bg = m_pen.bg;
    const std::uint16_t index = blank.bg == CellColor{} ? std::uint16_t{0} : internStyle(blank);
    for (int r = top; r < bottom; ++r) {
        Row& row = screenRow(r);
        std::vector<TerminalCell>& cells = row.cells;
        if (right == m_columns)
            row.continued = false;
        m_effort += 4;
        if (selective) {
            for (std::size_t c = static_cast<std::size_t>(left); c < static_cast<std::size_t>(right); ++c)
                if (c >= cells.size() || !m_styles[cells[c].style].has(CellStyle::Protected))
                    cellAt(row, static_cast<int>(c)) = {0, index, 1};
            for (int c = left; c <= right; ++c)
                repairWide(row, c);
            continue;
        }
        if (index == 0 && right == m_columns) {
            if (static_cast<std::size_t>(left) < cells.size())
                cells.resize(static_cast<std::size_t>(left));
        } else {
            if (cells.size() < static_cast<std::size_t>(right))
                cells.resize(static_cast<std::size_t>(right));
            std::fill(cells.begin() + left, cells.begin() + right, TerminalCell{0, index, 1});
            m_effort += static_cast<std::size_t>(right - left) / 4;
        }
        repairWide(row, left);
        repairWide(row, right);
    }
}

void TerminalScreen::setTermProp(int prop, bool on, int number)
{
    switch (prop) {
    case VTERM_PROP_CURSORVISIBLE: m_cursorVisible = on; break;
    case VTERM_PROP_CURSORBLINK: m_cursorBlinks = on; break;
    case VTERM_PROP_ALTSCREEN:
        m_alternate = on;
        if (on) {
            m_alternateGrid.rows.assign(static_cast<std::size_t>(m_rows), {});
            m_alternateGrid.base = 0;
        }
        break;
    case VTERM_PROP_REVERSE: m_reversed = on; break;
    case VTERM_PROP_CURSORSHAPE:
        m_cursorShape = number == VTERM_PROP_CURSORSHAPE_UNDERLINE  ? CursorShape::Underline
                        : number == VTERM_PROP_CURSORSHAPE_BAR_LEFT ? CursorShape::Bar
                                                                    : CursorShape::Block;
        break;
    case VTERM_PROP_MOUSE: m_mouse = static_cast<MouseMode>(number); break;
    default: break;
    }
}

// Answers come at most at 16 KB a second: a program that asks without reading must not make anything grow.
void TerminalScreen::answer(std::string_view bytes)
{
    constexpr std::size_t aSecond = 16 * 1024;
    const auto now = std::chrono::steady_clock::now();
    if (now - m_answerTime >= std::chrono::seconds(1)) {
        m_answerTime = now;
        m_answerBudget = aSecond;
    }
    if (m_answerBudget < bytes.size())
        return;
    m_answerBudget -= bytes.size();
    if (onOutput)
        onOutput(bytes);
}

} // namespace slipway::ui
