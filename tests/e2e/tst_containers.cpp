// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTest>

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
