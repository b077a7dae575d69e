// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <fstream>
#include <limits>
#include <random>

#include "base/json.h"
#include "logstore/log_page.h"
#include "logstore/log_search.h"
#include "logstore/log_writer.h"

using namespace slipway;
using namespace slipway::logstore;
namespace fs = std::filesystem;

// Random access, merging and searching, against the same done the slow way over lines that are all held in memory.
class TestLogPages : public QObject
{
    Q_OBJECT

    struct Expected
    {
        std::string text;
        Stream stream = Stream::Stdout;
        std::int64_t timeNs = 0;
        bool open = false;
        std::uint32_t source = 0;
    };

    std::unique_ptr<QTemporaryDir> m_dir;

    std::string folder(int number = 0) const { return m_dir->filePath(QString::number(number)).toStdString(); }
    static TimePoint at(std::int64_t ns) { return fromUnixNano(1'790'000'000'000'000'000 + ns); }
    static LogWriter open(const std::string& dir, RotationLimits limits = {.maxSegmentBytes = 200'000, .maxSegments = 10'000})
    {
        auto writer = LogWriter::open(dir, limits);
        if (!writer)
            qFatal("%s", writer.error().message.c_str());
        return std::move(*writer);
    }
    static void write(LogWriter& writer, const std::string& text, Stream stream = Stream::Stdout, std::int64_t ns = 0)
    {
        writer.append(stream, text.data(), text.size(), at(ns));
    }
    static LogSet setOf(std::vector<std::string> dirs)
    {
        LogSet::Snapshots logs;
        for (const std::string& dir : dirs)
            logs.push_back(LogSnapshot::take(dir));
        return LogSet(std::move(logs));
    }
    static std::vector<PageRow> all(const LogSet& set, const LogQuery& query = {})
    {
        std::vector<PageRow> rows;
        const auto page = readPage(set, {.from = 0, .last = {}, .timeNs = {}, .count = UINT64_MAX, .cap = SIZE_MAX}, query);
        return page ? page->rows : rows;
    }

