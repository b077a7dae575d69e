// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTabBar>
#include <QTest>
#include <QToolButton>

#include "../ui/isolated_settings.h"
#include "bridge/engine_bridge.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "support/engine_process.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_session.h"
#include "terminal/terminal_view.h"
#include "widgets/message_bar.h"

using namespace slipway;
using namespace slipway::ui;
using namespace slipway::test;

namespace
{
// The part of the window that is of interest here, on a connection of its own. Its end is a kill -9 as far as the engine can tell: the
// connections break off and nothing is said.
struct Window
{
    std::unique_ptr<EngineClient> client;
    EngineBridge bridge;
    TerminalView view;

    Window(const EngineProcess& engine, const QString& container) : client(makeHttpEngineClient(engine.socketPath().toStdString())), bridge(*client), view(bridge)
    {
        bridge.start();
        view.resize(900, 500);
        view.show();
        view.setContainer(container, true);
    }
    TerminalSession* session() const { return view.current(); }
    TerminalCanvas* canvas() const { return view.findChild<TerminalCanvas*>(); }
    QTabBar* tabs() const { return view.findChild<QTabBar*>(); }
    MessageBar* question() const { return view.findChild<MessageBar*>(); }
    QString text() const // all that can be scrolled to
    {
        QStringList lines;
        for (int i = 0; session() && i < session()->screen().lineCount(); ++i)
            lines << session()->screen().lineText(i);
        return lines.join('\n');
    }
    bool isOpen() const { return session() && session()->state() == TerminalSession::State::Open; }
    void type(const QString& text) const
    {
        canvas()->setFocus();
        QTest::keyClicks(canvas(), text);
        QTest::keyClick(canvas(), Qt::Key_Return);
    }
    CellStyle styleAt(int row, int column) const // of the screen
    {
        const TerminalScreen& screen = session()->screen();
        const TerminalLine line = screen.line(screen.lineCount() - screen.rows() + row);
        return static_cast<std::size_t>(column) < line.cells.size() ? line.styles[line.cells[static_cast<std::size_t>(column)].style] : CellStyle{};
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
} // namespace

// The window's terminal with a real engine and real shells.
class TestTerminalView : public QObject
{
    Q_OBJECT

    IsolatedSettings m_settings;
    EngineProcess m_engine;

    QString runBox() const
    {
        m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"});
        return m_engine.get("/containers/box/json")["Id"].toString();
    }
    static void picture(Window& window, const char* name)
    {
        QDir folder(QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour/terminal"));
        QVERIFY(folder.mkpath("."));
        window.canvas()->setFocus();
        for (const auto& [mode, suffix] : {std::pair{theme::Mode::Light, ".png"}, {theme::Mode::Dark, "-dark.png"}}) {
            theme::apply(mode);
            QTest::qWait(50);
            QVERIFY(window.view.grab().save(folder.filePath(QLatin1StringView(name) + QLatin1StringView(suffix))));
        }
        theme::apply(theme::Mode::Light);
    }
    qsizetype sessions() const { return m_engine.get("/slipway/sessions").toArray().size(); }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
    }
    void cleanup() { m_engine.removeContainers(); }

