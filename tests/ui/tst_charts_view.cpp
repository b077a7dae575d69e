// SPDX-License-Identifier: GPL-3.0-or-later
#include <QButtonGroup>
#include <QLabel>
#include <QToolButton>
#include <QtTest>

#include "charts/charts_view.h"
#include "charts/time_series_chart.h"
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
    };

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
        f.press(QStringLiteral("1 d"));
        QCOMPARE(f.client.historiesAsked.size(), 2u);
        QVERIFY(std::abs(f.client.historiesAsked[1].second - (QDateTime::currentSecsSinceEpoch() - 86400)) <= 2);
        QVERIFY(f.words().contains(QStringLiteral("minute")));
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
        QTest::qWait(50);
        const auto asked = f.client.historiesAsked.size();
        f.view.hide();
        QTest::qWait(300);
        QCOMPARE(f.client.historiesAsked.size(), asked);
        QVERIFY(f.client.statsAlive.expired());
    }
};

QTEST_MAIN(TestChartsView)
#include "tst_charts_view.moc"
