// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// docker commit, docker update, --init.
class TestChanges : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QByteArray failed(const QStringList& arguments)
    {
        const Output output = m_engine.docker(arguments);
        return output.code == 0 ? QByteArray() : output.err;
    }
    QByteArray out(const QStringList& arguments) { return m_engine.docker(arguments).out; }
    QByteArray limit(const QByteArray& v1, const QByteArray& v2) // as the container sees it
    {
        return out({"exec", "c1", "sh", "-c", "cat /sys/fs/cgroup/" + v1 + " 2>/dev/null || cat /sys/fs/cgroup/" + v2}).trimmed();
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }
    void cleanup() { m_engine.removeContainers(); }

    void commit()
    {
        QCOMPARE(failed({"run", "--name", "c1", "-e", "A=1", "busybox", "sh", "-c", "echo mine >/new; rm /bin/ls; mkdir /d; chown 7:8 /d"}), QByteArray());
        QCOMPARE(failed({"commit", "-m", "why", "-c", "CMD [\"cat\",\"/new\"]", "-c", "ENV B=2", "c1", "made:1"}), QByteArray());
        QCOMPARE(out({"run", "--rm", "made:1"}), QByteArray("mine\n"));
        QCOMPARE(out({"run", "--rm", "made:1", "sh", "-c", "echo $A$B; test -e /bin/ls || echo gone; stat -c %u:%g /d"}), QByteArray("12\ngone\n7:8\n"));
        QCOMPARE(m_engine.docker({"rmi", "busybox"}).code, 1); // a container is made from it
        QCOMPARE(failed({"rmi", "made:1"}), QByteArray());
        QVERIFY(failed({"commit", "nobody"}).contains("No such container: nobody"));
    }

    void commitWhileItRuns()
    {
        QCOMPARE(failed({"run", "-d", "--name", "c1", "busybox", "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i >/new; mv /new /count; done"}), QByteArray());
        EVENTUALLY_VERIFY(m_engine.docker({"exec", "c1", "test", "-e", "/count"}).code == 0);
        QStringList pausing;
        if (m_engine.rootless())
            pausing << "--pause=false"; // there may be no cgroups to pause with
        QCOMPARE(failed(QStringList{"commit"} + pausing + QStringList{"c1", "made:2"}), QByteArray());
        QCOMPARE(out({"inspect", "-f", "{{.State.Status}}", "c1"}), QByteArray("running\n"));
        QCOMPARE(failed({"run", "--rm", "made:2", "cat", "/count"}), QByteArray());
        const QByteArray before = out({"exec", "c1", "cat", "/count"});
        EVENTUALLY_VERIFY(out({"exec", "c1", "cat", "/count"}) != before);
        QCOMPARE(failed({"rmi", "-f", "made:2"}), QByteArray());
    }

    void update()
    {
        QCOMPARE(failed({"run", "-d", "--name", "c1", "-m", "64m", "busybox", "sleep", "1000"}), QByteArray());
        const bool limits = m_engine.get("/containers/c1/json")["HostConfig"]["Memory"].toInteger() != 0;
        const Output updated = m_engine.docker({"update", "-m", "128m", "--memory-swap", "256m", "--cpus", "0.5", "--pids-limit", "77", "c1"});
        QVERIFY2(updated.code == 0, updated.err.constData());
        if (!limits) {
            QVERIFY2((updated.out + updated.err).contains("Limitation discarded"), updated.out.constData());
            return;
        }
        QCOMPARE(limit("memory/memory.limit_in_bytes", "memory.max"), QByteArray("134217728"));
        QCOMPARE(limit("pids/pids.max", "pids.max"), QByteArray("77"));
        QVERIFY(limit("cpu/cpu.cfs_quota_us", "cpu.max").startsWith("50000"));
        QCOMPARE(failed({"update", "-m", "1g", "--memory-swap", "2g", "c1"}), QByteArray()); // far up, past what was the limit of both
        QCOMPARE(limit("memory/memory.limit_in_bytes", "memory.max"), QByteArray("1073741824"));
        QCOMPARE(failed({"update", "-m", "64m", "--memory-swap", "64m", "c1"}), QByteArray());
        QCOMPARE(limit("memory/memory.limit_in_bytes", "memory.max"), QByteArray("67108864"));
        QVERIFY(failed({"update", "-m", "1g", "c1"}).contains("update the memoryswap at the same time"));
        QCOMPARE(m_engine.get("/containers/c1/json")["HostConfig"]["Memory"].toInteger(), 64 << 20);
        m_engine.killHard(); // what was acknowledged is kept
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const QJsonValue host = m_engine.get("/containers/c1/json")["HostConfig"];
        QCOMPARE(host["Memory"].toInteger(), 64 << 20);
        QCOMPARE(host["NanoCpus"].toInteger(), 500'000'000);
        QCOMPARE(failed({"restart", "-t", "0", "c1"}), QByteArray());
        QCOMPARE(limit("pids/pids.max", "pids.max"), QByteArray("77"));
    }

    void updatedPolicyCounts()
    {
        QCOMPARE(failed({"run", "-d", "--name", "c1", "busybox", "sh", "-c", "read x </tmp/wait || sleep 1; exit 3"}), QByteArray());
        QCOMPARE(failed({"update", "--restart", "on-failure:2", "c1"}), QByteArray());
        EVENTUALLY_COMPARE(out({"inspect", "-f", "{{.RestartCount}} {{.State.Status}}", "c1"}), QByteArray("2 exited\n"));
    }

    void links()
    {
        QCOMPARE(failed({"run", "-d", "--name", "c1", "-e", "A=1", "--expose", "90", "busybox", "sleep", "1000"}), QByteArray());
        QCOMPARE(out({"run", "--rm", "--link", "c1:other", "busybox", "sh", "-c", "ping -c1 -w5 other >/dev/null && echo $OTHER_ENV_A $OTHER_PORT_90_TCP_PORT"}), QByteArray("1 90\n"));
        QCOMPARE(failed({"network", "create", "linked"}), QByteArray());
        QCOMPARE(failed({"network", "connect", "linked", "c1"}), QByteArray());
        QCOMPARE(out({"run", "--rm", "--network", "linked", "--link", "c1:other", "busybox", "sh", "-c", "ping -c1 -w5 other >/dev/null && echo there"}), QByteArray("there\n"));
        QCOMPARE(failed({"stop", "-t", "0", "c1"}), QByteArray());
        QVERIFY(failed({"run", "--rm", "--link", "c1", "busybox", "true"}).contains("Cannot link to a non running container: /c1 AS /"));
    }

    // Under a name of its own, also where no node can be made.
    void device()
    {
        QCOMPARE(out({"run", "--rm", "--device", "/dev/zero:/dev/nought:r", "busybox", "sh", "-c", "head -c 3 /dev/nought | od -b | head -1"}), QByteArray("0000000 000 000 000\n"));
    }

    void securityOptions()
    {
        QFile profile(m_engine.folder() + "/profile.json");
        QVERIFY(profile.open(QFile::WriteOnly));
        profile.write(R"j({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]})j");
        profile.close();
        const QStringList run{"run", "--rm", "--security-opt", "seccomp=" + profile.fileName()};
        const Output refused = m_engine.docker(run + QStringList{"busybox", "mkdir", "/x"});
        QVERIFY2(refused.code == 1 && refused.err.contains("Operation not permitted"), refused.err.constData());
        QCOMPARE(failed(run + QStringList{"busybox", "touch", "/x"}), QByteArray());
        const QByteArray masked = out({"run", "--rm", "busybox", "grep", "-c", " /proc/", "/proc/self/mounts"});
        const QByteArray open = out({"run", "--rm", "--security-opt", "systempaths=unconfined", "busybox", "grep", "-c", " /proc/", "/proc/self/mounts"});
        QVERIFY2(masked.toInt() >= 5 && open.toInt() == 0, masked + open);
        QVERIFY(failed({"run", "--rm", "--device-cgroup-rule", "nothing", "busybox", "true"}).contains("device-cgroup-rule"));
    }

    void privilegedHasTheMachinesDevices()
    {
        if (m_engine.rootless())
            QSKIP("no device nodes can be made in a user namespace");
        QCOMPARE(out({"run", "--rm", "--privileged", "busybox", "sh", "-c", "test -c /dev/kmsg && echo there"}), QFile::exists("/dev/kmsg") ? QByteArray("there\n") : QByteArray());
        QCOMPARE(out({"run", "--rm", "busybox", "sh", "-c", "test -c /dev/kmsg || echo none"}), QByteArray("none\n"));
        QCOMPARE(out({"run", "--rm", "--device-cgroup-rule", "c 1:11 rwm", "--cap-add", "MKNOD", "busybox", "sh", "-c", "mknod /k c 1 11 && test -c /k && echo made"}), QByteArray("made\n"));
    }

    void withInit()
    {
        QCOMPARE(failed({"run", "-d", "--init", "--name", "c1", "busybox", "sh", "-c", "(sleep 0.2 &); trap 'exit 5' TERM; echo ready; sleep 1000 & wait"}), QByteArray());
        EVENTUALLY_COMPARE(out({"logs", "c1"}), QByteArray("ready\n"));
        QCOMPARE(out({"exec", "c1", "cat", "/proc/1/comm"}), QByteArray("docker-init\n"));
        EVENTUALLY_COMPARE(out({"exec", "c1", "sh", "-c", "grep -l State:.Z /proc/[0-9]*/status | wc -l"}), QByteArray("0\n")); // orphans are reaped
        QElapsedTimer time;
        time.start();
        QCOMPARE(failed({"stop", "c1"}), QByteArray()); // the signal reaches the command
        QVERIFY(time.elapsed() < 8000);
        QCOMPARE(out({"wait", "c1"}), QByteArray("5\n"));
        QCOMPARE(m_engine.docker({"run", "--rm", "--init", "busybox", "sh", "-c", "kill -9 $$"}).code, 137);
        QCOMPARE(m_engine.docker({"run", "--rm", "--init", "busybox", "/nope"}).code, 127);
        QCOMPARE(m_engine.docker({"run", "--rm", "-t", "--init", "busybox", "sh", "-c", "echo $((6*7)); exit 9"}).out, QByteArray("42\r\n"));
    }
};

QTEST_GUILESS_MAIN(TestChanges)
#include "tst_changes.moc"