    void aKilledWindowIsNoEnd()
    {
        const QString box = runBox();
        {
            Window window(m_engine, box);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("echo fi$((1+0))rst");
            EVENTUALLY_VERIFY2(window.text().contains("fi1rst"), qPrintable(window.text().right(500)));
            QTest::keyClick(window.canvas(), Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
            EVENTUALLY_COMPARE(window.tabs()->count(), 2);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("for i in 1 2 3 4; do sleep 0.3; echo tick$((i*111)); done");
            EVENTUALLY_VERIFY(window.text().contains("tick111"));
        }
        QCOMPARE(sessions(), 2);
        QTest::qWait(1500); // it prints while nobody looks
        Window again(m_engine, box);
        EVENTUALLY_COMPARE(again.tabs()->count(), 2);
        EVENTUALLY_VERIFY2(again.text().contains("tick444"), qPrintable(again.text()));
        QCOMPARE(again.text().count("tick222"), 1);
        again.type("echo still$((1+1))");
        EVENTUALLY_VERIFY2(again.text().contains("still2"), qPrintable(again.text()));
        again.tabs()->setCurrentIndex(0);
        EVENTUALLY_VERIFY2(again.text().contains("fi1rst"), qPrintable(again.text()));
        QCOMPARE(sessions(), 2);
    }

    void aKilledEngineIsNoEnd()
    {
        const QString box = runBox();
        Window window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("seq 1 3000; for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo tick$((i*111)); done");
        EVENTUALLY_VERIFY(window.text().contains("tick111"));
        m_engine.killHard();
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Away);
        QVERIFY(m_engine.start());
        EVENTUALLY_VERIFY(window.isOpen());
        EVENTUALLY_VERIFY2(window.text().contains("tick888"), qPrintable(window.text().right(500)));
        for (const char* once : {"tick111\n", "tick222\n", "tick555\n", "\n1\n2\n3\n", "\n2999\n3000\n"}) // nothing lost, nothing twice
            QCOMPARE(window.text().count(once), 1);
        const auto size = [&window] { return QString("%1 %2\n").arg(window.canvas()->gridSize().height()).arg(window.canvas()->gridSize().width()); };
        for (int i = 0; i < 20 && !window.text().contains(size()); ++i) { // the new size may come after what is typed
            window.type("stty size");
            QTest::qWait(200);
        }
        QVERIFY2(window.text().contains(size()), qPrintable(window.text().right(500)));
        QCOMPARE(sessions(), 1);
    }

    // The terminal is as the program left it, and what fills the screen draws it anew.
    void aFullScreenProgramIsReturnedTo()
    {
        const QString box = runBox();
        {
            Window window(m_engine, box);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("seq 1 200 > f; printf '\\033[?1049h'; vi f");
            EVENTUALLY_VERIFY2(window.text().startsWith("1\n2\n3\n"), qPrintable(window.text().right(500)));
            QVERIFY(window.session()->screen().alternate());
        }
        Window again(m_engine, box);
        EVENTUALLY_VERIFY(again.isOpen() && again.session()->screen().alternate());
        EVENTUALLY_VERIFY2(again.text().startsWith("1\n2\n3\n"), qPrintable(again.text()));
        EVENTUALLY_COMPARE(again.session()->screen().rows(), again.canvas()->gridSize().height());
        again.canvas()->setFocus();
        QTest::keyClicks(again.canvas(), "G");
        EVENTUALLY_VERIFY2(again.text().contains("\n199\n200\n"), qPrintable(again.text()));
    }

    // Questions of a program that were answered in an earlier window are not answered again: nobody would read the answers but the shell.
    void oldQuestionsAreNotAnswered()
    {
        const QString box = runBox();
        {
            Window window(m_engine, box);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("stty -icanon -echo; printf '\\033[c\\033[6n\\007'; timeout 1 cat > /dev/null; stty icanon echo; echo as$((1+0))ked");
            EVENTUALLY_VERIFY(window.text().contains("as1ked"));
            window.type("clear");
            EVENTUALLY_VERIFY(!window.text().contains("as1ked"));
        }
        Window again(m_engine, box);
        EVENTUALLY_VERIFY(again.isOpen());
        QSignalSpy bells(again.session(), &TerminalSession::bell);
        again.type("echo li$((1+0))ve");
        EVENTUALLY_VERIFY2(again.text().contains("li1ve"), qPrintable(again.text()));
        QVERIFY2(again.text().contains("# echo li"), qPrintable(again.text())); // nothing was typed before it
        QCOMPARE(bells.count(), 0);
    }

    void aClosedTabEndsItsShell()
    {
        const QString box = runBox();
        Window window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("echo on$((1+1))");
        EVENTUALLY_VERIFY(window.text().contains("on2"));
        QVERIFY(window.tabs()->tabToolTip(0).contains("ends the shell"));
        window.clickClose(0);
        EVENTUALLY_COMPARE(sessions(), 0);
        QCOMPARE(window.tabs()->count(), 0);
        QVERIFY(window.question()->text().isEmpty());
    }

