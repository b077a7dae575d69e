// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <QString>

#include "terminal/terminal_cells.h"
#include "terminal/terminal_history.h"

struct VTerm;

// A terminal without a window: libvterm's state layer over our own rows. A line feed at the bottom costs one row, never a copy
// of the screen; long runs of plain text do not pass through libvterm at all (terminal_screen_text.cpp). One thread.
//
// What a program prints is hostile until proven otherwise. Everything is split into sequences before libvterm sees it
// (terminal_screen_input.cpp): it gets none that it does not survive, and no string (OSC, DCS, APC, …) at all. So a program here
// cannot set the clipboard without being asked back (onClipboard), cannot read it, and cannot make the terminal type what the
// program chose: the answers to its questions (where is the cursor, what are you) have fixed forms, and their number is limited.
//
// After a change of width lines are not broken anew: each keeps its cells, and what is right of a narrower edge is seen again
// when it is wide enough.
namespace slipway::ui
{

class TerminalScreen
{
public:
    enum class CursorShape : std::uint8_t { Block, Underline, Bar };
    enum class MouseMode : std::uint8_t { None, Click, Drag, Move };
    static constexpr int maxRows = 500, maxColumns = 1000;

    TerminalScreen(int rows, int columns, std::size_t scrollback = 10'000);
    TerminalScreen(int rows, int columns, TerminalHistory::Limits scrollback);
    ~TerminalScreen();
    TerminalScreen(const TerminalScreen&) = delete;
    TerminalScreen& operator=(const TerminalScreen&) = delete;

    // What the program printed. Stops when it has cost about EFFORT (a plain character costs 1, a cleared cell too) and says
    // how many of BYTES were taken: at least one.
    std::size_t write(std::string_view bytes, std::size_t effort = SIZE_MAX);
    void resize(int rows, int columns); // limited to maxRows and maxColumns
    void reset();
    void clearScrollback();

    // Bytes for the program: keys, answers to its questions. Called from within the functions below and write().
    std::function<void(std::string_view)> onOutput;
    std::function<void()> onBell;
    std::function<void(const QString&)> onTitle;     // printable, at most 200 characters; for showing alone
    std::function<void(const QString&)> onClipboard; // the program wants this text (at most 100,000 characters) on the clipboard

    void key(int vtermKey, int vtermModifiers);
    void character(char32_t c, int vtermModifiers);
    void paste(const QString& text); // bracketed if the program asked for it; control characters are dropped
    void mouse(int row, int column, int button, bool pressed, int vtermModifiers);
    void mouseMove(int row, int column, int vtermModifiers);
    void focus(bool in);

    [[nodiscard]] int rows() const { return m_rows; }
    [[nodiscard]] int columns() const { return m_columns; }
    // Lines: 0 is the oldest of the scrollback, lineCount() - rows() the first of the screen.
    [[nodiscard]] int lineCount() const { return m_rows + (m_alternate ? 0 : m_history.size()); }
    void read(int index, TerminalLine& line) const;
    [[nodiscard]] TerminalLine line(int index) const;
    // Lines that ever fell off the end of the scrollback: index + this names a line for ever.
    [[nodiscard]] std::uint64_t discarded() const { return m_alternate ? 0 : m_history.discarded(); }
    [[nodiscard]] QString text(const TerminalCell& cell) const; // " " for a blank
    [[nodiscard]] QString text(const TerminalLine& line, int fromColumn = 0, int toColumn = -1) const; // trailing blanks cut, but where the line goes on
    [[nodiscard]] QString lineText(int index, int fromColumn = 0, int toColumn = -1) const;
    [[nodiscard]] bool alternate() const { return m_alternate; }
    [[nodiscard]] bool cursorVisible() const { return m_cursorVisible; }
    [[nodiscard]] bool cursorBlinks() const { return m_cursorBlinks; }
    [[nodiscard]] CursorShape cursorShape() const { return m_cursorShape; }
    [[nodiscard]] int cursorRow() const { return m_cursorRow; }
    [[nodiscard]] int cursorColumn() const { return m_cursorColumn; }
    [[nodiscard]] MouseMode mouseMode() const { return m_mouse; }
    [[nodiscard]] bool reversed() const { return m_reversed; } // DECSCNM
    [[nodiscard]] bool bracketedPaste() const { return m_bracketedPaste; }
    [[nodiscard]] std::size_t scrollbackBytes() const { return m_history.bytes(); }

private:
    struct Callbacks; // the C functions libvterm calls
    friend struct Callbacks;
    struct Row
    {
        std::vector<TerminalCell> cells;
        bool continued = false;
    };
    struct Grid // a ring: scrolling all of it moves nothing
    {
        std::vector<Row> rows;
        std::size_t base = 0;
        Row& at(int row)
        {
            const std::size_t i = base + static_cast<std::size_t>(row);
            return rows[i < rows.size() ? i : i - rows.size()];
        }
        void straighten(); // base = 0
    };
    // What libvterm's parser would be in the middle of.
    enum class Input : std::uint8_t { Ground, Escape, Csi, OscCommand, Osc, DcsCommand, String, Sos };
    // What keeps plain text from being written past libvterm: a mode other than the usual one.
    enum Unusual : std::uint16_t {
        Region = 1, Margins = 2, Origin = 4, NoWrap = 8, Insert = 16, NewLine = 32, Charset = 64, Shifted = 128, Tabs = 256,
        Protect = 512, BigLines = 1024,
    };

    static constexpr long missing = -1;
    static constexpr std::size_t mostArguments = 14;
    struct Csi
    {
        std::string_view leader, intermediates;
        std::array<long, mostArguments> arguments{missing};
        std::size_t count = 1;
        char final = 0;
        bool plain = false; // nothing but arguments, each of one part
        [[nodiscard]] bool is(std::string_view l, std::string_view i, char f) const
        {
            return final == f && leader == l && intermediates == i;
        }
    };

    [[nodiscard]] Grid& grid() { return m_alternate ? m_alternateGrid : m_primaryGrid; }
    Row& screenRow(int row) { return grid().at(row); }
    [[nodiscard]] bool inside(int row, int column) const
    {
        return row >= 0 && row < m_rows && column >= 0 && column < m_columns;
    }
    static TerminalCell& cellAt(Row& row, int column);
    void putGlyph(const std::uint32_t* chars, int width, bool isProtected, int row, int column);
    std::uint32_t codeOf(const std::uint32_t* chars);
    bool scroll(int top, int bottom, int left, int right, int downward, int rightward);
    void scrollScreen(); // by one row
    void pushScrollback(Row& row);
    void erase(int top, int bottom, int left, int right, bool selective);
    void moveCells(int fromRow, int fromColumn, int toRow, int toColumn, int rows, int columns);
    static void repairWide(Row& row, int column); // the halves of a wide character at the border before COLUMN, if one lost the other
    void markWrapped(int row);                    // ROW goes on from the one above
    void setTermProp(int prop, bool on, int number);
    void answer(std::string_view bytes);

    // terminal_screen_input.cpp
    void feed(std::string_view bytes); // to libvterm
    const char* writeText(const char* at, const char* end);
    [[nodiscard]] const char* slowTextEnd(const char* at, const char* end) const;
    const char* writeSequence(const char* at, const char* end);
    void step(unsigned char c); // inside a sequence
    void control(char c);
    void finishEscape(char final);
    void finishCsi(std::string_view all);
    void finishString();
    void noteModes(const Csi& csi);
    void noteDim(const Csi& csi);
    void setUnusual(std::uint16_t bits, bool on);
    void forgetModes();
    void keepCursorInside();

    // terminal_screen_pen.cpp
    const char* writePen(const char* at, const char* end);
    void tellPen(); // to libvterm
    std::uint16_t internStyle(const CellStyle& style);
    std::uint16_t penStyle();
    void collectStyles();

    // terminal_screen_text.cpp
    bool movePast(const Csi& csi);
    void beginPast();
    [[nodiscard]] bool canWritePast() const;
    void writePast(const char* at, const char* end);
    const char* writeLinesPast(const char* at, const char* end);
    void putPlain(const char* at, int count, int row, int column);
    void sync(); // libvterm learns what was written past it

    VTerm* m_vterm = nullptr;
    int m_rows, m_columns;
    TerminalHistory m_history;
    Grid m_primaryGrid, m_alternateGrid;
    // The alternate screen as the program left it when it printed last. A program that has not noticed yet that the size changed and
    // changed back draws nothing anew: it must find all that it drew.
    struct Left
    {
        Grid grid;
        int rows, cursorRow, cursorColumn;
    };
    std::optional<Left> m_left; // since the size changed, until the program prints
    bool m_alternate = false, m_cursorVisible = true, m_cursorBlinks = true, m_reversed = false, m_bracketedPaste = false;
    CursorShape m_cursorShape = CursorShape::Block;
    MouseMode m_mouse = MouseMode::None;
    int m_cursorRow = 0, m_cursorColumn = 0, m_lineInfoRows = 0;
    int m_expectedColumn = 0; // where the next glyph goes if the line does not wrap
    int m_lastColumn = 0, m_lastWidth = 0; // of the last glyph of a text

    CellStyle m_pen;
    std::uint16_t m_penStyle = 0;
    bool m_penChanged = false, m_penPast = false; // m_penPast: libvterm does not know the pen
    std::array<std::pair<CellStyle, std::uint16_t>, 128> m_recentStyles{};
    std::vector<CellStyle> m_styles{CellStyle{}}; // of the cells of both grids
    std::map<CellStyle, std::uint16_t> m_styleIndex{{CellStyle{}, 0}};
    std::size_t m_stylesRefused = 0;
    std::vector<std::u32string> m_combined;
    std::map<std::u32string, std::uint32_t> m_combinedIndex;

    Input m_input = Input::Ground;
    bool m_escapeInString = false, m_tooMany = false, m_tooLong = false, m_partialText = false;
    std::string m_sequence, m_string, m_tail; // m_tail: the beginning of a character that the next write completes
    int m_command = -1;
    std::uint16_t m_unusual = 0;
    std::size_t m_effort = 0;
    std::size_t m_answerBudget = 0;
    std::chrono::steady_clock::time_point m_answerTime{};

    bool m_past = false, m_phantom = false, m_muted = false, m_filling = false; // m_past: libvterm does not know the cursor and the last glyph
    char m_pastGlyph = 0;
    int m_pastGlyphRow = 0, m_pastGlyphColumn = 0;
};

} // namespace slipway::ui
