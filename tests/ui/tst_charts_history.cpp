// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <cmath>

#include "charts/axis.h"
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
