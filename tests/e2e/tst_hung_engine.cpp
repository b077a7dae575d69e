// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <csignal>

#include "../bench/thread_clock.h"
#include "../ui/isolated_settings.h"
#include "bridge/engine_bridge.h"
#include "shell/main_window.h"
#include "shell_window.h"

using namespace slipway;
using namespace slipway::ui;
using namespace slipway::test;

namespace
{
// Processor time of the longest turn of the event loop: the same however busy the machine is.
class Turns : public QObject
{
public:
    Turns()
    {
        m_last = cpuMs();
        connect(&m_tick, &QTimer::timeout, this, [this] {
            const double now = cpuMs();
            m_longest = std::max(m_longest, now - m_last);
            m_last = now;
        });
        m_tick.start(5);
    }
    double longestMs() const { return m_longest; }

private:
    QTimer m_tick;
    double m_last = 0, m_longest = 0;
};
} // namespace

// An engine that is there and does not answer, as one that was stopped by SIGSTOP: the window says so, goes on, and is back with it.
class TestHungEngine : public QObject
{
    Q_OBJECT

    IsolatedSettings m_settings;
    EngineProcess m_engine;

    void signal(int number) const { QCOMPARE(::kill(static_cast<pid_t>(m_engine.pid()), number), 0); }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }
    void cleanup() { m_engine.removeContainers(); }

    void theWindowSaysSoAndGoesOn()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const auto client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        EngineBridge bridge(*client);
        MainWindow window(bridge, QStringLiteral("/nonexistent.tar"));
        window.resize(1100, 700);
        window.show();
        bridge.start();
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Connected);
        QTest::qWait(1500); // a healthy engine is never called silent
        QCOMPARE(bridge.state(), EngineBridge::State::Connected);
        signal(SIGSTOP);
        QElapsedTimer clock;
        clock.start();
        const Request asked = client->system().info([](const Result<Json>&) {}); // as any page does
        Turns turns;
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Lost);
        qInfo("said after %lld ms", static_cast<long long>(clock.elapsed()));
        QVERIFY2(bridge.problem().contains("does not answer"), qPrintable(bridge.problem()));
        for (int page = 0; page < 12; ++page) { // Ctrl+1 … of the rail
            QTest::keyClick(&window, static_cast<Qt::Key>(Qt::Key_1 + page % 9), Qt::ControlModifier);
            QTest::qWait(50);
        }
        window.grab();
        QCOMPARE(bridge.state(), EngineBridge::State::Lost); // nothing pretends otherwise
        QVERIFY2(turns.longestMs() < 100, qPrintable(QString::number(turns.longestMs())));
        signal(SIGCONT);
        clock.start();
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Connected);
        qInfo("back after %lld ms, the longest turn %.1f ms of processor time", static_cast<long long>(clock.elapsed()), turns.longestMs());
        QSignalSpy events(&bridge, &EngineBridge::event);
        QCOMPARE(m_engine.docker({"pause", "box"}).code, 0);
        EVENTUALLY_VERIFY(!events.isEmpty());
    }

    // An idle window, which asks nothing, finds out too.
    void whoAsksNothingIsToldToo()
    {
        const auto client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        EngineBridge bridge(*client);
        bridge.start();
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Connected);
        signal(SIGSTOP);
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Lost);
        m_engine.killHard(); // and does not come back
        QVERIFY(m_engine.start());
        EVENTUALLY_COMPARE(bridge.state(), EngineBridge::State::Connected);
    }

    void aShellGoesOnWhereItWas()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        ShellWindow window(m_engine, m_engine.get("/containers/box/json")["Id"].toString());
        EVENTUALLY_VERIFY(window.isOpen() && window.text().contains("/ #"));
        window.type("for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo tick$((i*111)); done");
        EVENTUALLY_VERIFY(window.text().contains("tick111"));
        signal(SIGSTOP);
        const Request asked = window.client->system().info([](const Result<Json>&) {});
        EVENTUALLY_COMPARE(window.bridge.state(), EngineBridge::State::Lost);
        window.type("echo ty$((1+1))ped");
        signal(SIGCONT);
        EVENTUALLY_VERIFY2(window.text().contains("ty2ped"), qPrintable(window.text()));
        for (const char* once : {"tick111\n", "tick444\n", "tick888\n", "\nty2ped\n"})
            QCOMPARE(window.text().count(once), 1);
    }
};

QTEST_MAIN(TestHungEngine)
#include "tst_hung_engine.moc"
