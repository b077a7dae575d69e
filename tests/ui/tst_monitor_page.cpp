// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QtTest>

#include "charts/time_series_chart.h"
#include "fake_engine.h"
#include "models/container_model.h"
#include "monitor/core_bars.h"
#include "monitor/monitor_page.h"
#include "monitor/tile_view.h"
#include "shell/object_names.h"
#include "widgets/segmented_filter.h"

using namespace slipway;
using namespace slipway::ui;

class TestMonitorPage : public QObject
{
    Q_OBJECT

    struct Fixture
    {
        FakeClient client;
        EngineBridge bridge{client};
        ContainerModel model{bridge};
        MonitorPage page{bridge, model};
        std::int64_t second = 1'790'000'000;

        explicit Fixture(int count, bool own = true)
        {
            if (own)
                client.kept = dockerapi::MetricsHistory{};
            std::vector<dockerapi::ContainerSummary> rows;
            for (int i = 0; i < count; ++i) {
                dockerapi::ContainerSummary row;
                row.id = "id" + std::to_string(i);
                row.name = "c" + std::to_string(i);
                row.state = "running";
                rows.push_back(row);
            }
            client.summaries = rows;
            page.resize(1000, 700);
            page.show();
            model.setRows(rows);
            emit model.refreshed();
        }
        // One second: container i uses i/100 cores and (100 - i) MiB.
        void read(int count)
        {
            dockerapi::MetricsInstant instant;
            instant.time = ++second;
            instant.machine = std::make_shared<dockerapi::MetricsMachine>(dockerapi::MetricsMachine{{"cpu", "memory", "networkRx"}, 2, 8ULL << 30, "1"});
            instant.cores = {0.25, 0.75};
            instant.host = {1.5, 4e9, 1000};
            for (int i = 0; i < count; ++i)
                instant.containers["id" + std::to_string(i)].values = {i / 100.0, (100.0 - i) * 1048576, 0};
            client.onInstant(instant);
            QTest::qWait(1);
        }
        TileView& tiles() const { return *page.findChild<TileView*>(); }
        QString first() const { return tiles().model()->index(0, 0).data().toString(); }
    };

private slots:
    void theBusiestComesFirst()
    {
        Fixture f(100);
        QTRY_COMPARE(f.client.livesAsked, 1);
        QVERIFY(f.client.liveIds.empty()); // all
        for (int i = 0; i < 3; ++i)
            f.read(100);
        QTRY_COMPARE(f.first(), QStringLiteral("c99"));
        f.page.findChild<SegmentedFilter*>()->setCurrent(TileModel::Memory);
        QCOMPARE(f.first(), QStringLiteral("c0"));
        const QString words = f.tiles().model()->index(0, 0).data(Qt::AccessibleTextRole).toString();
        QVERIFY2(words.startsWith(QStringLiteral("1. c0: CPU 0.00 cores, memory 100 MiB")), qPrintable(words));
        QVERIFY(f.page.findChild<CoreBars*>()->accessibleDescription().contains(QStringLiteral("core 1: 75 %")));
        QVERIFY(f.page.findChild<TimeSeriesChart*>()->accessibleDescription().contains(QStringLiteral("1.50 cores")));
    }
    void onlyWhatIsSeenIsAskedFor()
    {
        Fixture f(100);
        QTRY_COMPARE(f.client.livesAsked, 1);
        for (int i = 0; i < 3; ++i)
            f.read(100);
        const auto asked = [&] {
            std::set<std::string> ids;
            for (const auto& [id, from] : f.client.historiesAsked)
                ids.insert(id);
            return ids;
        };
        QTRY_VERIFY(asked().contains("")); // the machine
        QTRY_VERIFY(asked().contains("id99"));
        QVERIFY(asked().size() < 60);
        QVERIFY(!asked().contains("id0"));
        const std::size_t before = f.client.historiesAsked.size();
        f.read(100);
        QCOMPARE(f.client.historiesAsked.size(), before); // once
        f.page.findChild<QScrollArea*>()->verticalScrollBar()->setValue(100'000);
        QTRY_VERIFY(asked().contains("id0"));
    }
    void hiddenItAsksNothing()
    {
        Fixture f(3);
        QTRY_COMPARE(f.client.livesAsked, 1);
        QVERIFY(!f.client.liveAlive.expired());
        f.page.hide();
        QVERIFY(f.client.liveAlive.expired());
        emit f.model.refreshed();
        QTest::qWait(50);
        QCOMPARE(f.client.livesAsked, 1);
        f.page.show();
        QTRY_COMPARE(f.client.livesAsked, 2);
    }
    void aChosenOneIsTold()
    {
        Fixture f(3);
        QTRY_COMPARE(f.client.livesAsked, 1);
        for (int i = 0; i < 3; ++i)
            f.read(3);
        QTRY_COMPARE(f.first(), QStringLiteral("c2"));
        QSignalSpy chosen(&f.page, &MonitorPage::containerChosen);
        QTest::mouseClick(f.tiles().viewport(), Qt::LeftButton, {}, f.tiles().visualRect(f.tiles().model()->index(1, 0)).center());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("id1"));
        f.tiles().setCurrentIndex(f.tiles().model()->index(0, 0));
        QTest::keyClick(&f.tiles(), Qt::Key_Right);
        QTest::keyClick(&f.tiles(), Qt::Key_Right);
        QTest::keyClick(&f.tiles(), Qt::Key_Return);
        QCOMPARE(chosen.size(), 2);
        QCOMPARE(chosen[1][0].toString(), QStringLiteral("id0"));
        // The one that the keyboard is on stays when others pass it.
        f.page.findChild<SegmentedFilter*>()->setCurrent(TileModel::Memory);
        QCOMPARE(f.tiles().currentIndex().data().toString(), QStringLiteral("c0"));
    }
    void withoutContainersItSaysSo()
    {
        Fixture f(0);
        QTest::qWait(20);
        QVERIFY(!f.tiles().isVisible());
        QTRY_COMPARE(f.client.livesAsked, 1); // the machine is shown all the same
    }
    void anEngineThatIsNotOurs()
    {
        Fixture f(100, false);
        QTRY_VERIFY(f.client.statsOf.size() == 64);
        QString words;
        for (const QLabel* label : f.page.findChildren<QLabel*>())
            if (label->isVisible())
                words += label->text();
        QTRY_VERIFY(!f.page.findChild<CoreBars*>()->isVisible());
        f.page.hide();
        for (const auto& [id, alive] : f.client.statsOf)
            QVERIFY(alive.expired());
    }
};

QTEST_MAIN(TestMonitorPage)
#include "tst_monitor_page.moc"
