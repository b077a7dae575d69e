// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <QString>

#include "terminal/cell_style.h"

struct VTerm;

// A terminal without a window: libvterm's state layer over our own rows. The rows of the screen and the scrollback are one
// ring, so a line feed at the bottom costs one row, never a copy of the screen. One thread.
//
// What programs may not do here: set the clipboard (OSC 52), set titles, ask for either. Such sequences are swallowed.
namespace slipway::ui
{

struct TerminalCell
{
    std::uint32_t code = 0;   // Unicode; 0 = blank; bit 31: index into the table of combined characters
    std::uint16_t style = 0;  // see TerminalScreen::style()
    std::uint16_t width = 1;  // 2 for a wide character, 0 for the cell it covers
};

struct TerminalRow
{
    std::vector<TerminalCell> cells; // cells beyond the end are blank in the default style
    bool continued = false;          // the line goes on in the next row
};

class TerminalScreen
{
public:
    enum class CursorShape : std::uint8_t { Block, Underline, Bar };
    enum class MouseMode : std::uint8_t { None, Click, Drag, Move };

    TerminalScreen(int rows, int columns, std::size_t scrollback = 10'000);
    ~TerminalScreen();
    TerminalScreen(const TerminalScreen&) = delete;
    TerminalScreen& operator=(const TerminalScreen&) = delete;

    void write(std::string_view bytes); // what the program printed
    void resize(int rows, int columns);
    void reset();
    void clearScrollback();

    // Bytes for the program: keys, answers to its questions. Called from within the functions below and write().
    std::function<void(std::string_view)> onOutput;
    std::function<void()> onBell;

    void key(int vtermKey, int vtermModifiers);
    void character(char32_t c, int vtermModifiers);
    void paste(const QString& text); // bracketed if the program asked for it; control characters are dropped
    void mouse(int row, int column, int button, bool pressed, int vtermModifiers);
    void mouseMove(int row, int column, int vtermModifiers);
    void focus(bool in);

    [[nodiscard]] int rows() const { return m_rows; }
    [[nodiscard]] int columns() const { return m_columns; }
    // Lines: 0 is the oldest of the scrollback, lineCount() - rows() the first of the screen.
    [[nodiscard]] int lineCount() const { return static_cast<int>(current().size()); }
    [[nodiscard]] const TerminalRow& line(int index) const { return current()[static_cast<std::size_t>(index)]; }
    // Lines that ever fell off the end of the scrollback: index + this names a line for ever.
    [[nodiscard]] std::uint64_t discarded() const { return m_alternate ? 0 : m_discarded; }
    [[nodiscard]] QString text(const TerminalCell& cell) const; // " " for a blank
    [[nodiscard]] QString lineText(int index, int fromColumn = 0, int toColumn = -1) const; // trailing blanks cut
    [[nodiscard]] const CellStyle& style(std::uint16_t index) const { return m_styles[index]; }
    [[nodiscard]] bool alternate() const { return m_alternate; }
    [[nodiscard]] bool cursorVisible() const { return m_cursorVisible; }
    [[nodiscard]] bool cursorBlinks() const { return m_cursorBlinks; }
    [[nodiscard]] CursorShape cursorShape() const { return m_cursorShape; }
    [[nodiscard]] int cursorRow() const { return m_cursorRow; }
    [[nodiscard]] int cursorColumn() const { return m_cursorColumn; }
    [[nodiscard]] MouseMode mouseMode() const { return m_mouse; }
    [[nodiscard]] bool reversed() const { return m_reversed; } // DECSCNM

private:
    struct Callbacks; // the C functions libvterm calls
    friend struct Callbacks;
    using Rows = std::deque<TerminalRow>;

    [[nodiscard]] const Rows& current() const { return m_alternate ? m_alternateRows : m_primaryRows; }
    Rows& current() { return m_alternate ? m_alternateRows : m_primaryRows; }
    TerminalRow& screenRow(int row);
    [[nodiscard]] bool inside(int row, int column) const
    {
        return row >= 0 && row < m_rows && column >= 0 && column < m_columns;
    }
    TerminalCell& cellAt(TerminalRow& row, int column);
    void putGlyph(const std::uint32_t* chars, int width, int row, int column);
    bool scroll(int top, int bottom, int left, int right, int downward, int rightward);
    void pushScrollback(int bottom, int count);
    void erase(int top, int bottom, int left, int right);
    std::uint16_t internStyle(const CellStyle& style);
    void collectStyles();
    void trimScrollback();

    VTerm* m_vterm = nullptr;
    int m_rows, m_columns;
    std::size_t m_scrollback;
    Rows m_primaryRows, m_alternateRows;
    std::uint64_t m_discarded = 0;
    bool m_alternate = false, m_cursorVisible = true, m_cursorBlinks = true, m_reversed = false;
    CursorShape m_cursorShape = CursorShape::Block;
    MouseMode m_mouse = MouseMode::None;
    int m_cursorRow = 0, m_cursorColumn = 0, m_lineInfoRows = 0;
    CellStyle m_pen;
    std::uint16_t m_penStyle = 0, m_eraseStyle = 0;
    bool m_penChanged = false;
    std::vector<CellStyle> m_styles{CellStyle{}};
    std::map<CellStyle, std::uint16_t> m_styleIndex{{CellStyle{}, 0}};
    std::vector<std::u32string> m_combined;
    std::map<std::u32string, std::uint32_t> m_combinedIndex;
};

} // namespace slipway::ui
