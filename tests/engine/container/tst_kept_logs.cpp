// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <fstream>

#include "container/kept_logs.h"

using namespace slipway;
namespace fs = std::filesystem;

class TestKeptLogs : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    int m_number = 0;

    fs::path folder() const { return m_dir.filePath(QStringLiteral("kept")).toStdString(); }
    // A log as a removed container has it: BYTES in one segment (sparse).
    fs::path log(std::uintmax_t bytes = 100)
    {
        const fs::path path = m_dir.filePath(QStringLiteral("log%1").arg(++m_number)).toStdString();
        fs::create_directory(path);
        std::ofstream(path / "00000001.log") << "x";
        fs::resize_file(path / "00000001.log", bytes);
        return path;
    }

private slots:
    void cleanup() { fs::remove_all(folder()); }

    void isThereAgainAfterAStart()
    {
        const fs::path first = log();
        {
            KeptLogs kept(folder());
            kept.keep("id1", "web", "nginx:1.27", first);
            kept.keep("id2", "web", "nginx:1.28", log());
            kept.keep("id3", "silent", "busybox", log(32)); // nothing was written: not kept
        }
        QVERIFY(!fs::exists(first));
        fs::create_directory(folder() / "half"); // made when the engine was killed
        KeptLogs kept(folder());
        const auto list = kept.list();
        QCOMPARE(list.size(), 2u);
        QCOMPARE(list[0].id, std::string("id2"));
        QCOMPARE(list[0].image, std::string("nginx:1.28"));
        QCOMPARE(list[0].bytes, 100u);
        QCOMPARE(kept.find("web"), std::optional(folder() / "id2"));
        QCOMPARE(kept.find("id1"), std::optional(folder() / "id1"));
        QVERIFY(!kept.find("nobody"));
        QVERIFY(!fs::exists(folder() / "half"));
        kept.clear();
        QVERIFY(kept.list().empty());
        QVERIFY(!fs::exists(folder()));
    }

    void theOldestGoFirst()
    {
        KeptLogs kept(folder());
        for (int i = 0; i < int(KeptLogs::most) + 3; ++i)
            kept.keep("id" + std::to_string(i), "c", "i", log());
        QCOMPARE(kept.list().size(), KeptLogs::most);
        QVERIFY(!kept.find("id2"));
        QVERIFY(!fs::exists(folder() / "id2"));
        QVERIFY(kept.find("id3"));
    }

    void noMoreThanItsBytes()
    {
        KeptLogs kept(folder());
        for (int i = 0; i < 4; ++i)
            kept.keep("id" + std::to_string(i), "c", "i", log(KeptLogs::mostBytes / 3));
        QCOMPARE(kept.list().size(), 3u);
        QVERIFY(!kept.find("id0"));
        kept.keep("huge", "c", "i", log(KeptLogs::mostBytes + 1)); // drives nobody out
        QCOMPARE(kept.list().size(), 3u);
        QVERIFY(!kept.find("huge"));
    }

    void noLongerThanAWeek()
    {
        {
            KeptLogs kept(folder());
            kept.keep("old", "c", "i", log());
            kept.keep("new", "c", "i", log());
        }
        const auto eightDaysAgo = toUnixNano(now() - std::chrono::hours(24 * 8));
        std::ofstream(folder() / "old" / "about.json") << R"({"name":"c","image":"i","bytes":100,"removed":)" << eightDaysAgo << "}";
        KeptLogs kept(folder());
        QCOMPARE(kept.list().size(), 1u);
        QCOMPARE(kept.list()[0].id, std::string("new"));
        QVERIFY(!fs::exists(folder() / "old"));
    }
};

QTEST_GUILESS_MAIN(TestKeptLogs)
#include "tst_kept_logs.moc"
