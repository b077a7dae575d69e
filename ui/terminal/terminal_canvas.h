// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QAbstractScrollArea>

#include "terminal/mono_text.h"
#include "terminal/terminal_screen.h"

class QTimer;

// Shows a TerminalScreen and gives it keys, mouse and pasted text. GUI thread. The screen may be swapped or absent.
namespace slipway::ui
{

class TerminalCanvas : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit TerminalCanvas(QWidget* parent = nullptr);

    void setScreen(TerminalScreen* screen);
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
    [[nodiscard]] int topLine() const;
    [[nodiscard]] Position positionAt(QPoint point, bool between) const;
    [[nodiscard]] bool programWantsMouse(const QMouseEvent* event) const;
    void tellProgram(QMouseEvent* event, bool pressed); // a button, to the program in the terminal
    bool handleShortcut(QKeyEvent* event);
    void sendKey(QKeyEvent* event);
    void pasteText(const QString& text);
    void refresh();
    void fontOrPaletteChanged();
    void paintLine(QPainter& p, int index, int y) const;
    void paintCursor(QPainter& p, int top) const;

    TerminalScreen* m_screen = nullptr;
    MonoText m_text;
    ViewColors m_colors;
    bool m_input = false, m_syncing = false, m_blinkOn = true;
    double m_zoom = 1;
    std::optional<Position> m_anchor, m_caret;
    QTimer *m_frame, *m_blink;
    int m_wheelRest = 0;
};

} // namespace slipway::ui
