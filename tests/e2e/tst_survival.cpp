// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <memory>

#include "support/engine_process.h"
#include "support/footprint.h"
#include "support/processes.h"
#include "support/pty_process.h"

using namespace slipway::test;

// kill -9 of the engine and of monitors: nothing that runs is harmed, and all that happened meanwhile is known afterwards.
class TestSurvival : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QJsonObject state(const QString& container) const
    {
        return m_engine.get("/containers/" + container + "/json")["State"].toObject();
    }

    void run(const QString& name, const QString& script, const QStringList& options = {})
    {
        const Output started = m_engine.docker(QStringList{"run", "-d", "--name", name} + options + QStringList{"busybox", "sh", "-c", script});
        QVERIFY2(started.code == 0, started.err.constData());
    }

    int monitorOf(const QString& container) const
    {
        QFile file(m_engine.runFolder() + "/containers/" + m_engine.get("/containers/" + container + "/json")["Id"].toString() + "/pid");
        return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(2).toInt() : 0;
    }

    // Until the API lists so many of each, without the cost of starting programs; the time it took is printed.
    bool areBack(int running, int exited) const
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < patience) {
            QLocalSocket socket;
            socket.connectToServer(m_engine.socketPath());
            if (!socket.waitForConnected(50)) {
                QTest::qSleep(5);
                continue;
            }
            socket.write("GET /containers/json?all=1 HTTP/1.0\r\nHost: d\r\n\r\n");
            QByteArray answer;
            while (socket.waitForReadyRead(1000))
                answer += socket.readAll();
            if (answer.count("\"running\"") == running && answer.count("\"exited\"") == exited) {
                qInfo("whole again after %lld ms", timer.elapsed());
                return true;
            }
        }
        return false;
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void cleanup() { m_engine.removeContainers(); }

    void aKilledEngineHangsUpOnItsClients()
    {
        QLocalSocket client;
        client.connectToServer(m_engine.socketPath());
        QVERIFY(client.waitForConnected());
        client.write("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
        QVERIFY(client.waitForBytesWritten());
        run("holds", "sleep 1000");
        QByteArray seen;
        EVENTUALLY_VERIFY((client.waitForReadyRead(10), seen += client.readAll()).contains("start"));
        m_engine.killHard();
        QVERIFY(client.state() == QLocalSocket::UnconnectedState || client.waitForDisconnected());
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QVERIFY(state("holds")["Running"].toBool());
    }

    void tenContainersAreNotHarmed()
    {
        const QString endless = "sleep 1000";
        run("logger", "i=0; while true; do echo $i; i=$((i+1)); busybox usleep 2000; done");
        run("web", "while true; do echo -e 'HTTP/1.0 200 OK\\r\\n\\r\\nhere' | busybox nc -l -p 80; done", {"-p", "8090:80"});
        run("limited", endless, {"-m", "64m", "--restart", "always"});
        run("quiet", endless, {"--network", "none"});
        run("execed", endless);
        run("ends", untilTold(7));
        run("killed", untilTold(1));
        run("vanishes", untilTold(0), {"--rm"});
        run("again", untilTold(3), {"--restart", "always"});
        PtyProcess terminal("docker", {"run", "-it", "--name", "terminal", "busybox", "sh"}, m_engine.clientEnvironment());
        terminal.type("echo up$((1+1))\n");
        QVERIFY2(terminal.waitFor("up2"), terminal.output().constData());
        PtyProcess exec("docker", {"exec", "-it", "execed", "sh"}, m_engine.clientEnvironment());
        exec.type("echo in$((1+1))\n");
        QVERIFY2(exec.waitFor("in2"), exec.output().constData());
        QProcess follower;
        follower.setProcessEnvironment(m_engine.clientEnvironment());
        follower.start("docker", {"logs", "-f", "logger"});

        QMap<QString, QByteArray> before;
        for (const char* name : {"logger", "web", "limited", "quiet", "execed", "terminal"}) {
            before[name] = identityOf(state(name)["Pid"].toInt());
            QVERIFY(!before[name].isEmpty());
        }
        const QString execId = m_engine.get("/containers/execed/json")["ExecIDs"][0].toString();
        const QByteArray execBefore = identityOf(m_engine.get("/exec/" + execId + "/json")["Pid"].toInt());
        QVERIFY(!execBefore.isEmpty());
        const auto lines = [this] { return m_engine.docker({"logs", "logger"}).out.split('\n'); };
        EVENTUALLY_VERIFY(lines().size() > 20);
        QMap<QString, int> leaving;
        for (const char* name : {"ends", "killed", "vanishes", "again"})
            leaving[name] = state(name)["Pid"].toInt();

        m_engine.killHard();
        for (const QString& name : leaving.keys())
            QVERIFY2(endProcess(leaving[name], name == "killed" ? SIGKILL : SIGTERM), qPrintable(name));
        QVERIFY(follower.waitForFinished());
        QVERIFY2(m_engine.spawn(), m_engine.errors().constData());
        QVERIFY2(areBack(7, 2), (m_engine.errors() + m_engine.docker({"ps", "-a"}).out).constData());

        for (const QString& name : before.keys())
            QVERIFY2(identityOf(state(name)["Pid"].toInt()) == before[name], qPrintable(name));
        QCOMPARE(identityOf(m_engine.get("/exec/" + execId + "/json")["Pid"].toInt()), execBefore);
        QCOMPARE(m_engine.get("/exec/" + execId + "/json")["Running"].toBool(), true);
        QCOMPARE(state("ends")["ExitCode"].toInt(), 7);
        QCOMPARE(state("killed")["ExitCode"].toInt(), 137);
        QVERIFY(m_engine.api("GET", "/containers/vanishes/json").code != 0);
        EVENTUALLY_COMPARE(state("again")["Running"].toBool(), true);
        QCOMPARE(slipway::test::run("curl", {"-sf", "-m", "20", "http://127.0.0.1:8090"}).out, QByteArray("here\n"));
        QVERIFY(m_engine.docker({"port", "web"}).out.contains("8090"));
        QCOMPARE(m_engine.docker({"exec", "logger", "echo", "inside"}).out, QByteArray("inside\n"));

        PtyProcess back("docker", {"attach", "terminal"}, m_engine.clientEnvironment());
        back.type("\necho back$((1+1))\n");
        QVERIFY2(back.waitFor("back2"), back.output().constData());
        back.type("exit 5\n");
        QCOMPARE(back.waitForEnd(), 5);

        const auto soFar = lines().size();
        EVENTUALLY_VERIFY(lines().size() > soFar + 20);
        QCOMPARE(m_engine.docker({"kill", "logger"}).code, 0);
        const QList<QByteArray> all = lines();
        for (qsizetype i = 0; i + 1 < all.size(); ++i)
            QCOMPARE(all[i], QByteArray::number(i));
    }

    void anExecThatEndedMeanwhileIsKnown()
    {
        run("box", "sleep 1000");
        const QByteArray body = "{\"Cmd\":[\"sh\",\"-c\",\"" + untilTold(6).toUtf8() + "\"]}";
        const QString made = m_engine.api("POST", "/containers/box/exec", body).out;
        const QString id = QJsonDocument::fromJson(made.toUtf8())["Id"].toString();
        QVERIFY2(!id.isEmpty(), qPrintable(made));
        QCOMPARE(m_engine.api("POST", "/exec/" + id + "/start", R"({"Detach":true})").code, 0);
        const int pid = m_engine.get("/exec/" + id + "/json")["Pid"].toInt();
        m_engine.killHard();
        QVERIFY(endProcess(pid));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const QJsonValue exec = m_engine.get("/exec/" + id + "/json");
        QCOMPARE(exec["Running"].toBool(true), false);
        QCOMPARE(exec["ExitCode"].toInt(-1), 6);
        QVERIFY(QDir(m_engine.runFolder() + "/exec").isEmpty());
    }

    void exitCodesSurviveAKilledMonitor_data()
    {
        QTest::addColumn<bool>("restart");
        QTest::newRow("same engine") << false;
        QTest::newRow("restarted engine") << true;
    }
    void exitCodesSurviveAKilledMonitor()
    {
        QFETCH(bool, restart);
        const Footprint before(m_engine);
        run("orphan", "while [ ! -e /end ]; do sleep 0.05; done; exit 9");
        if (restart) {
            m_engine.killHard();
            QVERIFY2(m_engine.start(), m_engine.errors().constData());
        }
        const int monitor = monitorOf("orphan");
        QVERIFY(monitor > 1);
        QCOMPARE(::kill(monitor, SIGKILL), 0);
        QTest::qSleep(100);
        QVERIFY(state("orphan")["Running"].toBool());
        QCOMPARE(m_engine.docker({"exec", "orphan", "sh", "-c", ">/end"}).code, 0);
        QCOMPARE(m_engine.docker({"wait", "orphan"}).out, QByteArray("9\n"));
        run("second", "sleep 1000");
        QCOMPARE(::kill(monitorOf("second"), SIGKILL), 0);
        QTest::qSleep(100);
        QCOMPARE(m_engine.docker({"stop", "-t", "0", "second"}).code, 0);
        QCOMPARE(state("second")["ExitCode"].toInt(), 137);
        QCOMPARE(m_engine.docker({"rm", "orphan", "second"}).code, 0);
        EVENTUALLY_VERIFY2(Footprint(m_engine).leftSince(before).remove("+ link slipway0").isEmpty(), qPrintable(Footprint(m_engine).leftSince(before)));
    }

    // A killed engine holds its lock for a moment longer.
    void theLockOfADyingEngineIsWaitedFor()
    {
        m_engine.stop();
        const int lock = ::open(qPrintable(m_engine.rootFolder() + "/lock"), O_RDWR | O_CLOEXEC);
        QCOMPARE(::flock(lock, LOCK_EX | LOCK_NB), 0);
        QVERIFY(m_engine.spawn());
        QTest::qSleep(300);
        ::close(lock);
        QVERIFY2(m_engine.waitForPing(), m_engine.errors().constData());
    }

    void aSecondEngineIsRefused()
    {
        const Output second = slipway::test::run("slipwayd", {"--socket", m_engine.folder() + "/other", "--root", m_engine.rootFolder(), "--run",
                                                              m_engine.runFolder()});
        QCOMPARE(second.code, 1);
        QVERIFY2(second.err.contains("another engine already uses " + m_engine.rootFolder().toUtf8()), second.err.constData());
        QVERIFY(!m_engine.get("/version").isNull());
    }
};

QTEST_GUILESS_MAIN(TestSurvival)
#include "tst_survival.moc"
