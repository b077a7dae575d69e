// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "logstore/log_reader.h"
#include "logstore/log_writer.h"

using namespace slipway;
using namespace slipway::logstore;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class TestLogstore : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    std::string m_log;

    LogWriter open(RotationLimits limits = {})
    {
        auto writer = LogWriter::open(m_log, limits);
        if (!writer)
            qFatal("%s", writer.error().message.c_str());
        return std::move(*writer);
    }
    static void write(LogWriter& writer, const std::string& text, Stream stream = Stream::Stdout)
    {
        writer.append(stream, text.data(), text.size(), now());
    }
    std::vector<Entry> read(ReadOptions options = {}) const
    {
        LogReader reader(m_log, options);
        std::vector<Entry> all;
        for (auto batch = reader.next(97); batch && !batch->empty(); batch = reader.next(97))
            all.insert(all.end(), batch->begin(), batch->end());
        return all;
    }
    std::string text(ReadOptions options = {}) const
    {
        std::string joined;
        for (const Entry& entry : read(options))
            joined += entry.text + (entry.partial ? "" : "\n");
        return joined;
    }
    std::vector<fs::path> segments() const
    {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::directory_iterator(m_log))
            if (entry.path().extension() == ".log")
                paths.push_back(entry.path());
        std::ranges::sort(paths);
        return paths;
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_log = m_dir->filePath("log").toStdString();
    }

    void linesPartsAndStreams()
    {
        auto writer = open();
        write(writer, "one\ntw");
        write(writer, "err", Stream::Stderr);
        write(writer, "o\n\n");
        write(writer, "or\n", Stream::Stderr);
        write(writer, "no newline");
        QCOMPARE(text(), std::string("one\ntwo\n\nerror\n"));
        writer.finish();
        QCOMPARE(text({.showStderr = false, .since = {}, .until = {}, .tail = {}}), std::string("one\ntwo\n\nno newline"));
        const auto entries = read();
        QCOMPARE(entries.at(0).line, 0u);
        QCOMPARE(entries.at(3).line, 3u);
        QCOMPARE(entries.at(3).stream, Stream::Stderr);
        QVERIFY(entries.back().partial);
    }

    // Bytes come back as they were, whatever they are and however they were cut.
    void anyBytes_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QByteArray nuls("a\0b\0\n\0\n", 7), invalid("\xff\xfe caf\xe9 \x80\n\xc3\n", 12), every;
        for (int i = 0; i < 256; ++i)
            every += static_cast<char>(i);
        QTest::newRow("NULs") << nuls;
        QTest::newRow("invalid UTF-8") << invalid;
        QTest::newRow("every byte") << every + "\n";
        QTest::newRow("escape sequences") << QByteArray("\x1b[31mred\x1b[0m\r\n");
        QTest::newRow("a megabyte without newline") << QByteArray(1 << 20, 'm') + "\nnext\n";
        QTest::newRow("just the record's size") << QByteArray(16 * 1024, 'r') + "\nnext\n";
        QTest::newRow("more lines than are written at once") << QByteArray("line\n").repeated(1000);
        QTest::newRow("empty lines") << QByteArray("\n").repeated(600);
        QTest::newRow("short, long, short") << QByteArray("s\n").repeated(300) + QByteArray(40'000, 'l') + "\ns\ns\n";
        QTest::newRow("one more") << QByteArray(16 * 1024 + 1, 'r') + "\nnext\n";
    }
    void anyBytes()
    {
        QFETCH(QByteArray, bytes);
        for (const int piece : {1 << 22, 65536, 1000}) {
            fs::remove_all(m_log);
            auto writer = open();
            for (qsizetype at = 0; at < bytes.size(); at += piece)
                write(writer, bytes.mid(at, piece).toStdString());
            QVERIFY(text() == bytes.toStdString());
            QCOMPARE(read().back().line, static_cast<std::uint64_t>(bytes.count('\n') - 1));
        }
    }

    void tailSinceUntil()
    {
        auto writer = open({.maxSegmentBytes = 8'000, .maxSegments = 50});
        TimePoint middle{};
        for (int i = 0; i < 2000; ++i) {
            if (i == 1500) {
                std::this_thread::sleep_for(2ms);
                middle = now();
                std::this_thread::sleep_for(2ms);
            }
            write(writer, std::to_string(i) + "\n", i % 3 ? Stream::Stdout : Stream::Stderr);
        }
        QVERIFY(segments().size() > 2);
        for (const std::uint64_t count : {0u, 1u, 10u, 1999u, 2000u, 5000u}) {
            const auto entries = read({.since = {}, .until = {}, .tail = count});
            QCOMPARE(entries.size(), std::min<std::size_t>(count, 2000));
            if (!entries.empty())
                QCOMPARE(entries.back().text, std::string("1999"));
        }
        QCOMPARE(read({.showStdout = false, .since = {}, .until = {}, .tail = 2}).front().text, std::string("1995"));
        QCOMPARE(read({.since = middle, .until = {}, .tail = {}}).front().text, std::string("1500"));
        QCOMPARE(read({.since = {}, .until = middle, .tail = {}}).back().text, std::string("1499"));
    }

    // Also where long lines and the other stream come between each other.
    void tailCountsEachLineOnce()
    {
        auto writer = open({.maxSegmentBytes = 700'000, .maxSegments = 50});
        for (int i = 0; i < 200; ++i) {
            write(writer, std::string(16 * 1024, 'l')); // goes on after the other one's line
            write(writer, "other " + std::to_string(i) + "\n", Stream::Stderr);
            write(writer, "end " + std::to_string(i) + "\n");
        }
        for (const std::uint64_t count : {1u, 2u, 7u, 100u, 399u, 400u}) {
            const auto entries = read({.since = {}, .until = {}, .tail = count});
            QCOMPARE(std::ranges::count(entries, false, &Entry::partial), static_cast<std::ptrdiff_t>(count));
        }
    }

    // While it is written: every line once, in order, over rotations that delete what was read.
    void aReaderFollowsOverRotations()
    {
        constexpr int lines = 60'000;
        auto writer = open({.maxSegmentBytes = 50'000, .maxSegments = 1000});
        std::atomic<bool> ended = false;
        std::jthread writing([&] {
            for (int i = 0; i < lines; ++i)
                write(writer, std::to_string(i) + "\n");
            ended = true;
        });
        LogReader reader(m_log, {});
        int next = 0;
        while (true) {
            const bool last = ended;
            const auto batch = reader.next(512);
            QVERIFY(batch.has_value());
            for (const Entry& entry : *batch) {
                QCOMPARE(entry.text, std::to_string(next));
                QCOMPARE(entry.line, static_cast<std::uint64_t>(next));
                ++next;
            }
            if (batch->empty() && last)
                break;
        }
        QCOMPARE(next, lines);
    }

    void rotationKeepsTheNewestWhole()
    {
        auto writer = open({.maxSegmentBytes = 10'000, .maxSegments = 3});
        LogReader slow(m_log, {});
        for (int i = 0; i < 10'000; ++i) {
            write(writer, std::to_string(i) + "\n");
            if (i == 10)
                QCOMPARE(slow.next(5)->size(), 5u);
        }
        QCOMPARE(segments().size(), 3u);
        const auto entries = read();
        QCOMPARE(entries.back().text, std::string("9999"));
        for (std::size_t i = 1; i < entries.size(); ++i)
            QCOMPARE(entries[i].line, entries[i - 1].line + 1);
        QCOMPARE(entries.front().text, std::to_string(entries.front().line));
        // Its segment is long gone: it goes on with the oldest that there is, and says so by the line's number.
        std::uint64_t last = 4;
        for (auto batch = slow.next(100); batch && !batch->empty(); batch = slow.next(100))
            for (const Entry& entry : *batch) {
                QVERIFY(entry.line > last);
                QCOMPARE(entry.text, std::to_string(entry.line));
                last = entry.line;
            }
        QCOMPARE(last, 9999u);
    }

    // A new writer goes on after the last whole record, wherever the old one was killed.
    void aKilledWriterLosesAtMostItsLastRecord()
    {
        for (int round = 0; round < 5; ++round) {
            fs::remove_all(m_log);
            const pid_t child = ::fork();
            if (child == 0) {
                auto writer = LogWriter::open(m_log, {.maxSegmentBytes = 200'000, .maxSegments = 100});
                for (int i = 0; writer; ++i)
                    write(*writer, std::to_string(i) + std::string(static_cast<std::size_t>(i % 300), '.') + "\n");
                ::_exit(1);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20 + 7 * round));
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            const auto before = read();
            QVERIFY(!before.empty());
            {
                auto writer = open({.maxSegmentBytes = 200'000, .maxSegments = 100});
                write(writer, "after\n");
            }
            const auto entries = read();
            QCOMPARE(entries.size(), before.size() + 1);
            for (std::size_t i = 0; i < before.size(); ++i)
                QVERIFY(entries[i].text.starts_with(std::to_string(i)) && entries[i].line == i);
            QCOMPARE(entries.back().text, std::string("after"));
        }
    }

    void everyTornEndIsCut()
    {
        {
            auto writer = open();
            write(writer, "first\nsecond\n");
        }
        const fs::path segment = segments().front();
        const auto whole = fs::file_size(segment);
        std::ifstream in(segment, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        for (auto size = whole - 1; size > whole - sizeof(RecordHeader) - 6; --size) {
            std::ofstream(segment, std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
            QCOMPARE(text(), std::string("first\n"));
            {
                auto writer = open();
                write(writer, "third\n");
            }
            QCOMPARE(text(), std::string("first\nthird\n"));
        }
        std::ofstream(segment, std::ios::binary | std::ios::trunc) << bytes.substr(0, 10); // not even its header
        auto writer = open();
        write(writer, "fourth\n");
        QCOMPARE(text(), std::string("fourth\n"));
    }

    void damageIsNotFollowed()
    {
        {
            auto writer = open();
            write(writer, "first\nsecond\nthird\n");
        }
        std::fstream file(segments().front(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(sizeof(SegmentHeader) + sizeof(RecordHeader) + 5);
        file << "\xff\xff\xff\x7f"; // the second record's length
        file.close();
        QCOMPARE(text(), std::string("first\n"));
    }

    void fullDiskCountsWhatItDrops_data()
    {
        QTest::addColumn<bool>("fromTheStart");
        QTest::newRow("later") << false;
        QTest::newRow("from the start") << true;
    }
    void fullDiskCountsWhatItDrops()
    {
        QFETCH(bool, fromTheStart);
        if (::geteuid() != 0)
            QSKIP("mounts a small tmpfs");
        const std::string disk = m_dir->filePath("disk").toStdString();
        fs::create_directory(disk);
        QCOMPARE(::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=256k"), 0);
        const auto unmount = qScopeGuard([&] { ::umount2(disk.c_str(), MNT_DETACH); });
        m_log = disk + "/log";
        const auto fill = [&] {
            const int fd = ::open((disk + "/ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            while (::write(fd, std::string(4096, 'x').data(), 4096) == 4096) {
            }
            ::close(fd);
        };
        if (fromTheStart)
            fill();
        auto writer = open({.maxSegmentBytes = 30'000, .maxSegments = 3});
        int written = 0;
        const auto writeLines = [&](int count) {
            for (int i = 0; i < count; ++i)
                write(writer, std::to_string(written++) + std::string(50, '.') + "\n");
        };
        writeLines(100);
        fill();
        writeLines(1000);
        write(writer, std::string(100'000, 'l') + "\n"); // a long line, in pieces
        ++written;
        fs::remove(disk + "/ballast");
        writeLines(100);
        std::size_t lines = 0;
        unsigned dropped = 0;
        std::string last;
        for (const Entry& entry : read()) {
            if (entry.stream == Stream::Engine) {
                QVERIFY2(entry.text.ends_with(" dropped: no space left on device"), entry.text.c_str());
                dropped += static_cast<unsigned>(std::stoul(entry.text));
            } else if (!entry.partial && !entry.text.empty()) {
                ++lines;
                last = entry.text;
            }
        }
        QVERIFY(dropped >= 900);
        QCOMPARE(lines + dropped, static_cast<std::size_t>(written));
        QCOMPARE(last, std::to_string(written - 1) + std::string(50, '.'));
    }

    void aWatcherHears()
    {
        auto writer = open();
        LogWatcher watcher;
        std::atomic<int> heard = 0;
        auto watch = watcher.watch(m_log, [&] { ++heard; });
        write(writer, "a line\n");
        QTRY_VERIFY(heard > 0);
        watch.reset();
        std::this_thread::sleep_for(20ms);
        const int before = heard;
        write(writer, "another\n");
        std::this_thread::sleep_for(50ms);
        QCOMPARE(heard.load(), before);
    }
};

QTEST_APPLESS_MAIN(TestLogstore)
#include "tst_logstore.moc"
