// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTabBar>
#include <QTest>

#include "bridge/engine_bridge.h"
#include "support/engine_process.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_session.h"
#include "terminal/terminal_view.h"
#include "widgets/message_bar.h"

namespace slipway::test
{

// The part of the window that has a container's terminals, on a connection of its own. Its end is a kill -9 as far as the engine can tell:
// the connections break off and nothing is said.
struct ShellWindow
{
    std::unique_ptr<EngineClient> client;
    ui::EngineBridge bridge;
    ui::TerminalView view;

    ShellWindow(const EngineProcess& engine, const QString& container)
        : client(makeHttpEngineClient(engine.socketPath().toStdString())), bridge(*client), view(bridge)
    {
        bridge.start();
        view.resize(900, 500);
        view.show();
        view.setContainer(container, true);
    }
    ui::TerminalSession* session() const { return view.current(); }
    ui::TerminalCanvas* canvas() const { return view.findChild<ui::TerminalCanvas*>(); }
    QTabBar* tabs() const { return view.findChild<QTabBar*>(); }
    ui::MessageBar* question() const { return view.findChild<ui::MessageBar*>(); }
    QString text() const // all that can be scrolled to
    {
        QStringList lines;
        for (int i = 0; session() && i < session()->screen().lineCount(); ++i)
            lines << session()->screen().lineText(i);
        return lines.join('\n');
    }
    bool isOpen() const { return session() && session()->state() == ui::TerminalSession::State::Open; }
    void type(const QString& text) const
    {
        canvas()->setFocus();
        QTest::keyClicks(canvas(), text);
        QTest::keyClick(canvas(), Qt::Key_Return);
    }
    ui::CellStyle styleAt(int row, int column) const // of the screen
    {
        const ui::TerminalScreen& screen = session()->screen();
        const ui::TerminalLine line = screen.line(screen.lineCount() - screen.rows() + row);
        return static_cast<std::size_t>(column) < line.cells.size() ? line.styles[line.cells[static_cast<std::size_t>(column)].style] : ui::CellStyle{};
    }
    void click(int row, int column) const
    {
        const QRect cell = static_cast<QWidget*>(canvas())->inputMethodQuery(Qt::ImCursorRectangle).toRect(); // as large as any
        const QPoint origin = cell.topLeft() - QPoint(session()->screen().cursorColumn() * cell.width(), session()->screen().cursorRow() * cell.height());
        QTest::mouseClick(canvas()->viewport(), Qt::LeftButton, {}, origin + QPoint(column * cell.width() + cell.width() / 2, row * cell.height() + cell.height() / 2));
    }
    void clickClose(int tab) const
    {
        auto* button = tabs()->tabButton(tab, QTabBar::RightSide);
        if (!button)
            button = tabs()->tabButton(tab, QTabBar::LeftSide);
        QTest::mouseClick(button, Qt::LeftButton);
    }
};

} // namespace slipway::test
