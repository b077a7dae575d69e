// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "terminal/terminal_screen.h"

using namespace slipway::ui;

namespace
{
QString row(const TerminalScreen& s, int r) { return s.lineText(s.lineCount() - s.rows() + r); }
const TerminalCell& cell(const TerminalScreen& s, int r, int c)
{
    return s.line(s.lineCount() - s.rows() + r).cells.at(static_cast<std::size_t>(c));
}
} // namespace

class TestTerminalScreen : public QObject
{
    Q_OBJECT
private slots:
    void printsAndMoves()
    {
        TerminalScreen s(4, 20);
        s.write("hello\r\n  world\x1b[1;3HX");
        QCOMPARE(row(s, 0), QStringLiteral("heXlo"));
        QCOMPARE(row(s, 1), QStringLiteral("  world"));
        QCOMPARE(s.cursorRow(), 0);
        QCOMPARE(s.cursorColumn(), 3);
    }
    void scrollsIntoScrollback()
    {
        TerminalScreen s(3, 10, 5);
        for (int i = 0; i < 20; ++i)
            s.write("l" + std::to_string(i) + "\r\n");
        QCOMPARE(s.lineCount(), 8);
        QCOMPARE(row(s, 1), QStringLiteral("l19"));
        QCOMPARE(s.lineText(0), QStringLiteral("l13"));
        QCOMPARE(s.discarded(), 13u);
    }
    void scrollsRegions()
    {
        TerminalScreen s(5, 10);
        s.write("a\r\nb\r\nc\r\nd\r\ne");
        s.write("\x1b[2;4r\x1b[4;1H\n"); // b leaves, a and e stay
        QCOMPARE(row(s, 0), QStringLiteral("a"));
        QCOMPARE(row(s, 1), QStringLiteral("c"));
        QCOMPARE(row(s, 3), QString());
        QCOMPARE(row(s, 4), QStringLiteral("e"));
        QCOMPARE(s.lineCount(), 5);
        s.write("\x1b[2;1H\x1bM");
        QCOMPARE(row(s, 1), QString());
        QCOMPARE(row(s, 2), QStringLiteral("c"));
        s.write("\x1b[1;4r\x1b[4;1H\n"); // from the top: into the scrollback, e stays
        QCOMPARE(s.lineText(0), QStringLiteral("a"));
        QCOMPARE(row(s, 4), QStringLiteral("e"));
    }
    void colours()
    {
        TerminalScreen s(2, 20);
        s.write("\x1b[1;31mr\x1b[38;5;200mi\x1b[38;2;9;8;7;7mt\x1b[m.");
        QCOMPARE(s.style(cell(s, 0, 0).style).fg, CellColor::indexed(1));
        QVERIFY(s.style(cell(s, 0, 0).style).has(CellStyle::Bold));
        QCOMPARE(s.style(cell(s, 0, 1).style).fg, CellColor::indexed(200));
        QCOMPARE(s.style(cell(s, 0, 2).style).fg, CellColor::rgb(9, 8, 7));
        QVERIFY(s.style(cell(s, 0, 2).style).has(CellStyle::Reverse));
        QCOMPARE(cell(s, 0, 3).style, std::uint16_t{0});
    }
    void manyColoursAreCollected()
    {
        TerminalScreen s(2, 10, 2);
        for (int i = 0; i < 70'000; ++i)
            s.write("\x1b[H\x1b[38;2;" + std::to_string(i >> 16) + ";" + std::to_string(i >> 8 & 255) + ";" +
                    std::to_string(i & 255) + "mx");
        QCOMPARE(s.style(cell(s, 0, 0).style).fg, CellColor::rgb(69'999 >> 16, 69'999 >> 8 & 255, 69'999 & 255));
    }
    void wideAndCombining()
    {
        TerminalScreen s(2, 10);
        s.write("\u4e2dx" "e\u0301!");
        QCOMPARE(cell(s, 0, 0).width, std::uint16_t{2});
        QCOMPARE(cell(s, 0, 1).width, std::uint16_t{0});
        QCOMPARE(s.text(cell(s, 0, 3)), QStringLiteral("e\u0301"));
        QCOMPARE(row(s, 0), QStringLiteral("\u4e2dxe\u0301!"));
        s.write("\x1b[1;2Hy"); // over its second half: the first goes
        QCOMPARE(row(s, 0), QStringLiteral(" yxe\u0301!"));
    }
    void alternateScreen()
    {
        TerminalScreen s(3, 10);
        s.write("shell$ ");
        s.write("\x1b[?1049h\x1b[Hvi\r\n\n\n\n\n");
        QVERIFY(s.alternate());
        QCOMPARE(s.lineCount(), 3);
        s.write("\x1b[?1049l");
        QVERIFY(!s.alternate());
        QCOMPARE(row(s, 0), QStringLiteral("shell$"));
        QCOMPARE(s.cursorColumn(), 7);
    }
    void erases()
    {
        TerminalScreen s(2, 6);
        s.write("abcdef\x1b[1;3H\x1b[44m\x1b[K");
        QCOMPARE(row(s, 0), QStringLiteral("ab"));
        QCOMPARE(s.style(cell(s, 0, 5).style).bg, CellColor::indexed(4));
        s.write("\x1b[m\x1b[1;1H\x1b[2P");
        s.write("\x1b[1;1Hxy\x1b[1;1H\x1b[2@");
        QCOMPARE(row(s, 0), QStringLiteral("  xy"));
    }
    void resizes()
    {
        TerminalScreen s(4, 10);
        s.write("1\r\n2\r\n3\r\n4$");
        s.resize(2, 10);
        QCOMPARE(row(s, 1), QStringLiteral("4$"));
        QCOMPARE(s.cursorRow(), 1);
        QCOMPARE(s.lineText(0), QStringLiteral("1"));
        s.resize(5, 4);
        s.write("X");
        QCOMPARE(row(s, 1), QStringLiteral("4$X"));
        s.write("\x1b[?1049h");
        s.resize(3, 30);
        s.resize(6, 30);
        s.write("\x1b[6;1Hend\x1b[?1049l");
        s.write("\x1b[6;1Hlast");
        QCOMPARE(row(s, 5), QStringLiteral("last"));
    }
    void keysAndPaste()
    {
        TerminalScreen s(4, 10);
        std::string sent;
        s.onOutput = [&](std::string_view bytes) { sent += bytes; };
        s.character('c', 4);
        QCOMPARE(sent, std::string("\x03"));
        sent.clear();
        s.paste(QStringLiteral("ls\r\nx\x1b[201~\ny"));
        QCOMPARE(sent, std::string("ls\rx[201~\ry"));
        sent.clear();
        s.write("\x1b[?2004h");
        s.paste(QStringLiteral("ls"));
        QCOMPARE(sent, std::string("\x1b[200~ls\x1b[201~"));
    }
    void hostileSequences()
    {
        TerminalScreen s(4, 10);
        std::string sent;
        s.onOutput = [&](std::string_view bytes) { sent += bytes; };
        s.write("\x1b]0;rm -rf\a\x1b]52;c;cm0=\a\x1b]52;c;?\a\x1b[21t\x1b[20tok");
        QCOMPARE(sent, std::string());
        QCOMPARE(row(s, 0), QStringLiteral("ok"));
        s.write("\x1b[999999999;999999999H\x1b[999999999A\x1b[999999999L\x1b[99999999S\x1b[9999999X");
        std::string noise;
        unsigned seed = 1;
        for (int i = 0; i < 200'000; ++i)
            noise += static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
        s.write(noise);
        s.resize(7, 3);
        s.write(noise);
        QCOMPARE(s.rows(), 7);
    }
    void cursorShapes()
    {
        TerminalScreen s(2, 4);
        s.write("\x1b[6 q\x1b[?25l");
        QCOMPARE(s.cursorShape(), TerminalScreen::CursorShape::Bar);
        QVERIFY(!s.cursorVisible());
    }
};

QTEST_APPLESS_MAIN(TestTerminalScreen)
#include "tst_terminal_screen.moc"