    void aClosedTabAsksWhileAProgramRuns()
    {
        const QString box = runBox();
        Window window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("echo on$((1+1)); sleep 500");
        EVENTUALLY_VERIFY(window.text().contains("on2"));
        window.clickClose(0);
        EVENTUALLY_VERIFY(window.question()->text().startsWith("sleep is running"));
        QCOMPARE(window.tabs()->count(), 1);
        QCOMPARE(sessions(), 1);
        window.question()->findChild<QPushButton*>()->click();
        EVENTUALLY_COMPARE(sessions(), 0);
        QCOMPARE(window.tabs()->count(), 0);
        EVENTUALLY_VERIFY(!m_engine.docker({"top", "box"}).out.contains("sleep 500"));
    }

    // An image without a shell gets one from the engine.
    void aContainerWithoutAShell()
    {
        QDir folder(m_engine.folder());
        QVERIFY(folder.mkdir("bare"));
        QVERIFY(QFile::copy(QStandardPaths::findExecutable("busybox"), folder.filePath("bare/sleep")));
        const Output tar = slipway::test::run("tar", {"-C", folder.filePath("bare"), "-c", "sleep"});
        QCOMPARE(m_engine.docker({"import", "-", "bare"}, tar.out).code, 0);
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "bare", "/sleep", "1000"}).code, 0);
        Window window(m_engine, m_engine.get("/containers/box/json")["Id"].toString());
        auto* button = window.view.findChild<QPushButton*>(slipway::ui::names::terminalAction);
        EVENTUALLY_COMPARE(button->text(), QString("Open a debug shell"));
        QCOMPARE(sessions(), 0);
        button->click();
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("ls -d /sleep /proc; id -u");
        EVENTUALLY_VERIFY2(window.text().contains("/proc   /sleep\n0\n"), qPrintable(window.text().right(500)));
        EVENTUALLY_COMPARE(window.tabs()->tabText(0), QString("debug shell"));
        QCOMPARE(m_engine.docker({"diff", "box"}).out, QByteArray());
    }

    // Which shells there are is found out without running anything, the one that was chosen last is opened first.
    void theShellThatWasChosenLastIsOpened()
    {
        const QString box = runBox();
        QCOMPARE(m_engine.docker({"exec", "box", "sh", "-c", "printf '#!/bin/sh\\nexec sh\\n' > /bin/zsh; chmod +x /bin/zsh; mkdir -p /bin/fish /usr/bin; touch /usr/bin/bash"}).code, 0);
        Window window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        QCOMPARE(window.session()->name(), QString("zsh")); // a file that cannot be executed is none, nor is a folder
        auto* menu = window.view.findChild<QToolButton*>()->menu();
        emit menu->aboutToShow();
        QStringList offered;
        for (const QAction* action : menu->actions())
            offered << action->text();
        QCOMPARE(offered, QStringList({"zsh", "ash", "sh", "Debug Shell", "", "New Session…"}));
        menu->actions()[1]->trigger();
        QCOMPARE(window.session()->name(), QString("ash"));
        EVENTUALLY_VERIFY(window.isOpen());
        Window again(m_engine, box);
        EVENTUALLY_COMPARE(again.tabs()->count(), 2);
        QTest::keyClick(&again.view, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        EVENTUALLY_COMPARE(again.tabs()->count(), 3);
        QCOMPARE(again.session()->name(), QString("ash"));
    }

    // Debian's vim, less and htop in a container. Their pictures are in build/tour/terminal, light and dark.
    void whatFillsTheScreen()
    {
        QFile text(m_engine.folder() + "/text");
        QVERIFY(text.open(QIODevice::WriteOnly));
        for (int i = 1; i <= 300; ++i)
            text.write(QStringLiteral("\033[3%1mline %2\033[m \u2502 \u65e5\u672c\u8a9e \033[1mbold\033[m the quick brown fox\n").arg(i % 7 + 1).arg(i).toUtf8());
        text.close();
        QFile boxes(m_engine.folder() + "/boxes");
        QVERIFY(boxes.open(QIODevice::WriteOnly));
        boxes.write(QStringLiteral("\u250c\u2500\u2500\u252c\u2500\u2500\u2510 \u250f\u2501\u2501\u2533\u2501\u2501\u2513 \u2554\u2550\u2550\u2566\u2550\u2550\u2557 \u256d\u2500\u2500\u256e \u2571\u2572 \u2504\u2504\u2508\u2508 \u2580\u2584\u258c\u2590\n"
                                   "\u2502\033[42m  \033[m\u2502ab\u2502 \u2503  \u2503  \u2503 \u2551  \u2551  \u2551 \u2502  \u2502 \u2572\u2571 \u2506 \u250a  \u2598\u259d\u2596\u2597\n"
                                   "\u251c\u2500\u2500\u253c\u2500\u2500\u2524 \u2523\u2501\u2501\u254b\u2501\u2501\u252b \u2560\u2550\u2550\u256c\u2550\u2550\u2563 \u2570\u2500\u2500\u256f  \u2573 \u2550\u2550   \u2591\u2592\u2593\u2588\n"
                                   "\u2514\u2500\u2500\u2534\u2500\u2500\u2518 \u2517\u2501\u2501\u253b\u2501\u2501\u251b \u255a\u2550\u2550\u2569\u2550\u2550\u255d \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588 \u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588\n"
                                   "\033[1mbold\033[m \033[2mdim\033[m \033[3mitalic\033[m \033[4munderline\033[m \033[21mdouble\033[m \033[4:3mcurly\033[m \033[7mreverse\033[m \033[9mstrike\033[m \033[8mhidden\033[m\n"
                                   "e\u0301 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \U0001f600 \u2713 \u2800\u28ff\u2836 \ue0b0\n").toUtf8());
        for (const int base : {30, 40, 90, 100}) {
            for (int i = 0; i < 8; ++i)
                boxes.write(QStringLiteral("\033[%1m colour \033[m").arg(base + i).toUtf8());
            boxes.write("\n");
        }
        for (int i = 0; i < 72; ++i)
            boxes.write(QStringLiteral("\033[48;2;%1;%2;128m \033[m").arg(i * 255 / 71).arg(255 - i * 255 / 71).toUtf8());
        boxes.write(QStringLiteral("\n\u2588\u2588 end\n").toUtf8());
        boxes.close();
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "-e", "LANG=C.UTF-8", "-v", "/usr:/usr:ro", "-v", "/usr/lib:/lib:ro", "-v", "/usr/lib64:/lib64:ro",
                                  "-v", text.fileName() + ":/text:ro", "-v", boxes.fileName() + ":/boxes:ro", "busybox", "sleep", "1000"}).code, 0);
        Window window(m_engine, m_engine.get("/containers/box/json")["Id"].toString());
        EVENTUALLY_VERIFY(window.isOpen());
        const auto last = [&window] { return window.session()->screen().lineText(window.session()->screen().lineCount() - 1); };
        const auto press = [&window](int key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(window.canvas(), static_cast<Qt::Key>(key), modifiers); };
        window.type("echo be$((1+1))fore");
        EVENTUALLY_VERIFY(window.text().contains("be2fore"));

        window.type("/usr/bin/less -R -N /text");
        EVENTUALLY_VERIFY2(last() == ":" || last() == "/text", qPrintable(last()));
        QVERIFY(window.session()->screen().alternate());
        QTest::keyClicks(window.canvas(), "/line 1.7");
        press(Qt::Key_Return);
        const auto rowOf = [&window](const QString& beginning) { // on the screen
            const QStringList lines = window.text().split('\n');
            const auto found = std::ranges::find_if(lines, [&](const QString& line) { return line.startsWith(beginning); });
            return found == lines.end() ? -1 : static_cast<int>(found - lines.begin());
        };
        EVENTUALLY_VERIFY2(rowOf(QStringLiteral("    107 line 107 \u2502 \u65e5\u672c\u8a9e bold the")) >= 0, qPrintable(window.text().left(500)));
        const int row = rowOf("    107 line");
        EVENTUALLY_VERIFY(window.styleAt(row, 9).has(CellStyle::Reverse)); // what was searched for
        QVERIFY(!window.styleAt(row, 17).has(CellStyle::Reverse));
        QCOMPARE(window.styleAt(row, 24).fg, CellColor{});
        QCOMPARE(window.styleAt(row + 1, 9).fg, CellColor::indexed(108 % 7 + 1));
        QVERIFY(window.styleAt(row, 26).has(CellStyle::Bold));
        picture(window, "less");
        window.view.resize(640, 300); // it draws itself anew
        EVENTUALLY_VERIFY2(rowOf("    107 line 107") >= 0 && last() == ":" && rowOf("...skipping") < 0, qPrintable(window.text().left(500)));
        window.view.resize(900, 500);
        EVENTUALLY_VERIFY2(rowOf("    107 line 107") >= 0 && last() == ":" && rowOf("...skipping") < 0, qPrintable(window.text().left(500)));
        press(Qt::Key_Q);
        EVENTUALLY_VERIFY2(!window.session()->screen().alternate() && window.text().contains("be2fore"), qPrintable(window.text().left(500)));

        window.type("vim.tiny -R /text");
        EVENTUALLY_VERIFY2(window.text().startsWith("^[[32mline 1^[[m"), qPrintable(window.text().left(500)));
        QTest::keyClicks(window.canvas(), ":set nocp showmode nu hls list");
        press(Qt::Key_Return);
        QTest::keyClicks(window.canvas(), "/quick");
        press(Qt::Key_Return);
        QTest::keyClicks(window.canvas(), "jjVjj");
        EVENTUALLY_VERIFY2(last().contains("VISUAL LINE"), qPrintable(window.text().right(500)));
        EVENTUALLY_COMPARE(window.session()->screen().cursorRow(), 4);
        EVENTUALLY_VERIFY(window.styleAt(3, 8).has(CellStyle::Reverse) || window.styleAt(3, 8).bg != CellColor{});
        QVERIFY(!window.styleAt(7, 8).has(CellStyle::Reverse) && window.styleAt(7, 8).bg == CellColor{});
        picture(window, "vim");
        press(Qt::Key_Escape);
        QTest::keyClicks(window.canvas(), ":qa!");
        press(Qt::Key_Return);
        EVENTUALLY_VERIFY2(!window.session()->screen().alternate() && window.text().contains("be2fore"), qPrintable(window.text().left(500)));

        window.type("htop");
        EVENTUALLY_VERIFY2(last().startsWith("F1Help"), qPrintable(window.text().left(500)));
        EVENTUALLY_VERIFY2(window.text().contains("sleep 1000"), qPrintable(window.text().left(500)));
        QVERIFY(window.session()->screen().mouseMode() != TerminalScreen::MouseMode::None);
        press(Qt::Key_F5); // as a tree
        EVENTUALLY_VERIFY2(last().contains("F5List"), qPrintable(window.text().left(500)));
        EVENTUALLY_VERIFY2(window.text().contains(QStringLiteral("\u2500")) , qPrintable(window.text().left(500)));
        picture(window, "htop");
        window.view.resize(700, 360);
        EVENTUALLY_VERIFY2(last().startsWith("F1Help"), qPrintable(window.text().left(500)));
        window.view.resize(900, 500);
        EVENTUALLY_VERIFY2(last().startsWith("F1Help") && window.text().count("F1Help") == 1, qPrintable(window.text().left(500)));
        window.click(window.session()->screen().rows() - 1, static_cast<int>(last().indexOf("Quit")) + 1);
        EVENTUALLY_VERIFY2(!window.session()->screen().alternate() && window.text().contains("be2fore"), qPrintable(window.text().left(500)));
        QCOMPARE(window.session()->screen().mouseMode(), TerminalScreen::MouseMode::None);
        window.type("echo af$((1+1))ter");
        EVENTUALLY_VERIFY2(window.text().contains("af2ter"), qPrintable(window.text().left(500)));

        window.type("clear; cat /boxes");
        EVENTUALLY_VERIFY2(window.text().contains(QStringLiteral("\u2588\u2588 end")), qPrintable(window.text().left(500)));
        picture(window, "boxes");
    }

    // A shell that ends by itself is not looked for, and one whose container stopped says so.
    void anEndIsAnEnd()
    {
        const QString box = runBox();
        Window window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("exit");
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Ended);
        QTest::keyClick(&window.view, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        EVENTUALLY_VERIFY(window.isOpen());
        QCOMPARE(m_engine.docker({"kill", "box"}).code, 0);
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Ended);
    }
};

QTEST_MAIN(TestTerminalView)
#include "tst_terminal_view.moc"
