// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// What a container must not be able to do, tried from inside: in a run, an exec and a health check. See support/isolation_probe.cpp.
class TestIsolation : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QString inside(const QString& script, const QStringList& options = {}) const
    {
        const Output output = m_engine.docker(QStringList{"run", "--rm", "-v", m_engine.folder() + "/probe:/probe:ro"} + options
                                              + QStringList{"busybox", "sh", "-c", script});
        return QString::fromUtf8(output.out + output.err).trimmed();
    }
    QString inExec(const QString& script) const
    {
        const Output output = m_engine.docker({"exec", "box", "sh", "-c", script});
        return QString::fromUtf8(output.out + output.err).trimmed();
    }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        QVERIFY(QDir().mkpath(m_engine.folder() + "/probe"));
        const QString probe = m_engine.folder() + "/probe/isolation_probe";
        QVERIFY(QFile::copy(SLIPWAY_BINARY_DIR "/tests/isolation_probe", probe));
        QVERIFY(QFile::setPermissions(probe, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther | QFile::ReadGroup | QFile::ExeGroup));
        const Output box = m_engine.docker({"run", "-d", "--name", "box", "-v", m_engine.folder() + "/probe:/probe:ro", "--health-cmd",
                                            "grep -E '^(Cap|Seccomp:)' /proc/self/status >/tmp/health", "--health-interval", "1s", "busybox",
                                            "sleep", "1000"});
        QVERIFY2(box.code == 0, box.err.constData());
    }

    void capabilitiesAndFilter()
    {
        const QString wanted = "CapInh: 0000000000000000 CapPrm: 00000000a80425fb CapEff: 00000000a80425fb CapBnd: 00000000a80425fb "
                               "CapAmb: 0000000000000000 Seccomp: 2";
        const QString ask = "grep -E '^(Cap|Seccomp:)' /proc/self/status";
        QCOMPARE(inside(ask).simplified(), wanted);
        QCOMPARE(inExec(ask).simplified(), wanted);
        EVENTUALLY_COMPARE(inExec("cat /tmp/health").simplified(), wanted);
        // Of a user who is not root nothing is effective.
        QCOMPARE(inside("grep -E '^Cap(Prm|Eff)' /proc/self/status", {"-u", "65534"}).simplified(),
                 QString("CapPrm: 0000000000000000 CapEff: 0000000000000000"));
    }

    void namespaces()
    {
        // As dockerd: of cgroups only where they are v2.
        const QString kinds = QFile::exists("/sys/fs/cgroup/cgroup.controllers") ? "mnt pid net ipc uts cgroup" : "mnt pid net ipc uts";
        const QString ask = "cd /proc/self/ns && for n in " + kinds + "; do readlink $n; done";
        const QStringList own = inside(ask).split('\n');
        QCOMPARE(own.size(), kinds.count(' ') + 1);
        for (const QString& one : own)
            QVERIFY2(QFile::symLinkTarget("/proc/self/ns/" + one.section(':', 0, 0)).section('/', -1) != one, qPrintable(one));
        // Those of an exec are the container's.
        const QString pid = QString::number(m_engine.get("/containers/box/json")["State"]["Pid"].toInt());
        for (const QString& one : inExec(ask).split('\n'))
            QCOMPARE(QFile::symLinkTarget("/proc/" + pid + "/ns/" + one.section(':', 0, 0)).section('/', -1), one);
    }

    void systemCalls_data()
    {
        QTest::addColumn<bool>("exec");
        QTest::newRow("run") << false;
        QTest::newRow("exec") << true;
    }
    void systemCalls()
    {
        QFETCH(bool, exec);
        const QString told = exec ? inExec("/probe/isolation_probe syscalls") : inside("/probe/isolation_probe syscalls");
        QVERIFY2(told.count('\n') > 25, qPrintable(told));
        for (const QString& line : told.split('\n')) {
            const int error = line.section(' ', -1).toInt();
            // EAFNOSUPPORT: this kernel has no such sockets at all.
            QVERIFY2(error == EPERM || error == ENOSYS || (line.startsWith("AF_") && error == EAFNOSUPPORT), qPrintable(line));
        }
    }

    void maskedAndReadOnlyPaths()
    {
        for (const char* path : {"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/interrupts"})
            QCOMPARE(inExec(QString("head -c 1 %1 2>/dev/null | wc -c").arg(path)), QString("0"));
        QCOMPARE(inExec("ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v ':$' | tr -d '\\n'"), QString());
        for (const char* path : {"/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/irq/default_smp_affinity",
                                 "/sys/kernel/uevent_helper", "/proc/../proc/sys/vm/drop_caches", "/proc/1/root/proc/sys/kernel/modprobe"})
            QVERIFY2(inExec(QString("echo x >%1 && echo written").arg(path)).contains(QRegularExpression("Read-only|denied|nonexistent|not permitted")),
                     path);
    }

    void cgroupsAreReadOnly()
    {
        QVERIFY(!inExec("find /sys/fs/cgroup -name release_agent -o -name notify_on_release | while read f; do echo 1 >$f && echo written; done")
                     .contains("written"));
        QVERIFY(!inExec("for d in /sys/fs/cgroup /sys/fs/cgroup/*/; do mkdir $d/escape && echo made; done").contains("made"));
    }

    void devices()
    {
        const QString there = inside("ls /dev").simplified();
        static const QRegularExpression usual("^(core|fd|full|mqueue|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero|console| )+$");
        QVERIFY2(usual.match(there).hasMatch(), qPrintable(there));
        // Making a node may be allowed (MKNOD), using that of a disk or of memory is not.
        for (const char* node : {"b 8 0", "b 254 0", "b 259 0", "c 1 1", "c 10 229"})
            QVERIFY2(!inside(QString("mknod /tmp/node %1 && head -c 1 /tmp/node && echo read").arg(node)).contains("read"), node);
    }

    void openFiles()
    {
        for (const QString& list : {inside("ls -l /proc/1/fd"), inExec("ls -l /proc/self/fd"), inExec("ls -l /proc/1/fd")})
            for (const QString& line : list.split('\n').filter("->"))
                QVERIFY2(line.contains(QRegularExpression(" [012] -> |(?:/proc/|/)[0-9]+/fd$")), qPrintable(list));
    }

    void theEngineIsOutOfReach()
    {
        // Neither its socket's path nor its folders exist inside, and the gateway has no open port.
        QCOMPARE(inExec(QString("ls %1 %2 2>/dev/null").arg(m_engine.socketPath(), m_engine.rootFolder())), QString());
        const QString gateway = inExec("ip route | awk '/^default/{print $3}'");
        QVERIFY2(QRegularExpression("^[0-9.]+$").match(gateway).hasMatch(), qPrintable(gateway));
        QCOMPARE(inExec("/probe/isolation_probe ports " + gateway), QString());
        QVERIFY(QFile::permissions(m_engine.socketPath()).testAnyFlags(QFile::ReadOther | QFile::WriteOther) == false);
    }

    void containersAreApart()
    {
        QVERIFY(!inside("ps").contains("sleep 1000"));
        QVERIFY(!inside("for p in $(seq 2 4000); do kill -0 $p 2>/dev/null && echo $p; done | grep -v \"^$$\\$\"; true").contains("1000"));
        QCOMPARE(inExec("echo here >/dev/shm/mark; cat /dev/shm/mark"), QString("here"));
        QVERIFY(inside("cat /dev/shm/mark").contains("No such file"));
    }

    void configurationIsNoWayOut()
    {
        const auto refused = [this](const QStringList& options) { return m_engine.docker(QStringList{"run", "--rm"} + options + QStringList{"busybox", "true"}).code != 0; };
        QVERIFY(refused({"--sysctl", "kernel.core_pattern=|/bin/sh"}));
        QVERIFY(refused({"--sysctl", "net.ipv4.ip_forward=1\nkernel.modprobe=/x"}));
        QVERIFY(refused({"-u", "4294967296"}));
        QVERIFY(refused({"-u", "x:y:z"}));
        for (int fd = 3; fd < 16; ++fd) // the leaked descriptor of CVE-2024-21626
            QVERIFY2(!inside("ls /../../../etc/shadow; cat /proc/self/cwd/../../etc/hostname", {"-w", QString("/proc/self/fd/%1").arg(fd)}).contains("shadow\n"),
                     qPrintable(QString::number(fd)));
        // A label of an image or of a container is never an instruction to the runtime.
        QCOMPARE(inside("echo fine", {"--label", "run.oci.handler=krun", "--label", "run.oci.hooks.stdout=/tmp/x"}), QString("fine"));
    }
};

QTEST_GUILESS_MAIN(TestIsolation)
#include "tst_isolation.moc"
