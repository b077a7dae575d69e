// SPDX-License-Identifier: GPL-3.0-or-later
#include <QButtonGroup>
#include <QLabel>
#include <QToolButton>
#include <QtTest>

#include <QAbstractItemModel>
#include <QTableView>

#include "charts/charts_view.h"
#include "charts/event_strip.h"
#include "charts/time_series_chart.h"
#include "shell/object_names.h"
#include "fake_engine.h"

using namespace slipway;
using namespace slipway::ui;

class TestChartsView : public QObject
{
    Q_OBJECT

    struct Fixture
    {
        FakeClient client;
        EngineBridge bridge{client};
        ChartsView view{bridge};
        Fixture() { view.resize(900, 700); }
        void show()
        {
            view.show();
            QVERIFY(QTest::qWaitForWindowExposed(&view));
        }
        void press(const QString& text)
        {
            for (QToolButton* button : view.findChildren<QToolButton*>())
                if (button->text() == text)
                    return button->click();
            QFAIL(qPrintable("no button " + text));
        }
        QString words() const
        {
            QStringList all;
            for (const QLabel* label : view.findChildren<QLabel*>())
                if (label->isVisible())
                    all << label->text();
            return all.join(QLatin1Char('\n'));
        }
        QString cpu() const { return view.findChild<TimeSeriesChart*>()->accessibleDescription(); }
        // Seconds ago → cores.
        void keep(int step, const std::map<int, double>& ago)
        {
            dockerapi::MetricsHistory kept;
            kept.step = step;
            const std::int64_t now = QDateTime::currentSecsSinceEpoch();
            for (auto each = ago.rbegin(); each != ago.rend(); ++each) {
                kept.times.push_back(now - each->first);
                kept.columns["cpu"].push_back(each->second);
            }
            client.kept = kept;
        }
        // One second of our own engine's.
        void read(std::int64_t time, double cores, const char* id = "one")
        {
            dockerapi::MetricsInstant instant;
            instant.time = time;
            instant.machine = std::make_shared<dockerapi::MetricsMachine>(dockerapi::MetricsMachine{{"cpu", "memory", "oomKills"}, 4, 8ULL << 30, "1"});
            instant.host = {1, 1e9, 0};
            instant.containers[id].values = {cores, 50e6, 0};
            client.onInstant(instant);
        }
        TimeSeriesChart& chart() const { return *view.findChild<TimeSeriesChart*>(); }
        std::int64_t span() const { return view.shownWindow().spanNs / 1'000'000'000; }
    };
    static std::int64_t now() { return QDateTime::currentSecsSinceEpoch(); }

private slots:
    void whatWasBeforeTheWindowIsThere()
    {
        Fixture f;
        f.keep(1, {{100, 0.25}, {99, 0.25}, {2, 0.75}, {1, 0.75}});
        f.view.setContainer(QStringLiteral("one"), true);
        QVERIFY(f.client.historiesAsked.empty()); // nobody sees it
        f.show();
        QTRY_VERIFY(f.cpu().contains(QStringLiteral("0.75")));
        QCOMPARE(f.client.historiesAsked.size(), 1u);
        QVERIFY(std::abs(f.client.historiesAsked[0].second - (QDateTime::currentSecsSinceEpoch() - 300)) <= 2);
        f.client.kept->step = 60;
        f.press(QStringLiteral("1 d"));
        QTRY_COMPARE(f.client.historiesAsked.size(), 2u);
        QVERIFY(std::abs(f.client.historiesAsked[1].second - (QDateTime::currentSecsSinceEpoch() - 86400)) <= 2);
        QTRY_VERIFY(f.words().contains(QStringLiteral("minute")));
    }
    void aStoppedContainerStillHasItsPast()
    {
        Fixture f;
        f.keep(1, {{100, 0.25}, {99, 0.25}});
        f.view.setContainer(QStringLiteral("one"), false);
        f.show();
        QTRY_VERIFY(f.view.findChild<TimeSeriesChart*>()->isVisible());
        QVERIFY(f.words().contains(QStringLiteral("Not running")));
    }
    void anEngineThatKeepsNothing()
    {
        Fixture f;
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        QTRY_COMPARE(f.client.historiesAsked.size(), 1u);
        QTest::qWait(50);
        f.press(QStringLiteral("1 d"));
        QCOMPARE(f.client.historiesAsked.size(), 1u); // it said so
        QVERIFY(f.words().contains(QStringLiteral("one reading a second")));
    }
    void hiddenItAsksNothing()
    {
        Fixture f;
        f.keep(10, {{100, 0.25}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        f.press(QStringLiteral("1 h"));
        QTest::qWait(250);
        const auto asked = f.client.historiesAsked.size();
        f.view.hide();
        QTest::qWait(300);
        QCOMPARE(f.client.historiesAsked.size(), asked);
        QVERIFY(f.client.liveAlive.expired());
    }
    void readingsOfOurOwnEngineAreOneStream()
    {
        Fixture f;
        f.keep(1, {{3, 0.5}, {2, 0.5}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        QTRY_COMPARE(f.client.livesAsked, 1);
        QCOMPARE(f.client.liveIds, std::vector<std::string>{"one"});
        f.read(now(), 0.25);
        QTRY_VERIFY(f.cpu().contains(QStringLiteral("0.25")));
        QVERIFY(f.client.statsOf.empty());
        QVERIFY(f.cpu().contains(QStringLiteral("machine: 4 cores")));
        f.view.setLimits({1.5, 64 << 20, 100});
        QTRY_VERIFY(f.cpu().contains(QStringLiteral("limit 1.50 cores")));
        QVERIFY(!f.words().contains(QStringLiteral("cgroups")));
    }
    void aLimitThatIsReachedEndsTheAxis()
    {
        Fixture f;
        f.keep(1, {{3, 0.5}, {2, 2.03}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        QTRY_COMPARE(f.client.livesAsked, 1);
        f.read(now(), 0.25);
        f.view.setLimits({2, 0, 0});
        QTRY_VERIFY(f.cpu().contains(QStringLiteral("limit 2.00 cores")));
        QTRY_COMPARE(f.chart().highest(), 2.0);
        f.view.setLimits({1.5, 0, 0}); // it was larger before
        QTRY_COMPARE(f.chart().highest(), 2.03);
        f.view.setLimits({20, 0, 0}); // would flatten the line
        QTRY_COMPARE(f.chart().highest(), 2.03);
    }
    void withoutCgroupsItIsSaid()
    {
        Fixture f;
        f.keep(1, {{10, 0.5}, {5, 0.5}});
        f.client.kept->fromProc = true;
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        QTRY_VERIFY(f.words().contains(QStringLiteral("/proc")));
        QVERIFY(f.words().contains(QStringLiteral("five seconds")));
    }
    void zoomHoldMoveAndBackToLive()
    {
        Fixture f;
        f.keep(1, {{100, 0.25}, {99, 0.25}, {1, 0.75}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        QTRY_VERIFY(f.chart().isVisible());
        QCOMPARE(f.span(), 300);
        const QPointF middle(f.chart().width() / 2.0, f.chart().height() / 2.0);
        const std::int64_t before = f.chart().timeAt(middle.x());
        QWheelEvent closer(middle, f.chart().mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&f.chart(), &closer);
        QCOMPARE(f.span(), 210);
        QVERIFY(std::abs(f.chart().timeAt(middle.x()) - before) < 2'000'000'000); // what was under the pointer stays there
        QWheelEvent plain(middle, f.chart().mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&f.chart(), &plain);
        QCOMPARE(f.span(), 210); // it scrolls the page
        QTest::mousePress(&f.chart(), Qt::LeftButton, {}, QPoint(150, 100));
        QTest::mouseMove(&f.chart(), QPoint(250, 100));
        const std::int64_t from = f.chart().timeAt(150), to = f.chart().timeAt(250);
        QTest::mouseRelease(&f.chart(), Qt::LeftButton, {}, QPoint(250, 100));
        QVERIFY(!f.view.shownWindow().live);
        QVERIFY(std::abs(f.view.shownWindow().beginNs() - from) < 3'000'000'000 && std::abs(f.view.shownWindow().endNs - to) < 3'000'000'000);
        const ChartWindow held = f.view.shownWindow();
        f.read(now(), 0.5);
        QTest::qWait(50);
        QCOMPARE(f.view.shownWindow(), held); // it stands still
        f.chart().setFocus();
        QTest::keyClick(&f.chart(), Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(f.view.shownWindow().endNs < held.endNs);
        QTest::keyClick(&f.chart(), Qt::Key_Space);
        QVERIFY(f.view.shownWindow().live);
        QTest::keyClick(&f.chart(), Qt::Key_Space);
        QVERIFY(!f.view.shownWindow().live);
        QVERIFY(f.words().contains(QStringLiteral("Held")));
        QTest::keyClick(&f.chart(), Qt::Key_Home);
        QVERIFY(f.view.shownWindow().live);
    }
    void anOldStretchIsAskedForAsItIs()
    {
        Fixture f;
        f.keep(60, {{100'000, 0.25}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        f.press(QStringLiteral("7 d"));
        QTRY_VERIFY(f.client.historiesAsked.size() >= 2);
        emit f.chart().rangeChosen((now() - 300'000) * 1'000'000'000, (now() - 290'000) * 1'000'000'000);
        QTRY_VERIFY(std::abs(f.client.historiesAsked.back().second - (now() - 300'000)) <= 2);
        QVERIFY(std::abs(f.client.historyEnds.back() - (now() - 290'000)) <= 65);
    }
    void whatHappenedIsShownAndLeadsToTheLog()
    {
        Fixture f;
        f.keep(1, {{100, 0.25}, {99, 0.25}, {1, 0.75}});
        dockerapi::MetricsMark died;
        died.timeNs = (now() - 60) * 1'000'000'000;
        died.what = "die";
        died.exitCode = 137;
        died.oomKills = 1;
        f.client.keptMarks = {died};
        f.client.errorTimes = {(now() - 30) * 1'000'000'000, (now() - 30) * 1'000'000'000 + 1};
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        f.read(now(), 0.5);
        auto* strip = f.view.findChild<EventStrip*>();
        QTRY_VERIFY(strip->accessibleDescription().contains(QStringLiteral("SIGKILL")) && strip->accessibleDescription().contains(QStringLiteral("2 line")));
        QVERIFY(strip->accessibleDescription().contains(QStringLiteral("out of memory")));
        QSignalSpy logs(&f.view, &ChartsView::logsWanted);
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Left); // the errors
        QTest::keyClick(strip, Qt::Key_Left); // the end
        QTest::keyClick(strip, Qt::Key_Return);
        QCOMPARE(logs.size(), 1);
        QVERIFY(std::abs(logs[0][0].toLongLong() - died.timeNs) < 2'000'000'000);
        f.chart().setFocus();
        QTest::keyClick(&f.chart(), Qt::Key_Return);
        QCOMPARE(logs.size(), 2);
    }
    void theSameAsATable()
    {
        Fixture f;
        f.keep(1, {{3, 0.25}, {2, 0.25}, {1, 0.75}});
        f.view.setContainer(QStringLiteral("one"), true);
        f.show();
        f.read(now(), 0.5);
        f.view.findChild<QToolButton*>(QLatin1StringView(names::chartsTable))->click();
        auto* table = f.view.findChild<QTableView*>();
        QVERIFY(table && table->isVisible());
        QTRY_COMPARE(table->model()->rowCount(), 4);
        QCOMPARE(table->model()->index(0, 1).data().toString(), QStringLiteral("0.50 cores"));
        QCOMPARE(table->model()->index(1, 1).data().toString(), QStringLiteral("0.75 cores"));
        table->selectRow(1);
        f.read(now() + 1, 1);
        QTRY_COMPARE(table->model()->rowCount(), 5);
        QCOMPARE(table->selectionModel()->selectedRows().first().row(), 2); // the same row
        QCOMPARE(table->model()->index(0, 1).data().toString(), QStringLiteral("1.00 cores"));
        QTest::keyClick(&f.view, Qt::Key_T);
        QVERIFY(!table->isVisible());
    }
};

QTEST_MAIN(TestChartsView)
#include "tst_charts_view.moc"
