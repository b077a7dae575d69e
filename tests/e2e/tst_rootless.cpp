// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <csignal>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTcpServer>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// What is special when the engine is an ordinary user's: its namespaces, who keeps them, and that nothing is left.
class TestRootless : public QObject
{
    Q_OBJECT

    EngineProcess m_engine{EngineProcess::As::User};

    // PIDs of the user's processes of that name, which the holder and pasta have while the engine is there.
    static QList<qint64> processes(const QByteArray& name)
    {
        QList<qint64> found;
        for (const QByteArray& line : slipway::test::run("pgrep", {"-u", QString::number(EngineProcess::userId), "-x", QString::fromLatin1(name)}).out.split('\n'))
            if (!line.isEmpty())
                found << line.toLongLong();
        return found;
    }
    static QByteArray allProcesses() { return slipway::test::run("pgrep", {"-a", "-u", QString::number(EngineProcess::userId)}).out; }
    static QString namespaceOf(qint64 pid, const char* kind)
    {
        return QFile::symLinkTarget(QString("/proc/%1/ns/%2").arg(pid).arg(kind)).section('/', -1);
    }
    QByteArray pidOf(const QString& container) const
    {
        return m_engine.docker({"inspect", "-f", "{{.State.Running}} {{.State.Pid}}", container}).out.trimmed();
    }
    // Of this engine: the holder's namespace is a copy of the tests' own, where others have mounts too.
    QList<QByteArray> mountedRoots() const
    {
        QList<QByteArray> roots;
        QFile file(QString("/proc/%1/mountinfo").arg(processes("slipway-holder").value(0)));
        if (!file.open(QFile::ReadOnly))
            return {"no mountinfo"};
        const QByteArray ours = QFile::encodeName(m_engine.rootFolder()) + '/';
        for (const QByteArray& line : file.readAll().split('\n')) {
            const QByteArray at = line.split(' ').value(4);
            if (at.startsWith(ours) && at.endsWith("/merged"))
                roots << at;
        }
        return roots;
    }
    Output start(const QString& name, const QStringList& options = {})
    {
        return m_engine.docker(QStringList{"run", "-d", "--name", name} + options + QStringList{"busybox", "sleep", "1000"});
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void cleanup() { m_engine.removeContainers(); }

    void itIsTheUsersOwn()
    {
        struct stat info{};
        QCOMPARE(::stat(QString("/proc/%1/task").arg(m_engine.pid()).toLatin1().constData(), &info), 0);
        QVERIFY(namespaceOf(m_engine.pid(), "user") != namespaceOf(::getpid(), "user"));
        QCOMPARE(namespaceOf(m_engine.pid(), "net"), namespaceOf(::getpid(), "net"));
        QCOMPARE(::stat(QFile::encodeName(m_engine.socketPath()).constData(), &info), 0);
        QCOMPARE(static_cast<int>(info.st_uid), EngineProcess::userId);
        const QByteArray security = m_engine.docker({"info", "-f", "{{json .SecurityOptions}}"}).out;
        QVERIFY2(security.contains("name=rootless"), security.constData());
        QCOMPARE(m_engine.docker({"info", "-f", "{{.DockerRootDir}}"}).out.trimmed(), m_engine.rootFolder().toUtf8());
    }

    void containersRunAsTheUser()
    {
        QCOMPARE(start("own").code, 0);
        const QByteArray pid = pidOf("own").split(' ').at(1);
        QFile status("/proc/" + pid + "/status");
        QVERIFY(status.open(QFile::ReadOnly));
        const QByteArray text = status.readAll();
        QVERIFY2(text.contains("Uid:\t4321\t4321\t4321\t4321"), text.constData());
        QVERIFY2(text.contains("Groups:\t4321 \n"), text.constData()); // the primary one alone, none that the engine's owner has
        QVERIFY(namespaceOf(pid.toLongLong(), "net") != namespaceOf(::getpid(), "net"));
        QCOMPARE(m_engine.docker({"exec", "own", "id", "-u"}).out, QByteArray("0\n"));
        QVERIFY(m_engine.docker({"top", "own"}).out.contains("sleep 1000"));
    }

    void terminals()
    {
        const Output typed = slipway::test::run("script", {"-qec", "DOCKER_HOST=unix://" + m_engine.socketPath() + " docker run --rm -it busybox sh", "/dev/null"},
                                 "busybox tty; echo $((6*7)); exit 5\n");
        QVERIFY2(typed.out.contains("/dev/pts/0") && typed.out.contains("42"), typed.out.constData());
        QCOMPARE(typed.code, 5);
    }

    void statsWithoutCgroups()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "busy", "busybox", "sh", "-c", "while :; do :; done"}).code, 0);
        const auto sample = [&](const char* what) { return m_engine.docker({"stats", "--no-stream", "--format", what, "busy"}).out.trimmed(); };
        EVENTUALLY_VERIFY(sample("{{.CPUPerc}}").chopped(1).toDouble() > 5);
        QVERIFY2(sample("{{.MemUsage}}").contains("iB / "), sample("{{.MemUsage}}").constData());
        QVERIFY(sample("{{.PIDs}}").toInt() >= 1);
    }

    void limitsAreDiscardedAndSaid()
    {
        if (m_engine.docker({"info", "-f", "{{.CgroupDriver}}"}).out.trimmed() != "none")
            QSKIP("this machine gives ordinary users cgroups");
        QVERIFY(m_engine.docker({"info"}).err.contains("WARNING: Running in rootless-mode without cgroups."));
        const Output ran = m_engine.docker({"run", "--rm", "-m", "64m", "--cpus", "0.5", "--pids-limit", "50", "busybox", "echo", "ran"});
        QCOMPARE(ran.out, QByteArray("ran\n"));
        QVERIFY2(ran.err.contains("Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded."), ran.err.constData());
        QVERIFY2(ran.err.contains("PIDs limit discarded."), ran.err.constData());
        QCOMPARE(m_engine.docker({"run", "--rm", "busybox", "true"}).err, QByteArray());
        QCOMPARE(start("unpaused").code, 0);
        const Output paused = m_engine.docker({"pause", "unpaused"});
        QVERIFY2(paused.code != 0 && paused.err.contains("cgroup"), paused.err.constData());
    }

    void theHostsLoopbackIsOutOfReach()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        for (const char* address : {"10.0.2.2", "10.0.2.3", "127.0.0.1", "172.17.0.1", "169.254.2.2"}) {
            const Output asked = m_engine.docker({"run", "--rm", "busybox", "busybox", "nc", "-w", "1", address, QString::number(server.serverPort())});
            QVERIFY2(asked.code != 0, address);
        }
        QVERIFY(!server.hasPendingConnections() && !server.waitForNewConnection(100));
    }

    void hostNetwork()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const Output ran = m_engine.docker({"run", "--rm", "--network", "host", "busybox", "sh", "-c", QString("busybox nc -w 2 127.0.0.1 %1 </dev/null & sleep 1").arg(server.serverPort())});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(server.waitForNewConnection(1000));
    }

    void namespacesOfTheHost()
    {
        const Output seen = m_engine.docker({"run", "--rm", "--pid", "host", "--ipc", "host", "--uts", "host", "busybox", "ls", "-d", "/proc/" + QString::number(m_engine.pid())});
        QVERIFY2(seen.code == 0, seen.err.constData());
        QCOMPARE(m_engine.docker({"run", "--rm", "--privileged", "busybox", "sh", "-c", "busybox mount -t tmpfs none /tmp && echo mounted"}).out, QByteArray("mounted\n"));
    }

    void aKilledEngineFindsEverythingAgain()
    {
        QStringList names;
        for (int i = 0; i < 10; ++i) {
            names << QString("ten%1").arg(i);
            QCOMPARE(start(names.last(), {"-p", QString("127.0.0.1:%1:80").arg(17100 + i)}).code, 0);
        }
        QList<QByteArray> before;
        for (const QString& name : names)
            before << pidOf(name);
        EVENTUALLY_COMPARE(mountedRoots().size(), 10); // those of containers before are unmounted in the background
        const auto holder = processes("slipway-holder");
        QCOMPARE(holder.size(), 1);
        m_engine.killHard();
        QElapsedTimer timer;
        timer.start();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QVERIFY2(timer.elapsed() < 10000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(processes("slipway-holder"), holder);
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(pidOf(names[i]), before[i]);
            QCOMPARE(m_engine.docker({"exec", names[i], "echo", "here"}).out, QByteArray("here\n"));
        }
        QCOMPARE(m_engine.docker(QStringList{"rm", "-f"} + names).code, 0);
        EVENTUALLY_COMPARE(mountedRoots().size(), 0);
    }

    // The namespaces' keeper may die too: the engine starts another one, and the engine after it still finds all.
    void aKilledHolderIsReplaced()
    {
        QCOMPARE(start("kept").code, 0);
        const QByteArray before = pidOf("kept");
        const auto holder = processes("slipway-holder");
        QCOMPARE(holder.size(), 1);
        ::kill(static_cast<pid_t>(holder[0]), SIGKILL);
        EVENTUALLY_VERIFY(processes("slipway-holder").size() == 1 && processes("slipway-holder") != holder);
        EVENTUALLY_COMPARE(processes("pasta").size() + processes("pasta.avx2").size(), 1);
        QTest::qWait(300);
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(pidOf("kept"), before);
        QCOMPARE(m_engine.docker({"exec", "kept", "echo", "here"}).out, QByteArray("here\n"));
    }

    void theUplinkIsRestarted()
    {
        const auto uplink = [] { return processes("pasta") + processes("pasta.avx2"); };
        EVENTUALLY_COMPARE(uplink().size(), 1);
        const auto before = uplink();
        ::kill(static_cast<pid_t>(before[0]), SIGKILL);
        EVENTUALLY_VERIFY(uplink().size() == 1 && uplink() != before);
    }

    void aStoppedEngineLeavesNothing()
    {
        QCOMPARE(start("running").code, 0);
        m_engine.stop();
        QVERIFY2(allProcesses().contains("slipway-holder"), "a container runs: its namespaces are kept");
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(m_engine.docker({"rm", "-f", "running"}).code, 0);
        m_engine.stop();
        EVENTUALLY_COMPARE(allProcesses(), QByteArray());
        QCOMPARE(QDir(m_engine.runFolder()).entryList({"*.sock"}, QDir::AllEntries | QDir::System), QStringList());
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(m_engine.docker({"images", "-q"}).out.count('\n'), 1);
    }

    void withoutSubordinateIds()
    {
        EngineProcess engine{EngineProcess::As::User};
        qputenv("AS_USER_NO_SUBIDS", "1");
        const bool started = engine.start();
        qunsetenv("AS_USER_NO_SUBIDS");
        QVERIFY(!started);
        const QByteArray errors = engine.errors();
        QVERIFY2(errors.contains("/etc/subuid") && errors.contains("usermod --add-subuids") && errors.contains("slipway-test"), errors.constData());
        QCOMPARE(errors.trimmed().count('\n'), 0);
    }
};

QTEST_GUILESS_MAIN(TestRootless)
#include "tst_rootless.moc"
