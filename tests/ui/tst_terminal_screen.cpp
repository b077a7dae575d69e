// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "terminal/terminal_screen.h"

using namespace slipway::ui;

namespace
{
QString row(const TerminalScreen& s, int r) { return s.lineText(s.lineCount() - s.rows() + r); }
TerminalCell cell(const TerminalScreen& s, int r, int c)
{
    return s.line(s.lineCount() - s.rows() + r).cells.at(static_cast<std::size_t>(c));
}
CellStyle style(const TerminalScreen& s, int r, int c)
{
    const TerminalLine line = s.line(s.lineCount() - s.rows() + r);
    return line.styles.at(line.cells.at(static_cast<std::size_t>(c)).style);
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
        QCOMPARE(style(s, 0, 0).fg, CellColor::indexed(1));
        QVERIFY(style(s, 0, 0).has(CellStyle::Bold));
        QCOMPARE(style(s, 0, 1).fg, CellColor::indexed(200));
        QCOMPARE(style(s, 0, 2).fg, CellColor::rgb(9, 8, 7));
        QVERIFY(style(s, 0, 2).has(CellStyle::Reverse));
        QCOMPARE(cell(s, 0, 3).style, std::uint16_t{0});
    }
    void manyColoursAreCollected()
    {
        TerminalScreen s(2, 10, 2);
        for (int i = 0; i < 70'000; ++i)
            s.write("\x1b[H\x1b[38;2;" + std::to_string(i >> 16) + ";" + std::to_string(i >> 8 & 255) + ";" +
                    std::to_string(i & 255) + "mx");
        QCOMPARE(style(s, 0, 0).fg, CellColor::rgb(69'999 >> 16, 69'999 >> 8 & 255, 69'999 & 255));
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
        QCOMPARE(style(s, 0, 5).bg, CellColor::indexed(4));
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
    // A program that fills the screen draws nothing anew when the size has changed back before it looked: all must be there again.
    void aSizeThatIsGivenBack()
    {
        TerminalScreen s(4, 10);
        s.write("\x1b[?1049h1\r\n2\r\n3\r\nlast");
        const auto all = [&s] {
            QStringList rows;
            for (int i = 0; i < s.rows(); ++i)
                rows << row(s, i);
            return rows.join(' ');
        };
        for (const auto& [rows, columns] : {std::pair{2, 3}, {9, 3}, {1, 10}, {3, 20}, {4, 10}})
            s.resize(rows, columns);
        QCOMPARE(all(), QStringLiteral("1 2 3 last"));
        QCOMPARE(s.cursorRow(), 3);
        QCOMPARE(s.cursorColumn(), 4);
        s.resize(2, 10);
        QCOMPARE(all(), QStringLiteral("3 last"));
        QCOMPARE(s.cursorRow(), 1);
        s.write("!"); // it has drawn: what was above is gone
        s.resize(4, 10);
        QCOMPARE(all(), QStringLiteral("3 last!  "));
        s.write("\x1b[1;1Htop");
        s.resize(2, 10); // below the cursor
        s.resize(4, 10);
        QCOMPARE(all(), QStringLiteral("top last!  "));
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
    // Each of these hangs or corrupts libvterm 0.3.3.
    void whatLibvtermDoesNotSurvive()
    {
        TerminalScreen s(24, 80);
        s.write("\x1b[b\x1b[5b");                       // repeats nothing, for ever
        s.write("\r\n\xcc\x81\x1b[b");                  // a mark alone
        s.write("\x1b[" + std::string(10'000, ';') + "m"); // writes past its arguments
        s.write("\x1b[" + std::string(10'000, '1') + "A\x1b[" + std::string(10'000, '?') + "1h\x1b[" + std::string(10'000, ' ') + "q");
        for (int i = 0; i < 500; ++i)
            s.write("\xc2\x80"); // to the left of the first column
        s.write("\x1bH\rx");
        QCOMPARE(s.cursorColumn(), 1);
        s.write("\x1b[20;24r\x1b[24;1H\x1b" "7");
        s.resize(5, 10); // the scrolling region and the saved cursor are outside
        s.write("\n\n\x1b[L\x1b[M\x1bM");
        s.write("\x1b" "8\n\nend");
        QVERIFY(s.cursorRow() < 5);
        s.write("\x1b[?69h\x1b[3;9s");
        s.resize(4, 3);
        s.write("\x1b[5@\x1b[5P\x1b[2'}\x1b[S\x1b[T");
        s.resize(24, 80);
        std::string marks = "e";
        for (int i = 0; i < 300'000; ++i)
            marks += "\xcc\x81";
        s.write(marks);
        s.write("\x1b[H\x1b[2Jok");
        QCOMPARE(row(s, 0), QStringLiteral("ok"));
    }
    void stringsAreSwallowedAtAnyLength()
    {
        TerminalScreen s(4, 20);
        QStringList titles, clips;
        s.onTitle = [&](const QString& text) { titles << text; };
        s.onClipboard = [&](const QString& text) { clips << text; };
        std::string sent;
        s.onOutput = [&](std::string_view bytes) { sent += bytes; };
        const std::string megabyte(1 << 20, 'a');
        s.write("\x1b]0;" + megabyte + "\x07\x1b]52;c;" + megabyte + "\x07\x1bPq" + megabyte + "\x1b\\\x1b_G" + megabyte + "\x1b\\ok");
        QCOMPARE(row(s, 0), QStringLiteral("ok"));
        QCOMPARE(titles, (QStringList{QString(200, QLatin1Char('a'))}));
        QCOMPARE(clips, QStringList());
        s.write("\x1b]2;a\xe2\x80\xae<b>\n\x1b\\\x1b]52;c;aGVsbG8=\x07\x1b]52;c;?\x07\x1bP$qm\x1b\\");
        QCOMPARE(titles.last(), QStringLiteral("a<b>")); // no control, no override of direction
        QCOMPARE(clips, (QStringList{QStringLiteral("hello")}));
        QCOMPARE(sent, std::string());
    }
    void answersAreLimited()
    {
        TerminalScreen s(4, 20);
        std::size_t sent = 0;
        s.onOutput = [&](std::string_view bytes) { sent += bytes.size(); };
        s.write("\x1b[2;3H\x1b[6n");
        QCOMPARE(sent, std::size_t{6});
        for (int i = 0; i < 100'000; ++i)
            s.write("\x1b[6n\x1b[c");
        QVERIFY2(sent < 200'000, qPrintable(QString::number(sent)));
    }
    void charactersInPieces()
    {
        TerminalScreen s(4, 20);
        for (const char c : std::string("x\u00e9\u4e2d\U0001f680\u20ac."))
            s.write({&c, 1});
        QCOMPARE(row(s, 0), QStringLiteral("x\u00e9\u4e2d\U0001f680\u20ac."));
        s.write("\r\nbad \xe4\xb8");
        s.write("A\xff\r\nnext");
        QCOMPARE(row(s, 1), QStringLiteral("bad \ufffdA\ufffd"));
        QCOMPARE(row(s, 2), QStringLiteral("next"));
    }
    void wrappedLinesAreOne()
    {
        for (const bool slow : {false, true}) {
            TerminalScreen s(4, 10);
            const std::string text = "0123456789abcdefghij0123456789abcdefghijXYZ\r\nend";
            for (std::size_t i = 0; i < text.size(); i += slow ? 1 : text.size())
                s.write(std::string_view(text).substr(i, slow ? 1 : text.size()));
            QCOMPARE(s.lineCount(), 6);
            for (int i = 0; i < 6; ++i)
                QCOMPARE(s.line(i).continued, i < 4);
        }
    }
    void manyLinesTakeLittle()
    {
        TerminalScreen s(50, 200, 100'000);
        std::string line(100, 'x');
        line += "\r\n";
        std::string text;
        for (int i = 0; i < 1000; ++i)
            text += line;
        for (int i = 0; i < 200; ++i)
            s.write(text);
        QCOMPARE(s.lineCount(), 100'050);
        QCOMPARE(s.discarded(), std::uint64_t{200'000 + 1 - 100'050});
        QCOMPARE(s.lineText(77'777), QString(100, QLatin1Char('x')));
        QVERIFY2(s.scrollbackBytes() < 13'000'000, qPrintable(QString::number(s.scrollbackBytes())));
    }
    void coloursWithoutEndAreBounded()
    {
        TerminalScreen s(20, 200, TerminalHistory::Limits{.lines = 100'000, .bytes = 4 << 20});
        std::string text;
        for (int i = 0; i < 400'000; ++i)
            text += "\x1b[38;2;" + std::to_string(i >> 16) + ";" + std::to_string(i >> 8 & 255) + ";" + std::to_string(i & 255) + "mx";
        s.write(text);
        QVERIFY(s.scrollbackBytes() < (5u << 20));
        QVERIFY(s.lineCount() > 1000);
        QCOMPARE(style(s, 19, 199).fg, CellColor::rgb(399'999 >> 16, 399'999 >> 8 & 255, 399'999 & 255));
        const TerminalLine line = s.line(s.lineCount() - 500);
        QCOMPARE(line.cells.size(), std::size_t{200});
        QCOMPARE(line.styles.size(), std::size_t{201});
    }
    void dim()
    {
        TerminalScreen s(2, 20);
        s.write("\x1b[2ma\x1b[1mb\x1b[22mc\x1b[38;2;1;2;3md\x1b[38;5;2;2me\x1b[mf");
        const bool expected[] = {true, true, false, false, true, false};
        for (int i = 0; i < 6; ++i)
            QCOMPARE(style(s, 0, i).has(CellStyle::Dim), expected[i]);
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
