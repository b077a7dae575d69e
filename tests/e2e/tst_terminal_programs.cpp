// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QTest>

#include "../ui/isolated_settings.h"
#include "shell/theme.h"
#include "shell_window.h"

using namespace slipway::ui;
using namespace slipway::test;

// Debian's vim, less and htop in a container, in the window's terminal: what fills the screen, draws itself anew and takes the mouse.
// Their pictures are in build/tour/terminal, light and dark, at both scales.
class TestTerminalPrograms : public QObject
{
    Q_OBJECT

    IsolatedSettings m_settings;
    EngineProcess m_engine;
    QString m_box;

    // /text: 300 coloured lines. /boxes: lines, blocks, attributes and colours.
    QString runBox() const
    {
        QFile text(m_engine.folder() + "/text"), boxes(m_engine.folder() + "/boxes");
        if (!text.open(QIODevice::WriteOnly) || !boxes.open(QIODevice::WriteOnly))
            return {};
        for (int i = 1; i <= 300; ++i)
            text.write(QStringLiteral("\033[3%1mline %2\033[m \u2502 \u65e5\u672c\u8a9e \033[1mbold\033[m the quick brown fox\n").arg(i % 7 + 1).arg(i).toUtf8());
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
        text.close();
        boxes.close();
        m_engine.docker({"run", "-d", "--name", "box", "-e", "LANG=C.UTF-8", "-v", "/usr:/usr:ro", "-v", "/usr/lib:/lib:ro", "-v", "/usr/lib64:/lib64:ro",
                         "-v", text.fileName() + ":/text:ro", "-v", boxes.fileName() + ":/boxes:ro", "busybox", "sleep", "1000"});
        return m_engine.get("/containers/box/json")["Id"].toString();
    }
    static void picture(ShellWindow& window, const QString& name)
    {
        QDir folder(QStringLiteral(SLIPWAY_SOURCE_DIR "/build/tour/terminal"));
        QVERIFY(folder.mkpath("."));
        window.canvas()->setFocus();
        for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
            theme::apply(mode);
            QCoreApplication::processEvents();
            for (const int scale : {1, 2}) {
                QPixmap picture(window.view.size() * scale);
                picture.setDevicePixelRatio(scale);
                window.view.render(&picture);
                const QString file = name + (mode == theme::Mode::Dark ? "-dark" : "") + (scale == 2 ? "-200" : "") + ".png";
                QVERIFY(picture.save(folder.filePath(file)));
            }
        }
        theme::apply(theme::Mode::Light);
    }
    static QString last(const ShellWindow& window)
    {
        return window.session()->screen().lineText(window.session()->screen().lineCount() - 1);
    }
    static void press(const ShellWindow& window, Qt::Key key) { QTest::keyClick(window.canvas(), key); }
    // The row of the screen that begins with BEGINNING, or -1.
    static int rowOf(const ShellWindow& window, const QString& beginning)
    {
        const QStringList lines = window.text().split('\n');
        const auto found = std::ranges::find_if(lines, [&](const QString& line) { return line.startsWith(beginning); });
        return found == lines.end() ? -1 : static_cast<int>(found - lines.begin());
    }
    // The shell with a line of its own, which is there again when a program has left the screen.
    static bool begin(const ShellWindow& window)
    {
        if (!QTest::qWaitFor([&] { return window.isOpen() && window.text().trimmed().endsWith('#'); }, patience))
            return false;
        window.type("echo be$((1+1))fore");
        return QTest::qWaitFor([&] { return isBack(window); }, patience);
    }
    static bool isBack(const ShellWindow& window)
    {
        return !window.session()->screen().alternate() && window.text().contains("\nbe2fore\n") && window.text().trimmed().endsWith('#');
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }
    void init()
    {
        m_box = runBox();
        QVERIFY(!m_box.isEmpty());
    }
    void cleanup() { m_engine.removeContainers(); }

    void less()
    {
        ShellWindow window(m_engine, m_box);
        QVERIFY2(begin(window), qPrintable(window.text()));
        window.type("/usr/bin/less -R -N /text");
        EVENTUALLY_VERIFY2(last(window) == ":" || last(window) == "/text", qPrintable(last(window)));
        QVERIFY(window.session()->screen().alternate());
        QTest::keyClicks(window.canvas(), "/line 1.7");
        press(window, Qt::Key_Return);
        EVENTUALLY_VERIFY2(rowOf(window, QStringLiteral("    107 line 107 \u2502 \u65e5\u672c\u8a9e bold the")) >= 0, qPrintable(window.text().left(500)));
        const int row = rowOf(window, "    107 line");
        EVENTUALLY_VERIFY(window.styleAt(row, 9).has(CellStyle::Reverse)); // what was searched for
        QVERIFY(!window.styleAt(row, 17).has(CellStyle::Reverse));
        QCOMPARE(window.styleAt(row, 24).fg, CellColor{});
        QCOMPARE(window.styleAt(row + 1, 9).fg, CellColor::indexed(108 % 7 + 1));
        QVERIFY(window.styleAt(row, 26).has(CellStyle::Bold));
        picture(window, "less");
        window.view.resize(640, 300); // it draws itself anew
        EVENTUALLY_VERIFY2(rowOf(window, "    107 line 107") >= 0 && last(window) == ":" && rowOf(window, "...skipping") < 0, qPrintable(window.text().left(500)));
        window.view.resize(900, 500);
        EVENTUALLY_VERIFY2(rowOf(window, "    107 line 107") >= 0 && last(window) == ":" && rowOf(window, "...skipping") < 0, qPrintable(window.text().left(500)));
        press(window, Qt::Key_Q);
        EVENTUALLY_VERIFY2(isBack(window), qPrintable(window.text().left(500)));
    }

    void vim()
    {
        ShellWindow window(m_engine, m_box);
        QVERIFY2(begin(window), qPrintable(window.text()));
        window.type("vim.tiny -R /text");
        EVENTUALLY_VERIFY2(window.text().startsWith("^[[32mline 1^[[m"), qPrintable(window.text().left(500)));
        QTest::keyClicks(window.canvas(), ":set nocp showmode nu hls list");
        press(window, Qt::Key_Return);
        QTest::keyClicks(window.canvas(), "/quick");
        press(window, Qt::Key_Return);
        QTest::keyClicks(window.canvas(), "jjVjj");
        EVENTUALLY_VERIFY2(last(window).contains("VISUAL LINE"), qPrintable(window.text().right(500)));
        EVENTUALLY_COMPARE(window.session()->screen().cursorRow(), 4);
        EVENTUALLY_VERIFY(window.styleAt(3, 8).has(CellStyle::Reverse) || window.styleAt(3, 8).bg != CellColor{});
        QVERIFY(!window.styleAt(7, 8).has(CellStyle::Reverse) && window.styleAt(7, 8).bg == CellColor{});
        picture(window, "vim");
        press(window, Qt::Key_Escape);
        QTest::keyClicks(window.canvas(), ":qa!");
        press(window, Qt::Key_Return);
        EVENTUALLY_VERIFY2(isBack(window), qPrintable(window.text().left(500)));
    }

    void htop()
    {
        ShellWindow window(m_engine, m_box);
        QVERIFY2(begin(window), qPrintable(window.text()));
        window.type("htop");
        EVENTUALLY_VERIFY2(last(window).startsWith("F1Help"), qPrintable(window.text().left(500)));
        EVENTUALLY_VERIFY2(window.text().contains("sleep 1000"), qPrintable(window.text().left(500)));
        QVERIFY(window.session()->screen().mouseMode() != TerminalScreen::MouseMode::None);
        press(window, Qt::Key_F5); // as a tree
        EVENTUALLY_VERIFY2(last(window).contains("F5List"), qPrintable(window.text().left(500)));
        EVENTUALLY_VERIFY2(window.text().contains(QStringLiteral("\u2500")) , qPrintable(window.text().left(500)));
        picture(window, "htop");
        const auto half = [&window] { return window.session()->screen().lineText(1).indexOf("Tasks"); }; // of the width that it draws for
        const auto wide = half();
        QVERIFY(wide > 0);
        window.view.resize(700, 360);
        EVENTUALLY_VERIFY2(half() > 0 && half() < wide && last(window).startsWith("F1Help"), qPrintable(window.text()));
        window.view.resize(900, 500);
        EVENTUALLY_VERIFY2(half() == wide && last(window).startsWith("F1Help") && window.text().count("F1Help") == 1, qPrintable(window.text()));
        window.click(window.session()->screen().rows() - 1, static_cast<int>(last(window).indexOf("Quit")) + 1);
        EVENTUALLY_VERIFY2(isBack(window), qPrintable(window.text().left(500)));
        QCOMPARE(window.session()->screen().mouseMode(), TerminalScreen::MouseMode::None);
        window.type("echo af$((1+1))ter");
        EVENTUALLY_VERIFY2(window.text().contains("af2ter"), qPrintable(window.text().left(500)));
    }

    void boxesAndColours()
    {
        ShellWindow window(m_engine, m_box);
        QVERIFY2(begin(window), qPrintable(window.text()));
        window.type("clear; cat /boxes");
        EVENTUALLY_VERIFY2(window.text().contains(QStringLiteral("\n\u2588\u2588 end\n")) && window.text().trimmed().endsWith('#'), qPrintable(window.text()));
        picture(window, "boxes");
    }

    // A new window finds the terminal as the program left it, and what fills the screen draws it anew.
    void isReturnedTo()
    {
        {
            ShellWindow window(m_engine, m_box);
            QVERIFY2(begin(window), qPrintable(window.text()));
            window.type("seq 1 200 > f; /usr/bin/less f");
            EVENTUALLY_VERIFY2(window.text().startsWith("1\n2\n3\n") && last(window) == "f", qPrintable(window.text().right(500)));
            QVERIFY(window.session()->screen().alternate());
        }
        ShellWindow again(m_engine, m_box);
        EVENTUALLY_VERIFY(again.isOpen() && again.session()->screen().alternate());
        EVENTUALLY_VERIFY2(again.text().startsWith("1\n2\n3\n"), qPrintable(again.text()));
        EVENTUALLY_COMPARE(again.session()->screen().rows(), again.canvas()->gridSize().height());
        again.canvas()->setFocus();
        const bool ended = QTest::qWaitFor([&] { // less loses a key that comes in the same moment as a new size
            QTest::keyClicks(again.canvas(), "G");
            return QTest::qWaitFor([&] { return again.text().contains("\n199\n200\n") && !last(again).isEmpty(); }, 200);
        }, patience);
        QVERIFY2(ended, qPrintable(again.text()));
        QTest::keyClicks(again.canvas(), "q");
        EVENTUALLY_VERIFY2(isBack(again), qPrintable(again.text()));
    }
};

QTEST_MAIN(TestTerminalPrograms)
#include "tst_terminal_programs.moc"
