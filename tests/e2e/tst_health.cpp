// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

class TestHealth : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QByteArray begin(const QStringList& options)
    {
        const Output output = m_engine.docker(QStringList{"run", "-d", "--name", "c1"} + options + QStringList{"busybox", "sleep", "1000"});
        return output.code == 0 ? QByteArray() : output.err;
    }
    QByteArray status() { return m_engine.docker({"inspect", "-f", "{{.State.Health.Status}}", "c1"}).out.trimmed(); }
    QJsonObject health() { return m_engine.get("/containers/c1/json")["State"]["Health"].toObject(); }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
    }
    void cleanup() { m_engine.removeContainers(); }

    void healthyAndNot()
    {
        QCOMPARE(begin({"--health-cmd", "echo looked; test -e /ok", "--health-interval", "200ms", "--health-retries", "2"}), QByteArray());
        QVERIFY(m_engine.docker({"ps"}).out.contains("(health: starting)") || status() != "starting");
        EVENTUALLY_COMPARE(status(), QByteArray("unhealthy"));
        QVERIFY(m_engine.docker({"ps", "-q", "--filter", "health=unhealthy"}).out.size() > 1);
        const QJsonObject seen = health();
        QVERIFY(seen["FailingStreak"].toInt() >= 2);
        const QJsonObject last = seen["Log"].toArray().last().toObject();
        QCOMPARE(last["ExitCode"].toInt(), 1);
        QCOMPARE(last["Output"].toString(), QString("looked\n"));
        QCOMPARE(m_engine.docker({"exec", "c1", "touch", "/ok"}).code, 0);
        EVENTUALLY_COMPARE(status(), QByteArray("healthy"));
        QVERIFY(m_engine.docker({"ps"}).out.contains("(healthy)"));
        EVENTUALLY_VERIFY(health()["Log"].toArray().size() == 5);
        const auto events = [this] { return m_engine.docker({"events", "--since", "1h", "--until", "0s", "--filter", "event=health_status", "--format", "{{.Action}}"}).out; };
        EVENTUALLY_COMPARE(events(), QByteArray("health_status: unhealthy\nhealth_status: healthy\n"));
    }

    // A check is an exec session like those of users: none may take away another that is just beginning.
    void execsBesideIt()
    {
        QCOMPARE(begin({"--health-cmd", "true", "--health-interval", "20ms"}), QByteArray());
        for (int i = 0; i < 40; ++i) {
            const Output output = m_engine.docker({"exec", "c1", "true"});
            QVERIFY2(output.code == 0, output.err.constData());
        }
    }

    void survivesTheEngine()
    {
        QCOMPARE(begin({"--health-cmd", "test -e /ok", "--health-interval", "200ms", "--health-retries", "1"}), QByteArray());
        EVENTUALLY_COMPARE(status(), QByteArray("unhealthy"));
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(status(), QByteArray("unhealthy"));
        QCOMPARE(m_engine.docker({"exec", "c1", "touch", "/ok"}).code, 0);
        EVENTUALLY_COMPARE(status(), QByteArray("healthy"));
        QCOMPARE(m_engine.docker({"stop", "-t", "0", "c1"}).code, 0);
        QCOMPARE(status(), QByteArray("unhealthy"));
        QCOMPARE(m_engine.docker({"start", "c1"}).code, 0);
        EVENTUALLY_COMPARE(status(), QByteArray("healthy"));
    }

    void hanging()
    {
        QCOMPARE(begin({"--health-cmd", "sleep 999", "--health-interval", "200ms", "--health-timeout", "1s", "--health-retries", "1"}), QByteArray());
        EVENTUALLY_COMPARE(status(), QByteArray("unhealthy"));
        const QJsonObject last = health()["Log"].toArray().last().toObject();
        QCOMPARE(last["ExitCode"].toInt(), -1);
        QVERIFY2(last["Output"].toString().startsWith("Health check exceeded timeout (1s)"), qPrintable(last["Output"].toString()));
    }

    void none()
    {
        QCOMPARE(begin({"--no-healthcheck"}), QByteArray());
        QVERIFY(health().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestHealth)
#include "tst_health.moc"
