// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QAbstractScrollArea>
#include <QElapsedTimer>

#include "terminal/mono_text.h"
#include "terminal/terminal_screen.h"

class QTimer;

// Shows a TerminalScreen and gives it keys, mouse and pasted text. GUI thread. The screen may be swapped or absent.
namespace slipway::ui
{

class TerminalFind;

// Selecting: by characters, by words (double click), by lines (triple click), a rectangle with Alt. Ctrl+click opens a link.
class TerminalCanvas : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit TerminalCanvas(QWidget* parent = nullptr);

    void setScreen(TerminalScreen* screen);
    void setFind(const TerminalFind* find) { m_find = find; } // its matches are painted
    void reveal(quint64 line);                                // index + TerminalScreen::discarded()
    void ring();
    void setInputEnabled(bool on) { m_input = on; }
    void screenChanged(); // after write(): repaints at once if idle, else with the next frame
    void zoom(int step);
    void copy();
    void paste();
    [[nodiscard]] bool hasSelection() const { return m_anchor && m_caret && *m_anchor != *m_caret; }
    [[nodiscard]] QString selectedText() const;
    [[nodiscard]] QSize gridSize() const; // columns × rows that fit

signals:
    void gridResized(int rows, int columns);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    [[nodiscard]] QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool focusNextPrevChild(bool) override { return false; } // Tab belongs to the shell

private:
    struct Position
    {
        std::uint64_t line = 0; // index + discarded(): stays with its text
        int column = 0;
        auto operator<=>(const Position&) const = default;
    };
    enum class Unit : std::uint8_t { Character, Word, Line, Block };
    static constexpr int margin = 6;

    [[nodiscard]] static int vtermModifiers(Qt::KeyboardModifiers m);
    void clearSelection();
    void extend(const Position& at);
    [[nodiscard]] std::pair<Position, Position> unitAt(const Position& at) const; // the word or line there
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> rowsOf(std::uint64_t line) const; // the first and last row of what the edge broke
    [[nodiscard]] std::pair<int, int> selectedColumns(std::uint64_t line) const;  // of a row; empty: from >= to
    [[nodiscard]] QString linkAt(QPoint point) const;
    [[nodiscard]] int topLine() const;
    [[nodiscard]] Position positionAt(QPoint point, bool between) const;
    [[nodiscard]] bool programWantsMouse(const QMouseEvent* event) const;
    void tellProgram(QMouseEvent* event, bool pressed); // a button, to the program in the terminal
    bool handleShortcut(QKeyEvent* event);
    void sendKey(QKeyEvent* event);
    void pasteText(QString text);
    void refresh();
    void fontOrPaletteChanged();
    void paintLine(QPainter& p, int index, int y) const;
    void paintRun(QPainter& p, const CellStyle& style, const QString& text, int x, int y, int width) const;
    void paintUnder(QPainter& p, const CellStyle& style, const QColor& color, int x, int y, int width) const; // and through
    void paintMatches(QPainter& p, std::uint64_t line, int y) const;
    void paintCursor(QPainter& p, int top) const;

    TerminalScreen* m_screen = nullptr;
    MonoText m_text;
    ViewColors m_colors;
    mutable TerminalLine m_line; // while painting
    bool m_input = false, m_syncing = false, m_blinkOn = true;
    double m_zoom = 1;
    std::optional<Position> m_anchor, m_caret;
    std::pair<Position, Position> m_first; // the unit where selecting began
    Unit m_unit = Unit::Character;
    QElapsedTimer m_sinceFrame, m_sinceBell, m_sinceDouble;
    QPoint m_doubleAt;
    bool m_belling = false;
    const TerminalFind* m_find = nullptr;
    QTimer *m_frame, *m_blink;
    int m_wheelRest = 0;
};

} // namespace slipway::ui
