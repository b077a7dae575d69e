// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <algorithm>
#include <cstdlib>

#include <vterm.h>

namespace slipway::ui
{
namespace
{

constexpr std::uint32_t combinedBit = 0x80000000u;
constexpr std::size_t maxStyles = 0xffff, maxCombined = 1u << 16;

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
        self(user).putGlyph(info->chars, info->width, pos.row, pos.col);
        return 1;
    }
    static int movecursor(VTermPos pos, VTermPos, int, void* user)
    {
        self(user).m_cursorRow = pos.row;
        self(user).m_cursorColumn = pos.col;
        return 1;
    }
    static int scrollrect(VTermRect r, int downward, int rightward, void* user)
    {
        return self(user).scroll(r.start_row, r.end_row, r.start_col, r.end_col, downward, rightward) ? 1 : 0;
    }
    static void copyCell(VTermPos dest, VTermPos src, void* user)
    {
        TerminalScreen& s = self(user);
        if (!s.inside(src.row, src.col) || !s.inside(dest.row, dest.col))
            return;
        const TerminalRow& from = s.screenRow(src.row);
        const std::size_t column = static_cast<std::size_t>(src.col);
        const TerminalCell cell = column < from.cells.size() ? from.cells[column] : TerminalCell{};
        s.cellAt(s.screenRow(dest.row), dest.col) = cell;
    }
    static int moverect(VTermRect dest, VTermRect src, void* user)
    {
        vterm_copy_cells(dest, src, &copyCell, user);
        return 1;
    }
    static int erase(VTermRect r, int, void* user)
    {
        self(user).erase(r.start_row, r.end_row, r.start_col, r.end_col);
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
        case VTERM_ATTR_UNDERLINE: pen.set(CellStyle::Underline, value->number != 0); break;
        case VTERM_ATTR_ITALIC: pen.set(CellStyle::Italic, value->boolean); break;
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
        TerminalScreen& s = self(user);
        switch (prop) {
        case VTERM_PROP_CURSORVISIBLE: s.m_cursorVisible = value->boolean; break;
        case VTERM_PROP_CURSORBLINK: s.m_cursorBlinks = value->boolean; break;
        case VTERM_PROP_ALTSCREEN:
            s.m_alternate = value->boolean;
            if (s.m_alternate)
                s.m_alternateRows.assign(static_cast<std::size_t>(s.m_rows), {});
            break;
        case VTERM_PROP_REVERSE: s.m_reversed = value->boolean; break;
        case VTERM_PROP_CURSORSHAPE:
            s.m_cursorShape = value->number == VTERM_PROP_CURSORSHAPE_UNDERLINE  ? CursorShape::Underline
                              : value->number == VTERM_PROP_CURSORSHAPE_BAR_LEFT ? CursorShape::Bar
                                                                                 : CursorShape::Block;
            break;
        case VTERM_PROP_MOUSE: s.m_mouse = static_cast<MouseMode>(value->number); break;
        default: break; // titles and icon names are not for a program in a container to set
        }
        return 1;
    }
    static int bell(void* user)
    {
        if (self(user).onBell)
            self(user).onBell();
        return 1;
    }
    static int setlineinfo(int row, const VTermLineInfo* now, const VTermLineInfo*, void* user)
    {
        TerminalScreen& s = self(user);
        if (!s.inside(row, 0))
            return 1;
        Rows& rows = s.current();
        const std::size_t at = rows.size() - static_cast<std::size_t>(s.m_rows) + static_cast<std::size_t>(row);
        if (at > 0)
            rows[at - 1].continued = now->continuation;
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
    static void output(const char* bytes, std::size_t length, void* user)
    {
        if (self(user).onOutput)
            self(user).onOutput({bytes, length});
    }
    static constexpr VTermStateCallbacks table = {&putglyph, &movecursor,  &scrollrect, &moverect,
                                                  &erase,    &initpen,     &setpenattr, &settermprop,
                                                  &bell,     &resize,      &setlineinfo, &clearScrollback};
};

TerminalScreen::TerminalScreen(int rows, int columns, std::size_t scrollback)
    : m_rows(std::max(1, rows)), m_columns(std::max(2, columns)), m_scrollback(scrollback)
{
    m_primaryRows.resize(static_cast<std::size_t>(m_rows));
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

void TerminalScreen::write(std::string_view bytes) { vterm_input_write(m_vterm, bytes.data(), bytes.size()); }

void TerminalScreen::reset() { vterm_state_reset(vterm_obtain_state(m_vterm), 1); }

void TerminalScreen::clearScrollback()
{
    const std::size_t above = m_primaryRows.size() - static_cast<std::size_t>(m_rows);
    m_primaryRows.erase(m_primaryRows.begin(), m_primaryRows.begin() + static_cast<std::ptrdiff_t>(above));
    m_discarded += above;
}

void TerminalScreen::resize(int rows, int columns)
{
    rows = std::max(1, rows);
    columns = std::max(2, columns);
    if (rows == m_rows && columns == m_columns)
        return;
    const int cursor = m_cursorRow;
    const auto fit = [&](Rows& ring, bool hasScrollback) {
        for (int r = m_rows; r < rows; ++r)
            ring.emplace_back();
        for (int r = m_rows; r > rows; --r)
            if (cursor < r - 1)
                ring.pop_back(); // what is below the cursor goes first
            else if (!hasScrollback)
                ring.pop_front();
    };
    fit(m_primaryRows, true);
    if (m_alternate)
        fit(m_alternateRows, false);
    m_rows = rows;
    m_columns = columns;
    trimScrollback();
    vterm_set_size(m_vterm, rows, columns);
}

TerminalRow& TerminalScreen::screenRow(int row)
{
    Rows& rows = current();
    return rows[rows.size() - static_cast<std::size_t>(m_rows) + static_cast<std::size_t>(row)];
}

TerminalCell& TerminalScreen::cellAt(TerminalRow& row, int column)
{
    const std::size_t at = static_cast<std::size_t>(column);
    if (at >= row.cells.size())
        row.cells.resize(at + 1);
    return row.cells[at];
}

void TerminalScreen::putGlyph(const std::uint32_t* chars, int width, int row, int column)
{
    if (!inside(row, column))
        return;
    width = std::clamp(width, 1, m_columns - column);
    if (m_penChanged) {
        m_penStyle = internStyle(m_pen);
        m_penChanged = false;
    }
    TerminalRow& line = screenRow(row);
    std::uint32_t code = chars[0];
    if (code != 0 && chars[1] != 0) {
        std::u32string all;
        for (int i = 0; i < 6 && chars[i]; ++i)
            all += static_cast<char32_t>(chars[i]);
        const auto [it, isNew] = m_combinedIndex.try_emplace(all, static_cast<std::uint32_t>(m_combined.size()));
        if (isNew && m_combined.size() >= maxCombined)
            m_combinedIndex.erase(it); // the base character alone
        else {
            if (isNew)
                m_combined.push_back(all);
            code = combinedBit | it->second;
        }
    }
    const TerminalCell before = cellAt(line, column);
    if (before.width == 0 && column > 0)
        line.cells[static_cast<std::size_t>(column) - 1] = {0, before.style, 1}; // half of a wide one remains: blank it
    cellAt(line, column) = {code, m_penStyle, static_cast<std::uint16_t>(width)};
    for (int i = 1; i < width; ++i)
        cellAt(line, column + i) = {0, m_penStyle, 0};
    const std::size_t after = static_cast<std::size_t>(column + width);
    if (after < line.cells.size() && line.cells[after].width == 0)
        line.cells[after] = {0, line.cells[after].style, 1};
}

void TerminalScreen::trimScrollback()
{
    while (m_primaryRows.size() > m_scrollback + static_cast<std::size_t>(m_rows)) {
        m_primaryRows.pop_front();
        ++m_discarded;
    }
}

// The top COUNT rows of the screen become scrollback; rows from BOTTOM on stay where they are.
void TerminalScreen::pushScrollback(int bottom, int count)
{
    for (int i = 0; i < count; ++i) {
        TerminalRow fresh;
        if (m_primaryRows.size() >= m_scrollback + static_cast<std::size_t>(m_rows)) {
            fresh = std::move(m_primaryRows.front());
            fresh.cells.clear();
            fresh.continued = false;
            m_primaryRows.pop_front();
            ++m_discarded;
        }
        m_primaryRows.insert(m_primaryRows.end() - (m_rows - bottom), std::move(fresh));
    }
}

bool TerminalScreen::scroll(int top, int bottom, int left, int right, int downward, int rightward)
{
    if (rightward != 0 || left != 0 || right != m_columns)
        return false;
    top = std::clamp(top, 0, m_rows);
    bottom = std::clamp(bottom, top, m_rows);
    const int height = bottom - top;
    const int count = std::min(std::abs(downward), height);
    if (downward > 0 && top == 0 && !m_alternate) {
        pushScrollback(bottom, count);
    } else {
        Rows& rows = current();
        const auto first = rows.end() - m_rows + top;
        std::rotate(first, downward > 0 ? first + count : first + (height - count), first + height);
    }
    const int blankTop = downward > 0 ? bottom - count : top;
    for (int r = blankTop; r < blankTop + count; ++r)
        screenRow(r).continued = false;
    erase(blankTop, blankTop + count, 0, m_columns);
    return true;
}

void TerminalScreen::erase(int top, int bottom, int left, int right)
{
    // libvterm's arithmetic can leave the screen when a program asks for absurd counts.
    top = std::clamp(top, 0, m_rows);
    bottom = std::clamp(bottom, top, m_rows);
    left = std::clamp(left, 0, m_columns);
    right = std::clamp(right, left, m_columns);
    CellStyle blank;
    blank.bg = m_pen.bg;
    const std::uint16_t index = blank.bg == CellColor{} ? std::uint16_t{0} : internStyle(blank);
    for (int r = top; r < bottom; ++r) {
        std::vector<TerminalCell>& cells = screenRow(r).cells;
        if (index == 0 && right >= m_columns) {
            if (static_cast<std::size_t>(left) < cells.size())
                cells.resize(static_cast<std::size_t>(left));
        } else {
            if (cells.size() < static_cast<std::size_t>(right))
                cells.resize(static_cast<std::size_t>(right));
            std::fill(cells.begin() + left, cells.begin() + right, TerminalCell{0, index, 1});
        }
        if (left > 0 && static_cast<std::size_t>(left) <= cells.size() &&
            cells[static_cast<std::size_t>(left) - 1].width == 2)
            cells[static_cast<std::size_t>(left) - 1] = {0, 0, 1};
    }
}

std::uint16_t TerminalScreen::internStyle(const CellStyle& style)
{
    if (const auto it = m_styleIndex.find(style); it != m_styleIndex.end())
        return it->second;
    if (m_styles.size() >= maxStyles)
        collectStyles();
    if (m_styles.size() >= maxStyles)
        return 0;
    const std::uint16_t index = static_cast<std::uint16_t>(m_styles.size());
    m_styles.push_back(style);
    m_styleIndex.emplace(style, index);
    return index;
}

void TerminalScreen::collectStyles()
{
    std::vector<std::uint16_t> renamed(m_styles.size(), 0);
    std::vector<CellStyle> kept{CellStyle{}};
    for (Rows* rows : {&m_primaryRows, &m_alternateRows})
        for (TerminalRow& row : *rows)
            for (TerminalCell& cell : row.cells) {
                if (cell.style != 0 && renamed[cell.style] == 0) {
                    renamed[cell.style] = static_cast<std::uint16_t>(kept.size());
                    kept.push_back(m_styles[cell.style]);
                }
                cell.style = renamed[cell.style];
            }
    m_styles = std::move(kept);
    m_styleIndex.clear();
    for (std::size_t i = 0; i < m_styles.size(); ++i)
        m_styleIndex.emplace(m_styles[i], static_cast<std::uint16_t>(i));
    m_penChanged = true;
}

void TerminalScreen::key(int vtermKey, int modifiers)
{
    vterm_keyboard_key(m_vterm, static_cast<VTermKey>(vtermKey), static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::character(char32_t c, int modifiers)
{
    vterm_keyboard_unichar(m_vterm, c, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::paste(const QString& text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == QLatin1Char('\r') && i + 1 < text.size() && text[i + 1] == QLatin1Char('\n'))
            continue;
        if (c == QLatin1Char('\n'))
            clean += QLatin1Char('\r');
        else if (c == QLatin1Char('\t') || c == QLatin1Char('\r') || (c.unicode() >= 0x20 && c.unicode() != 0x7f &&
                                                                       (c.unicode() < 0x80 || c.unicode() >= 0xa0)))
            clean += c;
    }
    const std::string bytes = clean.toStdString();
    vterm_keyboard_start_paste(m_vterm);
    if (onOutput && !bytes.empty())
        onOutput(bytes);
    vterm_keyboard_end_paste(m_vterm);
}

void TerminalScreen::mouse(int row, int column, int button, bool pressed, int modifiers)
{
    vterm_mouse_move(m_vterm, row, column, static_cast<VTermModifier>(modifiers));
    vterm_mouse_button(m_vterm, button, pressed, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::mouseMove(int row, int column, int modifiers)
{
    vterm_mouse_move(m_vterm, row, column, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::focus(bool in)
{
    VTermState* state = vterm_obtain_state(m_vterm);
    in ? vterm_state_focus_in(state) : vterm_state_focus_out(state);
}

QString TerminalScreen::text(const TerminalCell& cell) const
{
    if (cell.code == 0)
        return cell.width == 0 ? QString() : QStringLiteral(" ");
    if (cell.code & combinedBit)
        return QString::fromUcs4(m_combined[cell.code & ~combinedBit].data(),
                                 static_cast<qsizetype>(m_combined[cell.code & ~combinedBit].size()));
    const char32_t c = cell.code;
    return QString::fromUcs4(&c, 1);
}

QString TerminalScreen::lineText(int index, int fromColumn, int toColumn) const
{
    const TerminalRow& row = line(index);
    const int end = static_cast<int>(row.cells.size());
    QString out;
    for (int c = std::max(0, fromColumn); c < (toColumn < 0 ? end : std::min(toColumn, end)); ++c)
        out += text(row.cells[static_cast<std::size_t>(c)]);
    qsizetype length = out.size();
    while (length > 0 && out[length - 1] == QLatin1Char(' '))
        --length;
    out.truncate(length);
    return out;
}

} // namespace slipway::ui