    // Lines as programs write them, some long, some without an end, of both streams.
    static std::vector<Expected> writeRandom(const std::string& dir, unsigned seed, int lines, std::uint32_t source = 0)
    {
        static constexpr const char* words[] = {"GET", "/api/orders", "refused", "timeout", "\x1b[31mERROR\x1b[0m", "ok", "Zürich", "level=warn", "a_word", "word"};
        std::mt19937 random(seed);
        auto writer = open(dir);
        std::vector<Expected> expected;
        std::int64_t time = 0;
        for (int i = 0; i < lines; ++i) {
            time += static_cast<std::int64_t>(random() % 4) * 1'000'000;
            const Stream stream = random() % 4 == 0 ? Stream::Stderr : Stream::Stdout;
            std::string text = std::to_string(i);
            const unsigned kind = random() % 200;
            for (unsigned w = random() % 8; w > 0; --w)
                text += std::string(" ") + words[random() % std::size(words)];
            if (kind == 0)
                text += std::string(40'000 + random() % 60'000, 'x') + " refused at the end";
            write(writer, text + "\n", stream, time);
            expected.push_back({text, stream, toUnixNano(at(time)), false, source});
        }
        return expected;
    }
    static std::string shown(const std::string& text)
    {
        std::string buffer;
        return std::string(withoutEscapes(text, buffer));
    }
    static std::uint64_t searched(const LogSet& set, const LogQuery& query, SearchOptions options = {})
    {
        std::vector<SearchChunk> chunks;
        const Status status = searchLogs(set, query, options, [&](const SearchProgress& p) { chunks.insert(chunks.end(), p.chunks.begin(), p.chunks.end()); }, {});
        if (!status)
            qFatal("%s", status.error().message.c_str());
        std::uint64_t rows = 0;
        for (const SearchChunk& chunk : chunks)
            rows += chunk.rows;
        return rows;
    }
    static void compare(const std::vector<PageRow>& rows, const std::vector<Expected>& expected, std::size_t from)
    {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Expected& want = expected.at(from + i);
            QCOMPARE(rows[i].row, from + i);
            QCOMPARE(rows[i].text, want.text);
            QCOMPARE(rows[i].timeNs, want.timeNs);
            QCOMPARE(rows[i].stream, want.stream);
            QCOMPARE(rows[i].source, want.source);
            QCOMPARE(rows[i].length, want.text.size());
        }
    }

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void anyPage()
    {
        const auto expected = writeRandom(folder(), 1, 12'000);
        const LogSet set = setOf({folder()});
        QVERIFY(set.logs()[0]->segments().size() > 5);
        QCOMPARE(set.end(), expected.size());
        std::mt19937 random(2);
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t from = random() % expected.size(), count = random() % 300;
            const auto page = readPage(set, {.from = from, .last = {}, .timeNs = {}, .count = count, .cap = SIZE_MAX});
            QVERIFY(page.has_value());
            QCOMPARE(page->rows.size(), std::min(count, expected.size() - from));
            compare(page->rows, expected, from);
        }
        compare(readPage(set, {.from = {}, .last = 100, .timeNs = {}, .cap = SIZE_MAX})->rows, expected, expected.size() - 100);
        for (const std::size_t probe : {0uz, 1uz, 5'000uz, 11'999uz}) {
            const std::int64_t time = expected[probe].timeNs;
            std::size_t want = 0;
            while (expected[want].timeNs < time)
                ++want;
            QCOMPARE(set.rowAtTime(time), want);
        }
        QCOMPARE(set.rowAtTime(INT64_MAX), expected.size());
        const auto decoded = decodePage(encodePage(*readPage(set, {.from = 50, .last = {}, .timeNs = {}, .count = 20, .cap = SIZE_MAX})));
        QVERIFY(decoded.has_value());
        QCOMPARE(decoded->end, set.end());
        compare(decoded->rows, expected, 50);
    }

    void nonsenseIsNoPage()
    {
        writeRandom(folder(), 1, 50);
        const std::string bytes = encodePage(*readPage(setOf({folder()}), {.from = 0, .last = {}, .timeNs = {}}));
        for (std::size_t size = 0; size < bytes.size(); size += 7)
            QVERIFY(!decodePage(bytes.substr(0, size)).has_value());
        std::mt19937 random(5);
        for (int i = 0; i < 2000; ++i) {
            std::string broken = bytes;
            for (int k = 0; k < 4; ++k)
                broken[random() % broken.size()] = static_cast<char>(random());
            static_cast<void>(decodePage(broken)); // an error or rows, no more
        }
        QVERIFY(!decodePage("<html>").has_value());
    }

    // Twenty logs as one: exact order of time, any row found without the ones before it.
    void mergedByTime()
    {
        std::vector<Expected> expected;
        std::vector<std::string> dirs;
        for (int i = 0; i < 20; ++i) {
            const auto own = writeRandom(folder(i), static_cast<unsigned>(100 + i), 700 + i * 60, static_cast<std::uint32_t>(i));
            expected.insert(expected.end(), own.begin(), own.end());
            dirs.push_back(folder(i));
        }
        std::ranges::stable_sort(expected, {}, &Expected::timeNs);
        const LogSet set = setOf(dirs);
        QCOMPARE(set.end(), expected.size());
        compare(all(set), expected, 0);
        std::mt19937 random(3);
        for (int i = 0; i < 40; ++i) {
            const std::uint64_t from = random() % expected.size();
            compare(readPage(set, {.from = from, .last = {}, .timeNs = {}, .count = 50, .cap = SIZE_MAX})->rows, expected, from);
        }
        const auto count = std::ranges::count_if(expected, [](const Expected& e) { return e.text.find("refused") != std::string::npos; });
        QCOMPARE(searched(set, {.text = "refused"}), static_cast<std::uint64_t>(count));
    }

    void growsUnderTheReader()
    {
        auto writer = open(folder());
        std::shared_ptr<const LogSnapshot> snapshot;
        std::string pieces;
        for (int i = 0; i < 3000; ++i) {
            write(writer, (i % 50 ? "line " : std::string(20'000, 'l')) + std::to_string(i) + "\n", i % 3 ? Stream::Stdout : Stream::Stderr, i);
            if (i % 7 == 0)
                write(writer, "beginning ", Stream::Stdout, i); // goes on with the next stdout line
            if (i % 20 != 0)
                continue;
            snapshot = LogSnapshot::take(folder(), snapshot);
            const auto fresh = LogSnapshot::take(folder());
            QCOMPARE(snapshot->endLine(), fresh->endLine());
            QCOMPARE(snapshot->end().offset, fresh->end().offset);
            QCOMPARE(snapshot->lastTimeNs(), fresh->lastTimeNs());
        }
        const LogSet set = setOf({folder()});
        const auto rows = all(set);
        QCOMPARE(rows.size(), set.end());
        for (std::size_t i = 0; i < rows.size(); ++i)
            QCOMPARE(rows[i].row, i);
    }

    void rowsEndWhereTheOtherStreamWrites()
    {
        auto writer = open(folder());
        const std::string half(16 * 1024, 'h');
        write(writer, half);
        write(writer, "of the other\n", Stream::Stderr);
        write(writer, "end\n");
        write(writer, "no newline");
        writer.finish();
        const auto rows = all(setOf({folder()}));
        QCOMPARE(rows.size(), 4u);
        QVERIFY(rows[0].open && rows[0].text == half);
        QCOMPARE(rows[1].text, std::string("of the other"));
        QCOMPARE(rows[2].text, std::string("end"));
        QVERIFY(rows[3].open);
        {
            auto again = open(folder()); // the container's next run
            write(again, " yet\nnext\n");
        }
        const auto later = all(setOf({folder()}));
        QCOMPARE(later.size(), 5u);
        QCOMPARE(later[3].text, std::string("no newline yet"));
        QCOMPARE(later[4].text, std::string("next"));
    }

    void search_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("regex");
        QTest::addColumn<bool>("matchCase");
        QTest::addColumn<bool>("word");
        QTest::newRow("literal") << "refused" << false << true << false;
        QTest::newRow("any case") << "REFUSED" << false << false << false;
        QTest::newRow("over colours") << "ERROR ok" << false << true << false;
        QTest::newRow("inside an escape") << "31m" << false << true << false;
        QTest::newRow("not ASCII") << "zÜRICH" << false << false << false;
        QTest::newRow("word") << "word" << false << true << true;
        QTest::newRow("regex with a literal") << "^\\d+7 .*refused" << true << true << false;
        QTest::newRow("alternatives") << "refused|time.ut|/api/" << true << true << false;
        QTest::newRow("no literal") << "^[0-9]{3}$" << true << true << false;
        QTest::newRow("optional") << "ok?x?( GET)? refuse+d" << true << false << false;
        QTest::newRow("regex, word") << "w[o]rd" << true << true << true;
        QTest::newRow("nothing") << "not in any line" << false << true << false;
    }
    void search()
    {
        QFETCH(QString, text);
        QFETCH(bool, regex);
        QFETCH(bool, matchCase);
        QFETCH(bool, word);
        static const auto expected = writeRandom(QDir::tempPath().toStdString() + "/slipway-search-" + std::to_string(::getpid()), 7, 15'000);
        const LogSet set = setOf({QDir::tempPath().toStdString() + "/slipway-search-" + std::to_string(::getpid())});
        QString pattern = regex ? text : QRegularExpression::escape(text);
        if (word)
            pattern = QStringLiteral("\\b(?:%1)\\b").arg(pattern);
        const QRegularExpression oracle(pattern, matchCase ? QRegularExpression::NoPatternOption : QRegularExpression::CaseInsensitiveOption);
        std::vector<std::uint64_t> want;
        for (std::size_t i = 0; i < expected.size(); ++i)
            if (oracle.match(QString::fromStdString(shown(expected[i].text))).hasMatch())
                want.push_back(i);
        LogQuery query{.text = text.toStdString(), .regex = regex, .caseSensitive = matchCase, .wholeWord = word};
        for (const unsigned threads : {1u, 3u})
            QCOMPARE(searched(set, query, {.newestFirst = threads == 3, .threads = threads}), want.size());
        // Any part of it, as a search that follows a growing log asks for.
        const auto within = [&](std::uint64_t from, std::uint64_t to) {
            return static_cast<std::uint64_t>(std::ranges::count_if(want, [&](std::uint64_t row) { return row >= from && row < to; }));
        };
        for (const auto& [from, to] : {std::pair<std::uint64_t, std::uint64_t>(0, 1), {4321, 9876}, {9000, UINT64_MAX}, {14'990, 15'000}})
            QCOMPARE(searched(set, query, {.from = from, .to = to}), within(from, to));
        // As a filter, with and without context: the counts are those of the pages.
        for (const unsigned context : {0u, 2u}) {
            query.context = context;
            const auto rows = all(set, query);
            QCOMPARE(searched(set, query), rows.size());
            std::vector<std::uint64_t> matches;
            for (const PageRow& row : rows)
                if (row.match)
                    matches.push_back(row.row);
            QCOMPARE(matches, want);
            for (std::size_t i = 1; i < rows.size(); ++i)
                QVERIFY(rows[i].row > rows[i - 1].row);
        }
    }

    void streamsAndLevels()
    {
        const auto expected = writeRandom(folder(), 11, 8'000);
        const LogSet set = setOf({folder()});
        const auto err = std::ranges::count(expected, Stream::Stderr, &Expected::stream);
        QCOMPARE(searched(set, {.showStdout = false}), static_cast<std::uint64_t>(err));
        const auto bad = std::ranges::count_if(expected, [](const Expected& e) { return levelOf(e.text) >= Level::Error; });
        QVERIFY(bad > 100);
        QCOMPARE(searched(set, {.levels = 1u << static_cast<unsigned>(Level::Error)}), static_cast<std::uint64_t>(bad));
    }

    void aWrongExpressionIsSaid()
    {
        const auto matcher = LineMatcher::compile({.text = "a(b", .regex = true});
        QVERIFY(!matcher.has_value());
        QVERIFY2(matcher.error().message.find("at character 3") != std::string::npos, matcher.error().message.c_str());
    }

    // An expression that would take for ever is given up for that line, and that is counted.
    void anEvilExpression()
    {
        {
            auto writer = open(folder());
            write(writer, std::string(5000, 'a') + "\nfine\n");
        }
        std::uint64_t givenUp = 0;
        QVERIFY(searchLogs(setOf({folder()}), {.text = "(a+a+)+[bc]", .regex = true}, {}, [&](const SearchProgress& p) { givenUp = p.givenUp; }, {}).has_value());
        QCOMPARE(givenUp, 1u);
    }

    void aSearchIsCancelled()
    {
        writeRandom(folder(), 13, 20'000);
        std::stop_source stop;
        stop.request_stop();
        std::uint64_t seen = UINT64_MAX;
        QVERIFY(searchLogs(setOf({folder()}), {.text = "x"}, {}, [&](const SearchProgress& p) { seen = p.searched; }, stop.get_token()).has_value());
        QCOMPARE(seen, 0u);
    }

    // One line of a gigabyte: shown by its beginning, its size said, searched to its end, and what follows it is found at once.
    void aLineOfAGigabyte()
    {
        constexpr std::uint64_t size = 1u << 30;
        {
            auto writer = open(folder(), {.maxSegmentBytes = 16u << 20, .maxSegments = 1000});
            write(writer, "before\n");
            const std::string piece(1u << 20, 'g');
            for (std::uint64_t written = 0; written < size; written += piece.size())
                writer.append(Stream::Stdout, piece.data(), piece.size(), at(1));
            write(writer, "needle at its end\nafter\n");
        }
        const LogSet set = setOf({folder()});
        QCOMPARE(set.end(), 3u);
        const auto page = readPage(set, {.from = 0, .last = {}, .timeNs = {}});
        QCOMPARE(page->rows.size(), 3u);
        QVERIFY(page->rows[1].cut());
        QVERIFY(page->rows[1].text == std::string(16 * 1024, 'g'));
        QVERIFY2(page->rows[1].length > size - (1u << 20) && page->rows[1].length < size + (1u << 20), std::to_string(page->rows[1].length).c_str());
        QCOMPARE(page->rows[2].text, std::string("after"));
        QCOMPARE(readPage(set, {.from = 2, .last = {}, .timeNs = {}})->rows.front().text, std::string("after"));
        QCOMPARE(searched(set, {.text = "needle at"}), 1u);
        std::uint64_t exported = 0;
        QVERIFY(exportLogs(set, {}, ExportFormat::Plain, {}, [&](std::string_view bytes) { return exported += bytes.size(), true; }).has_value());
        QCOMPARE(exported, size + 7 + 18 + 6);
    }

    void rotatedAndDeletedUnderTheReader()
    {
        writeRandom(folder(), 17, 10'000);
        const LogSet set = setOf({folder()});
        fs::remove(folder() + "/00000001.log");
        fs::remove(folder() + "/00000003.log");
        QVERIFY(readPage(set, {.from = 0, .last = {}, .timeNs = {}})->rows.front().row > 0);
        QVERIFY(!all(set).empty());
        static_cast<void>(searched(set, {.text = "refused"}));
        const auto later = LogSnapshot::take(folder(), set.logs()[0]);
        QVERIFY(later->firstLine() > 0);
        fs::remove_all(folder());
        QVERIFY(all(set).empty());
        QCOMPARE(searched(set, {.text = "refused"}), 0u);
        QCOMPARE(LogSnapshot::take(folder(), set.logs()[0])->endLine(), 0u);
    }

    void damageLeavesAGap()
    {
        const auto expected = writeRandom(folder(), 19, 6'000);
        std::fstream file(folder() + "/00000002.log", std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(sizeof(SegmentHeader));
        file << "\xff\xff\xff\x7f";
        file.close();
        const LogSet set = setOf({folder()});
        const auto rows = all(set);
        QVERIFY(rows.size() < expected.size());
        QVERIFY(rows.size() > expected.size() / 2);
        for (const PageRow& row : rows)
            QVERIFY(expected.at(row.row).text.find(row.text) != std::string::npos); // of a row beside the gap a piece
        QVERIFY(searched(set, {.text = "refused"}) > 0);
    }

    void exportsEveryByte()
    {
        auto writer = open(folder());
        std::string written;
        for (const std::string& text : {std::string("one\n"), std::string("\x1b[31mred\x1b[0m\r\n"), std::string("\xff\xfe\0nul\n", 7), std::string(50'000, 'x') + "\n", std::string("no end")})
            write(writer, text), written += text;
        writer.finish();
        const LogSet set = setOf({folder()});
        std::string plain, json;
        QVERIFY(exportLogs(set, {}, ExportFormat::Plain, {}, [&](std::string_view bytes) { return plain += bytes, true; }).has_value());
        QVERIFY(plain == written);
        QVERIFY(exportLogs(set, {.text = "red"}, ExportFormat::JsonLines, {}, [&](std::string_view bytes) { return json += bytes, true; }).has_value());
        const Json line = *parseJson(json);
        QCOMPARE(jsonValue<std::string>(line, "text"), std::string("\x1b[31mred\x1b[0m\r"));
        QCOMPARE(jsonValue<std::string>(line, "stream"), std::string("stdout"));
    }

    void levels_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("level");
        const auto row = [](const char* line, Level level) { QTest::newRow(line) << QByteArray(line) << static_cast<int>(level); };
        row("2026-01-01 12:00:00 ERROR db: refused", Level::Error);
        row("\x1b[33mWARN\x1b[0m slow", Level::Warn);
        row("[info] started", Level::Info);
        row("ts=1 level=debug msg=x", Level::Debug);
        row("{\"msg\":\"an ERROR was handled\",\"level\":\"info\"}", Level::Info);
        row("{\"level\":50,\"msg\":\"x\"}", Level::Error);
        row("{\"severity\": \"CRITICAL\"}", Level::Fatal);
        row("E0102 15:04:05.000000 main.go:1] x", Level::Error);
        row("panic: runtime error", Level::Fatal);
        row("Error: no such file", Level::Error);
        row("Traceback (most recent call last):", Level::Error);
        row("no error was found", Level::None);
        row("GET /error 200", Level::None);
        row("", Level::None);
    }
    void levels()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, level);
        QCOMPARE(static_cast<int>(levelOf(line.toStdString())), level);
    }
};

QTEST_GUILESS_MAIN(TestLogPages)
#include "tst_log_pages.moc"
