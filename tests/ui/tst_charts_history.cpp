// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

#include "charts/axis.h"
#include "charts/chart_export.h"
#include "charts/stats_history.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
dockerapi::StatsSample at(double seconds, std::uint64_t cpuNs, std::uint64_t rx)
{
    dockerapi::StatsSample s;
    s.timeNs = static_cast<std::int64_t>(seconds * 1e9) + 1'000'000'000'000;
    s.cpuTotalNs = cpuNs;
    s.networkRx = rx;
    s.memoryUsage = 1000;
    s.memoryCache = 300;
    return s;
}
} // namespace

class TestChartsHistory : public QObject
{
    Q_OBJECT
private slots:
    void rates()
    {
        StatsHistory h;
        h.add(at(0, 1'000'000'000, 100));
        h.add(at(2, 2'000'000'000, 300));
        QCOMPARE(h.points().size(), 2u);
        QVERIFY(std::isnan(h.points()[0].value(Metric::CpuCores)));
        QCOMPARE(h.points()[0].value(Metric::Memory), 700.0);
        QCOMPARE(h.points()[1].value(Metric::CpuCores), 0.5);
        QCOMPARE(h.points()[1].value(Metric::NetworkRx), 100.0);
        QVERIFY(std::isnan(h.points()[1].value(Metric::Pids)));
        QVERIFY(h.everMeasured(Metric::CpuCores));
        QVERIFY(!h.everMeasured(Metric::Throttled));
    }
    void counterRestartsAreGaps()
    {
        StatsHistory h;
        h.add(at(0, 5'000'000'000, 900));
        h.add(at(1, 100, 10));
        QVERIFY(std::isnan(h.points()[1].value(Metric::CpuCores)));
        QVERIFY(std::isnan(h.points()[1].value(Metric::NetworkRx)));
        h.add(at(1, 200, 20)); // the same instant again
        QCOMPARE(h.points().size(), 2u);
    }
    void silenceIsAGap()
    {
        StatsHistory h;
        h.add(at(0, 0, 0));
        h.add(at(1, 100, 10));
        h.add(at(60, 200, 20));
        QCOMPARE(h.points().size(), 4u);
        QVERIFY(std::isnan(h.points()[2].value(Metric::Memory)));
        QVERIFY(std::isnan(h.points()[3].value(Metric::CpuCores)));
        QVERIFY(h.nearest(h.points()[3].timeNs, 1'000'000'000) == &h.points()[3]);
        QVERIFY(h.nearest(h.points()[1].timeNs + 20'000'000'000, 2'000'000'000) == nullptr);
    }
    void markedGap()
    {
        StatsHistory h;
        h.add(at(0, 0, 0));
        h.add(at(1, 100, 10));
        h.markGap();
        h.add(at(2, 200, 20));
        QVERIFY(std::isnan(h.points().back().value(Metric::CpuCores)));
        QCOMPARE(h.points().back().value(Metric::Memory), 700.0);
    }
    void whatTheEngineKeptHasNoSeam()
    {
        dockerapi::MetricsHistory kept;
        kept.times = {900, 901, 910, 999, 1000, 1001};
        kept.columns["cpu"] = {0.1, 0.2, StatsHistory::none, 0.4, 0.5, 0.6};
        StatsHistory h;
        h.add(at(1, 0, 0)); // second 1001: no rate yet
        h.add(at(2, 900'000'000, 0));
        h.merge(kept);
        QList<double> seconds, cores;
        for (const auto& point : h.points()) {
            seconds << double(point.timeNs / 1'000'000'000);
            cores << (std::isnan(point.value(Metric::CpuCores)) ? -1 : point.value(Metric::CpuCores));
        }
        QCOMPARE(seconds, (QList<double>{900, 901, 901, 910, 910, 999, 1000, 1001, 1002})); // a gap stands right behind what it ends
        QCOMPARE(cores, (QList<double>{0.1, 0.2, -1, -1, -1, 0.4, 0.5, 0.6, 0.9}));
        QVERIFY(h.everMeasured(Metric::CpuCores));
        QCOMPARE(h.onlineCpus(), 1u);
        QCOMPARE(StatsHistory().onlineCpus(), 0u);
    }
    void aWeekIsThinnedToWhatCanBeSeen()
    {
        dockerapi::MetricsHistory kept;
        kept.step = 60;
        for (int i = 0; i < 10'080; ++i) {
            kept.times.push_back(60 * (i < 5'000 ? i : i + 100));
            kept.columns["memory"].push_back(i % 2 == 0 ? 10 : 20);
        }
        StatsHistory h{20'000};
        h.merge(kept);
        QVERIFY2(h.points().size() > 1'500 && h.points().size() < 2'600, qPrintable(QString::number(h.points().size())));
        QVERIFY(std::abs(h.points()[10].value(Metric::Memory) - 15) < 2);
        const auto gaps = std::ranges::count_if(h.points(), [](const auto& point) { return std::isnan(point.value(Metric::Memory)); });
        QCOMPARE(gaps, 1);
    }
    void asATable()
    {
        StatsHistory h;
        h.add(at(0, 1'000'000'000, 100)); // second 1000
        h.add(at(1, 1'500'000'000, 350));
        h.markGap();
        const QByteArray csv = csvOf(h, 0, 2'000'000'000'000);
        const auto lines = csv.split('\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].startsWith("time,cpu_cores,memory_bytes,cache_bytes,network_in_bytes_per_second,"));
        QCOMPARE(lines[1], QByteArray("1970-01-01T00:16:40.000Z,,700,300,,,,,,,,,,"));
        QCOMPARE(lines[2], QByteArray("1970-01-01T00:16:41.000Z,0.5,700,300,250,0,0,0,,,,,,"));
        QCOMPARE(csvOf(h, 1'000'500'000'000, 2'000'000'000'000).count('\n'), 2);
        QTemporaryDir dir;
        QVERIFY(saveFile(dir.filePath(QStringLiteral("a.csv")), csv).has_value());
        QVERIFY(!saveFile(dir.filePath(QStringLiteral("none/a.csv")), csv).has_value());
    }
    void bounded()
    {
        StatsHistory h;
        for (int i = 0; i < 10'000; ++i)
            h.add(at(i, static_cast<std::uint64_t>(i), 0));
        QCOMPARE(h.points().size(), StatsHistory::capacity);
    }
    void niceAxes()
    {
        const Axis cores = niceAxis(0.73, 4, Unit::Cores);
        QCOMPARE(cores.max, 0.8);
        QCOMPARE(cores.ticks.size(), 5u);
        const Axis bytes = niceAxis(180.0 * 1024 * 1024, 4, Unit::Bytes);
        QCOMPARE(bytes.max, 200.0 * 1024 * 1024);
        QCOMPARE(niceAxis(3, 4, Unit::Count).ticks, (std::vector<double>{0, 1, 2, 3, 4}));
        QVERIFY(niceAxis(std::nan(""), 4, Unit::Bytes).max > 0);
        QCOMPARE(formatValue(1536, Unit::BytesPerSecond), QStringLiteral("1.5 KiB/s"));
        QCOMPARE(formatValue(StatsHistory::none, Unit::Count), QStringLiteral("–"));
    }
};

QTEST_APPLESS_MAIN(TestChartsHistory)
#include "tst_charts_history.moc"
