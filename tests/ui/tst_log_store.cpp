// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "logs/ansi_text.h"
#include "logs/line_store.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
dockerapi::LogLine out(std::string text, bool partial = false) { return {1, false, partial, std::move(text)}; }
dockerapi::LogLine err(std::string text) { return {2, true, false, std::move(text)}; }
} // namespace

class TestLogStore : public QObject
{
    Q_OBJECT
private slots:
    void keepsLines()
    {
        LineStore store;
        for (int i = 0; i < 200'000; ++i)
            QVERIFY(store.append(out("line " + std::to_string(i))));
        QCOMPARE(store.endLine(), 200'000u);
        QCOMPARE(store.line(0).text, std::string_view("line 0"));
        QCOMPARE(store.line(123'456).text, std::string_view("line 123456"));
        QVERIFY(store.bytes() < 12u << 20);
    }
    void joinsPartialLines()
    {
        LineStore store;
        QVERIFY(store.append(out("one ", true)));
        QVERIFY(!store.append(out("two", true)));
        QVERIFY(!store.append(out(" three")));
        QVERIFY(store.append(out("next")));
        QCOMPARE(store.line(0).text, std::string_view("one two three"));
        QVERIFY(store.append(out("open", true)));
        QVERIFY(store.append(err("other stream")));
        QVERIFY(store.line(3).isStderr);
    }
    void splitsEndlessLines()
    {
        LineStore store;
        store.append(out(std::string(3 * LineStore::maxLineBytes + 5, 'x')));
        QCOMPARE(store.endLine(), 4u);
        QCOMPARE(store.line(3).text, std::string_view("xxxxx"));
    }
    void holdsItsBudget()
    {
        LineStore store(8u << 20);
        for (int i = 0; i < 300'000; ++i)
            store.append(out(std::string(80, 'a') + std::to_string(i)));
        QVERIFY(store.bytes() <= (8u << 20) + (3u << 20));
        QVERIFY(store.firstLine() > 0);
        QCOMPARE(store.line(299'999).text.substr(80), std::string_view("299999"));
        QCOMPARE(store.line(store.firstLine()).text.substr(80), std::to_string(store.firstLine()));
    }
    void readsColours()
    {
        const AnsiLine line = parseAnsi("\x1b[1;31merror\x1b[0m plain \x1b[38;5;200mx\x1b[48;2;1;2;3my\r");
        QCOMPARE(line.text, QStringLiteral("error plain xy"));
        QCOMPARE(line.runs.size(), 4u);
        QVERIFY(line.runs[0].style.has(CellStyle::Bold));
        QCOMPARE(line.runs[0].style.fg, CellColor::indexed(1));
        QCOMPARE(line.runs[1].style, CellStyle{});
        QCOMPARE(line.runs[2].style.fg, CellColor::indexed(200));
        QCOMPARE(line.runs[3].style.bg, CellColor::rgb(1, 2, 3));
        QCOMPARE(line.runs[3].style.fg, CellColor::indexed(200));
    }
    void dropsOtherSequences()
    {
        QCOMPARE(parseAnsi("a\x1b]0;title\ab\x1b[2Jc\x1b]52;c;aGk=\x1b\\d\x1b(Be").text, QStringLiteral("abcde"));
        QCOMPARE(parseAnsi("a\x1b[").text, QStringLiteral("a"));
        QCOMPARE(parseAnsi("a\rb\x07").text, QStringLiteral("a\u240d" "b\u2407"));
        QCOMPARE(parseAnsi("a\tb").text, QStringLiteral("a       b"));
        QVERIFY(parseAnsi("\xff\xfe").text.contains(QChar(0xfffd)));
    }
    void knowsColumns()
    {
        const AnsiLine line = parseAnsi("a\u4e2d\u6587e\u0301z");
        QCOMPARE(line.width(), 7);
        QCOMPARE(line.columnOf(2), 3);
        QCOMPARE(line.indexAt(2), 1); // the second half of the wide character
        QCOMPARE(line.indexAt(99), 6);
        QCOMPARE(parseAnsi("abcdefghij").wrap(4), (std::vector<int>{0, 4, 8}));
        QCOMPARE(parseAnsi("a\u4e2d\u6587").wrap(4), (std::vector<int>{0, 2})); // a wide one never straddles the edge
    }
};

QTEST_APPLESS_MAIN(TestLogStore)
#include "tst_log_store.moc"
