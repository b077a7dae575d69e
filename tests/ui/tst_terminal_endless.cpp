// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <ctime>
#include <malloc.h>
#include <random>

#include "sequence_generator.h"
#include "terminal/terminal_screen.h"

using namespace slipway::ui;

namespace
{
constexpr std::size_t megabyte = 1'000'000;
constexpr std::size_t mostGrowth = 200 * megabyte; // the scrollback may take 96 MiB of it

std::size_t resident()
{
    ::malloc_trim(0);
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toULongLong() * 4096;
}

double processorSeconds()
{
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

std::string repeated(const std::string& piece, std::size_t bytes)
{
    std::string all;
    while (all.size() < bytes)
        all += piece;
    return all;
}
} // namespace

// Output without an end to it, of each kind that could make a terminal collect: bounded memory, time in proportion, and it is a terminal
// as before. SLIPWAY_TERMINAL_MEGABYTES of each.
class TestTerminalEndless : public QObject
{
    Q_OBJECT
private slots:
    void whateverItIs_data()
    {
        QTest::addColumn<QByteArray>("piece"); // 1 MB or so of it
        QTest::addColumn<QByteArray>("before");
        const auto row = [](const char* name, const std::string& text, const char* before = "") {
            QTest::newRow(name) << QByteArray::fromStdString(repeated(text, megabyte)) << QByteArray(before);
        };
        row("one line", "x");
        row("one line of words", "the quick brown fox ");
        row("NULs", std::string(1, '\0'));
        row("invalid UTF-8", "\xff\xc0\xe4\xb8");
        row("wide", "\u4e2d\u6587");
        row("marks on one letter", "\u0301", "z");
        row("a letter with ten marks", "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a");
        row("joined emoji", "\U0001f469\u200d\U0001f680");
        row("from right to left", "\u202e\u05d0\u2066");
        row("empty lines", "\n");
        row("carriage returns", "\r");
        row("a title that does not end", "t", "\x1b]0;");
        row("a picture that does not end", "~", "\x1bPq");
        row("a kitty picture that does not end", "A", "\x1b_Ga=T,f=100;");
        row("arguments that do not end", "1;", "\x1b[");
        row("escapes", "\x1b");
        row("alternate screen on and off", "\x1b[?1049hx\x1b[?1049l");
        row("inserted lines", "\x1b[L\x1b[999M");
        row("scrolled far", "\x1b[999999S\x1b[999999T");
        row("repeated far", "a\x1b[999999b");
        row("resets", "x\x1b" "c");
        row("links", "\x1b]8;;http://example.com/\x07l\x1b]8;;\x07");
        row("questions", "\x1b[c\x1b[6n");
        std::string colours, bytes, sequences;
        for (int i = 0; colours.size() < megabyte; ++i)
            colours += "\x1b[38;2;" + std::to_string(i >> 16 & 255) + ';' + std::to_string(i >> 8 & 255) + ';' + std::to_string(i & 255) + "mx";
        row("a colour a letter", colours);
        std::minstd_rand random(1);
        while (bytes.size() < megabyte)
            bytes += static_cast<char>(random() >> 8);
        row("random bytes", bytes);
        SequenceGenerator generator(7);
        while (sequences.size() < megabyte)
            sequences += generator.next(50, 200);
        row("random sequences", sequences);
    }
    void whateverItIs()
    {
        QFETCH(const QByteArray, piece);
        QFETCH(const QByteArray, before);
        bool given = false;
        const std::size_t wanted = qEnvironmentVariable("SLIPWAY_TERMINAL_MEGABYTES").toULongLong(&given);
        const std::size_t half = std::max<std::size_t>(1, (given ? wanted : 2) / 2);
        TerminalScreen screen(50, 200, 100'000);
        std::size_t answered = 0;
        screen.onOutput = [&](std::string_view answer) { answered += answer.size(); };
        const std::size_t atFirst = resident();
        screen.write(before.toStdString());
        double took[2] = {};
        for (double& seconds : took) {
            const double began = processorSeconds();
            for (std::size_t i = 0; i < half; ++i)
                for (std::string_view rest(piece.constData(), std::size_t(piece.size())); !rest.empty();) { // as a session does
                    const std::size_t taken = screen.write(rest.substr(0, 64 * 1024), 60'000);
                    QVERIFY(taken > 0);
                    rest.remove_prefix(taken);
                }
            seconds = processorSeconds() - began;
        }
        const std::size_t grown = resident() - std::min(resident(), atFirst);
        if (given)
            qInfo("%s: %.1f MB/s, %.1f MB more memory", QTest::currentDataTag(), double(2 * half) / (took[0] + took[1]), double(grown) / 1e6);
        QVERIFY2(grown < mostGrowth, qPrintable(QString::number(grown)));
        QVERIFY2(took[1] < 5 * took[0] + 0.5, qPrintable(QStringLiteral("%1 s, then %2 s").arg(took[0]).arg(took[1])));
        QVERIFY2(answered < megabyte, qPrintable(QString::number(answered)));
        screen.resize(20, 80);
        screen.resize(50, 200);
        screen.write("\x18\x1b\\\x1b[?1049l\x1b" "cwell");
        QCOMPARE(screen.lineText(screen.lineCount() - screen.rows()), QStringLiteral("well"));
        TerminalLine line;
        for (int i = 0; i < screen.lineCount(); i += std::max(1, screen.lineCount() / 500))
            screen.read(i, line);
    }
};

QTEST_APPLESS_MAIN(TestTerminalEndless)
#include "tst_terminal_endless.moc"
