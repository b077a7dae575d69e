// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>

#include "metrics/marks_file.h"
#include "metrics/metrics_file.h"
#include "metrics/watched_container.h"

using namespace slipway;
using namespace slipway::metrics;

class MetricsFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path path(const char* name) const { return m_dir.filePath(QLatin1StringView(name)).toStdString(); }
    static Point point(std::int64_t time, float cpu, float memory = none)
    {
        Point made{time, {}};
        made.values.fill(none);
        made[Channel::Cpu] = made[Channel::CpuPeak] = cpu;
        made[Channel::Memory] = made[Channel::MemoryPeak] = memory;
        return made;
    }
    static QList<qint64> times(const std::vector<Point>& points)
    {
        QList<qint64> list;
        for (const Point& each : points)
            list << each.time;
        return list;
    }

private slots:
    void whatIsWrittenIsReadAgain()
    {
        {
            auto file = MetricsFile::open(path("a"));
            QVERIFY(file.has_value());
            for (const std::int64_t time : {1000, 1001, 1003})
                QVERIFY(file->write(0, {{point(time, static_cast<float>(time))}}).has_value());
            QVERIFY(file->write(1, {{point(1000, 7)}}).has_value());
        }
        const auto file = MetricsFile::openToRead(path("a"));
        QVERIFY(file.has_value());
        const auto points = file->read(0, 1000, 2000);
        QCOMPARE(times(points), (QList<qint64>{1000, 1001, 1003}));
        QCOMPARE(points[2][Channel::Cpu], 1003.0f);
        QVERIFY(std::isnan(points[2][Channel::Memory]));
        QCOMPARE(times(file->read(0, 1001, 1003)), (QList<qint64>{1001}));
        QCOMPARE(times(file->read(1, 0, 2000)), (QList<qint64>{1000}));
        QCOMPARE(times(file->read(2, 0, 2000)), QList<qint64>());
    }

    void theRingForgetsTheOldest()
    {
        auto file = MetricsFile::open(path("ring"));
        for (std::int64_t time = 5000; time < 5000 + 2 * tiers[0].kept; ++time)
            QVERIFY(file->write(0, {{point(time, 1)}}).has_value());
        const auto end = 5000 + 2 * tiers[0].kept;
        const auto all = file->read(0, 0, end);
        QCOMPARE(all.size(), static_cast<std::size_t>(tiers[0].kept));
        QCOMPARE(all.front().time, end - tiers[0].kept);
        QCOMPARE(all.back().time, end - 1);
        // A gap as long as the ring: what is older must not be taken for what is new.
        QCOMPARE(times(file->read(0, end, end + tiers[0].kept)), QList<qint64>());
        QVERIFY(file->write(0, {{point(end + 300, 1)}}).has_value());
        QCOMPARE(times(file->read(0, end, end + 600)), (QList<qint64>{end + 300}));
    }

    void aShortLifeTakesLittleRoom()
    {
        auto file = MetricsFile::open(path("short"));
        for (std::int64_t time = 1'800'000'000; time < 1'800'000'030; ++time)
            QVERIFY(file->write(0, {{point(time, 1)}}).has_value());
        QVERIFY(file->write(1, {{point(1'800'000'000, 1)}}).has_value());
        QVERIFY(file->write(2, {{point(1'800'000'000, 1)}}).has_value());
        struct stat info{};
        QCOMPARE(::stat(path("short").c_str(), &info), 0);
        QVERIFY2(info.st_blocks * 512 <= 32 * 1024, qPrintable(QString::number(info.st_blocks * 512)));
    }

    void aFileThatIsNoneOfOursIsBegunAnew()
    {
        std::ofstream(path("other")) << "something else, longer than the mark of ours";
        QVERIFY(!MetricsFile::openToRead(path("other")).has_value());
        auto file = MetricsFile::open(path("other"));
        QVERIFY(file.has_value());
        QCOMPARE(times(file->read(0, 0, 1LL << 33)), QList<qint64>());
        QVERIFY(file->write(0, {{point(1000, 1)}}).has_value());
        QCOMPARE(times(file->read(0, 900, 1100)), (QList<qint64>{1000}));
        QVERIFY(!MetricsFile::openToRead(path("missing")).has_value());
        QVERIFY(!std::filesystem::exists(path("missing")));
    }

    void aCutFileGivesWhatIsLeft()
    {
        {
            auto file = MetricsFile::open(path("cut"));
            QVERIFY(file->write(0, {{point(600, 1)}}).has_value()); // slot 0
            QVERIFY(file->write(0, {{point(700, 1)}}).has_value()); // slot 100
        }
        std::filesystem::resize_file(path("cut"), 16 + 4 + 4 * channels + 10);
        QCOMPARE(times(MetricsFile::openToRead(path("cut"))->read(0, 600, 800)), (QList<qint64>{600}));
    }

    void longerStepsAreMeansAndPeaks()
    {
        Bucket bucket(10);
        for (int second = 100; second < 110; ++second)
            QVERIFY(!bucket.add(point(second, second == 105 ? 2.0f : 0.5f, second < 105 ? none : 100.0f)));
        const auto ended = bucket.add(point(110, 1));
        QVERIFY(ended.has_value());
        QCOMPARE(ended->time, 100);
        QCOMPARE((*ended)[Channel::Cpu], 0.65f);
        QCOMPARE((*ended)[Channel::CpuPeak], 2.0f);
        QCOMPARE((*ended)[Channel::Memory], 100.0f); // of the seconds that were measured
        QVERIFY(std::isnan((*ended)[Channel::Pids]));
        const auto rest = bucket.close();
        QVERIFY(rest.has_value());
        QCOMPARE(rest->time, 110);
        QVERIFY(!bucket.close().has_value());
    }

    void whatIsHeldIsWrittenInItsPlaces()
    {
        HistoryWriter history(path("held"), "one");
        for (std::int64_t time = 595; time < 604; ++time) // over the end of the ring
            history.hold(point(time, static_cast<float>(time)));
        QVERIFY(!std::filesystem::exists(path("held")));
        history.keep(point(610, 1)); // after a pause
        const auto points = MetricsFile::openToRead(path("held"))->read(0, 0, 2000);
        QCOMPARE(times(points), (QList<qint64>{595, 596, 597, 598, 599, 600, 601, 602, 603, 610}));
        QCOMPARE(points[6][Channel::Cpu], 601.0f);
        QCOMPARE(times(MetricsFile::openToRead(path("held"))->read(1, 0, 2000)), (QList<qint64>{590, 600}));
    }

    void marksAreKeptInOrder()
    {
        MarksFile marks(path("marks"));
        QVERIFY(marks.read().empty());
        QVERIFY(marks.add({Mark::What::Start, 1000}).has_value());
        QVERIFY(marks.add({Mark::What::Die, 3000, 137, 1 << 20, 1}).has_value());
        QVERIFY(marks.add({Mark::What::Oom, 2000}).has_value()); // known late
        const auto all = MarksFile(path("marks")).read();
        QCOMPARE(all.size(), 3u);
        QCOMPARE(all[1].what, Mark::What::Oom);
        QCOMPARE(all[2].exitCode, 137);
        QCOMPARE(all[2].memoryPeak, 1 << 20);
        QCOMPARE(all[0].memoryPeak, -1);
    }

    void theOldestMarksAreForgotten()
    {
        MarksFile marks(path("many"));
        for (int i = 0; i < 2000; ++i)
            QVERIFY(marks.add({Mark::What::Start, i}).has_value());
        const auto all = marks.read();
        QVERIFY(all.size() >= 256 && all.size() <= 512);
        QCOMPARE(all.back().timeNs, 1999);
        QCOMPARE(all.back().timeNs - all.front().timeNs, std::int64_t(all.size()) - 1);
    }

    void aTornMarkIsWrittenOver()
    {
        MarksFile marks(path("torn"));
        QVERIFY(marks.add({Mark::What::Start, 1}).has_value());
        std::ofstream(path("torn"), std::ios::app | std::ios::binary) << "half a mark";
        QVERIFY(marks.add({Mark::What::Die, 2}).has_value());
        QCOMPARE(marks.read().size(), 2u);
        QCOMPARE(marks.read()[1].what, Mark::What::Die);
    }
};

QTEST_APPLESS_MAIN(MetricsFileTest)
#include "tst_metrics_file.moc"
