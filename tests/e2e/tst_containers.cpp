// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <utility>

#include "support/engine_process.h"

using slipway::test::EngineProcess;
using slipway::test::Output;

class TestContainers : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void socketIsForItsOwnerOnly()
    {
        QCOMPARE(QFileInfo(m_engine.socketPath()).permissions() & QFile::Permissions(0x0077), QFile::Permissions());
    }

    void run_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("out");
        QTest::newRow("output") << QStringList{"busybox", "echo", "hi"} << QByteArray() << 0 << QByteArray("hi\n");
        QTest::newRow("exit code") << QStringList{"busybox", "sh", "-c", "exit 3"} << QByteArray() << 3 << QByteArray();
        QTest::newRow("no such program") << QStringList{"busybox", "/nope"} << QByteArray() << 127 << QByteArray();
        QTest::newRow("killed") << QStringList{"busybox", "sh", "-c", "sh -c 'kill -9 $$'; exit $?"} << QByteArray() << 137
                                << QByteArray();
        QTest::newRow("input") << QStringList{"-i", "busybox", "cat"} << QByteArray("in\n") << 0 << QByteArray("in\n");
        QTest::newRow("environment") << QStringList{"-e", "A=b c", "busybox", "sh", "-c", "echo $A"} << QByteArray() << 0
                                     << QByteArray("b c\n");
        QTest::newRow("no privileges") << QStringList{"busybox", "grep", "-E", "^(Seccomp|CapEff):", "/proc/self/status"}
                                       << QByteArray() << 0 << QByteArray("CapEff:\t00000000a80425fb\nSeccomp:\t2\n");
    }

    void run()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, input);
        QFETCH(int, code);
        QFETCH(QByteArray, out);
        const Output output = m_engine.docker(QStringList{"run", "--rm", "--network", "none"} + arguments, input);
        QVERIFY2(output.code == code, output.err + QByteArray::number(output.code));
        QCOMPARE(output.out, out);
        EVENTUALLY_COMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
    }

    // What a command that cannot be run leaves in the container's pid namespace would keep the container from ending.
    void afterAFailedExecTheContainerEnds()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "c1", "busybox", "sleep", "1000"}).code, 0);
        QVERIFY(m_engine.docker({"exec", "c1", "nosuch"}).code != 0);
        QCOMPARE(m_engine.docker({"exec", "c1", "true"}).code, 0);
        const Output removed = m_engine.docker({"rm", "-f", "c1"});
        QVERIFY2(removed.code == 0, removed.err);
        const auto zombies = [&] {
            return slipway::test::run("sh", {"-c", "ps -o stat= --ppid " + QString::number(m_engine.pid()) + " | grep -c Z"}).out;
        };
        EVENTUALLY_COMPARE(zombies(), QByteArray("0\n"));
    }

    // A wait is a stream; the same connection serves the next request all the same, as with dockerd.
    void aConnectionOutlivesAStream()
    {
        QCOMPARE(m_engine.docker({"create", "--name", "ended", "busybox", "true"}).code, 0);
        QCOMPARE(m_engine.docker({"start", "-a", "ended"}).code, 0);
        const Output output = slipway::test::run(
            "curl", {"-sS", "-v", "--unix-socket", m_engine.socketPath(), "-X", "POST", "http://d/containers/ended/wait", "--next", "-sS", "-v",
                     "--unix-socket", m_engine.socketPath(), "http://d/_ping"}, {}, 10000);
        QCOMPARE(output.out, QByteArray("{\"StatusCode\":0}\nOK"));
        QVERIFY2(output.err.contains("Re-using existing"), output.err);
        QCOMPARE(m_engine.docker({"rm", "ended"}).code, 0);
    }

    // With nobody connected and nothing running the engine sleeps: its threads are not even woken up.
    void anIdleEngineSleeps()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("the thread sanitizer has a thread of its own, which wakes up");
#endif
        const QByteArray tasks = "/proc/" + QByteArray::number(m_engine.pid()) + "/task";
        const auto switches = [&] {
            qint64 total = 0;
            for (const QString& thread : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
                QFile file(tasks + "/" + thread + "/status");
                if (!file.open(QIODevice::ReadOnly))
                    continue;
                for (const QByteArray& line : file.readAll().split('\n')) {
                    if (line.contains("ctxt_switches:"))
                        total += line.split('\t').last().toLongLong();
                }
            }
            return total;
        };
        bool sleeps = false; // worker threads end and memory is trimmed in the first seconds
        for (int tries = 0; tries < 20 && !sleeps; ++tries) {
            const qint64 before = switches();
            QTest::qSleep(3000);
            sleeps = switches() == before;
        }
        QVERIFY(sleeps);
    }

    void runningContainersSurviveTheEngine()
    {
        const Output started = m_engine.docker({"run", "-d", "--name", "survivor", "--network", "none", "busybox", "sh", "-c",
                                                "echo first; sleep 1; echo second; sleep 100"});
        QVERIFY2(started.code == 0, started.err.constData());
        const QStringList pid{"inspect", "-f", "{{.State.Running}} {{.State.Pid}}", "survivor"};
        const QByteArray before = m_engine.docker(pid).out;
        QVERIFY(before.startsWith("true "));
        m_engine.killHard();
        QElapsedTimer timer;
        timer.start();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(m_engine.docker(pid).out, before);
        QVERIFY(timer.elapsed() < 2000);
        EVENTUALLY_COMPARE(m_engine.docker({"logs", "survivor"}).out, QByteArray("first\nsecond\n"));
        QCOMPARE(m_engine.docker({"exec", "survivor", "echo", "inside"}).out, QByteArray("inside\n"));
        QCOMPARE(m_engine.docker({"rm", "-f", "survivor"}).code, 0);
    }
};

QTEST_GUILESS_MAIN(TestContainers)
#include "tst_containers.moc"
