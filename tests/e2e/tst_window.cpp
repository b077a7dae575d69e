// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"
#include "support/processes.h"

using namespace slipway::test;

// kill -9 of the window, of the engine that it started, and of both: ten containers go on, and the next window finds them.
class TestWindow : public QObject
{
    Q_OBJECT

    EngineProcess m_engine; // makes the containers; the window's own engine then takes its folders
    QProcess m_window;
    QMap<QString, QByteArray> m_containers; // name, identity of its first process

    QString socket() const { return m_engine.runFolder() + "/slipway.sock"; }

    void openWindow()
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
            environment.insert(name, m_engine.folder() + "/home");
        environment.insert("QT_QPA_PLATFORM", "offscreen");
        m_window.setProcessEnvironment(environment);
        m_window.setProcessChannelMode(QProcess::MergedChannels);
        m_window.start("slipway", {"--root", m_engine.rootFolder(), "--run", m_engine.runFolder()});
        QVERIFY(m_window.waitForStarted());
    }
    void killWindow()
    {
        m_window.kill();
        QVERIFY(m_window.waitForFinished());
    }

    int enginePid() const
    {
        return slipway::test::run("pgrep", {"-f", "slipwayd --socket " + socket()}).out.trimmed().toInt();
    }
    QMap<QString, QByteArray> containers() const
    {
        QMap<QString, QByteArray> found;
        const QString names = slipway::test::run("docker", {"-H", "unix://" + socket(), "ps", "--format", "{{.Names}}"}).out;
        for (const QString& name : names.split('\n', Qt::SkipEmptyParts))
            found[name] = identityOf(slipway::test::run("docker", {"-H", "unix://" + socket(), "inspect", "-f", "{{.State.Pid}}", name}).out.trimmed().toInt());
        return found;
    }
    // Clients of the engine: the window, as nobody else is there (docker is gone when it is asked).
    int connections() const
    {
        QFile file("/proc/net/unix");
        int found = 0;
        if (file.open(QIODevice::ReadOnly)) {
            for (const QByteArray& line : file.readAll().split('\n')) // Num RefCount Protocol Flags Type St Inode Path
                found += line.endsWith(socket().toUtf8()) && line.simplified().split(' ').value(5) == "03";
        }
        return found;
    }

private slots:
    void initTestCase()
    {
        QDir().mkpath(m_engine.folder() + "/home");
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        for (int i = 0; i < 10; ++i) {
            const Output started = m_engine.docker({"run", "-d", "--name", QString("ten%1").arg(i), "-p", QString("%1:80").arg(8100 + i), "busybox",
                                                    "sleep", "1000"});
            QVERIFY2(started.code == 0, started.err.constData());
        }
        for (const QJsonValue& one : m_engine.get("/containers/json").toArray()) {
            const QString name = one["Names"][0].toString().mid(1);
            m_containers[name] = identityOf(m_engine.get("/containers/" + name + "/json")["State"]["Pid"].toInt());
        }
        QCOMPARE(m_containers.size(), 10);
        m_engine.stop();
    }

    void cleanup()
    {
        if (QTest::currentTestFailed())
            qWarning("the window said: %s", m_window.readAll().constData());
    }

    void theWindowStartsTheEngine()
    {
        openWindow();
        EVENTUALLY_COMPARE(containers(), m_containers);
        EVENTUALLY_VERIFY(connections() > 0);
    }

    void aKilledWindowLeavesItsEngine()
    {
        const int engine = enginePid();
        QVERIFY(engine > 0);
        killWindow();
        EVENTUALLY_COMPARE(connections(), 0);
        QCOMPARE(enginePid(), engine);
        QCOMPARE(containers(), m_containers);
        openWindow();
        EVENTUALLY_VERIFY(connections() > 0);
        QCOMPARE(enginePid(), engine);
    }

    void aKilledEngineIsStartedAgain()
    {
        const int engine = enginePid();
        QVERIFY(endProcess(engine, SIGKILL));
        EVENTUALLY_VERIFY(connections() > 0 && enginePid() != engine);
        QCOMPARE(containers(), m_containers);
    }

    void bothKilledAreBackWithTheNextWindow()
    {
        const int engine = enginePid();
        killWindow();
        QVERIFY(endProcess(engine, SIGKILL));
        QElapsedTimer timer;
        timer.start();
        openWindow();
        EVENTUALLY_VERIFY(connections() > 0);
        qInfo("the next window follows the engine after %lld ms", timer.elapsed());
        QCOMPARE(containers(), m_containers);
    }

    void cleanupTestCase()
    {
        killWindow();
        QVERIFY(endProcess(enginePid()));
        QVERIFY2(m_engine.start(), m_engine.errors().constData()); // removes them all
    }
};

QTEST_GUILESS_MAIN(TestWindow)
#include "tst_window.moc"
