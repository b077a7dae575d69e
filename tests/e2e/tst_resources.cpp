// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/mount.h>

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// Limits, binds and volumes as the docker client sets them, looked at from inside and from the kernel's side.
class TestResources : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    Output inside(const QStringList& options, const QString& script) const
    {
        return m_engine.docker(QStringList{"run", "--rm", "--network", "none"} + options + QStringList{"busybox", "sh", "-c", script});
    }
    QJsonObject container(const QString& name) const { return m_engine.get("/containers/" + name + "/json").toObject(); }

    // What the kernel says of one of the container's groups; V1 and V2 name the file in either hierarchy.
    QByteArray cgroupFile(const QString& name, const QString& v1, const QString& v2) const
    {
        const QString id = container(name)["Id"].toString();
        for (const QString& path : {"/sys/fs/cgroup/" + v1.section('/', 0, 0) + "/slipway/" + id + '/' + v1.section('/', 1),
                                    "/sys/fs/cgroup/slipway/" + id + '/' + v2}) {
            QFile file(path);
            if (file.open(QIODevice::ReadOnly))
                return file.readAll().trimmed();
        }
        return {};
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void cleanup() { m_engine.removeContainers(); }

    void limitsReachTheKernel()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "-m", "64m", "--cpus", "0.5", "--pids-limit", "33", "--cpu-shares", "512",
                                  "busybox", "sleep", "1000"}).code, 0);
        QCOMPARE(cgroupFile("box", "memory/memory.limit_in_bytes", "memory.max"), QByteArray("67108864"));
        const QByteArray quota = cgroupFile("box", "cpu/cpu.cfs_quota_us", "cpu.max");
        QVERIFY2(quota == "50000" || quota == "50000 100000", quota.constData());
        QCOMPARE(cgroupFile("box", "pids/pids.max", "pids.max"), QByteArray("33"));
        const QByteArray shares = cgroupFile("box", "cpu/cpu.shares", "cpu.weight");
        QVERIFY2(shares == "512" || shares == "20", shares.constData());
        const QByteArray limit = m_engine.docker({"stats", "--no-stream", "--format", "{{.MemUsage}}", "box"}).out;
        QVERIFY2(limit.contains("/ 64MiB"), limit.constData());
    }

    void statisticsFollowTheContainer()
    {
        QVERIFY(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sh", "-c", "while :; do :; done"}).code == 0);
        QProcess first, second;
        for (QProcess* stream : {&first, &second}) {
            stream->setProcessEnvironment(m_engine.clientEnvironment());
            stream->start("curl", {"-sN", "--unix-socket", m_engine.socketPath(), "http://d/v1.45/containers/box/stats"});
        }
        QTRY_VERIFY_WITH_TIMEOUT(first.bytesAvailable() > 0 && second.bytesAvailable() > 0, 10000);
        QTest::qWait(2200);
        QCOMPARE(m_engine.docker({"restart", "-t", "0", "box"}).code, 0);
        QTest::qWait(2200);
        QCOMPARE(m_engine.docker({"rm", "-f", "box"}).code, 0);
        for (QProcess* stream : {&first, &second}) {
            QVERIFY(stream->waitForFinished(10000));
            const QList<QByteArray> lines = stream->readAllStandardOutput().trimmed().split('\n');
            QVERIFY2(lines.size() >= 4, QByteArray::number(lines.size()));
            double before = -1;
            int restarts = 0;
            for (const QByteArray& line : lines) {
                const QJsonObject sample = QJsonDocument::fromJson(line).object();
                QCOMPARE(sample["name"].toString(), "/box");
                const double used = sample["cpu_stats"]["cpu_usage"]["total_usage"].toDouble();
                if (before >= 0)
                    QCOMPARE(sample["precpu_stats"]["cpu_usage"]["total_usage"].toDouble(), before);
                restarts += used < before ? 1 : 0;
                QVERIFY2(used > before || restarts > 0, line.constData());
                before = used;
            }
            QVERIFY2(restarts > 0, "the counters are those of the restarted container");
        }
    }

    void memoryLimitKills()
    {
        const Output output = m_engine.docker({"run", "--name", "box", "-m", "32m", "--memory-swap", "32m", "busybox", "sh", "-c",
                                               "busybox dd if=/dev/zero of=/dev/null bs=200M count=1"});
        QCOMPARE(output.code, 137);
        QCOMPARE(container("box")["State"].toObject()["OOMKilled"].toBool(), true);
        QCOMPARE(container("box")["State"].toObject()["ExitCode"].toInt(), 137);
    }

    void pidsLimitRefusesTheFork()
    {
        const Output output = inside({"--pids-limit", "5"}, "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait");
        QVERIFY2(output.err.contains("can't fork: Resource temporarily unavailable"), output.err.constData());
        QCOMPARE(output.code, 2);
    }

    void ulimitsAndSysctls()
    {
        const Output output = inside({"--ulimit", "nofile=123:456", "--sysctl", "net.ipv4.ip_local_port_range=2000 3000"},
                                     "ulimit -Sn; ulimit -Hn; cat /proc/sys/net/ipv4/ip_local_port_range");
        QCOMPARE(output.out, QByteArray("123\n456\n2000\t3000\n"));
    }

    void bindsAreTheHostsFolders()
    {
        const QString folder = m_engine.folder() + "/bound";
        QDir().mkpath(folder);
        QCOMPARE(inside({"-v", folder + ":/in"}, "echo written >/in/file; mkdir /in/sub").code, 0);
        QFile file(folder + "/file");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("written\n"));
        for (const QStringList& options : {QStringList{"-v", folder + ":/in:ro"}, {"--mount", "type=bind,readonly,src=" + folder + ",dst=/in"}}) {
            const Output output = inside(options, "cat /in/file; echo more >/in/file; rm /in/file; mkdir /in/other; echo end");
            QCOMPARE(output.out, QByteArray("written\nend\n"));
            QCOMPARE(output.err.count("Read-only file system"), 3);
        }
        QCOMPARE(inside({"-v", folder + "/new/deep:/in"}, "ls -A /in").out, QByteArray());
        QVERIFY(QFileInfo(folder + "/new/deep").isDir());
    }

    // Read-only means what is mounted below it too.
    void aReadOnlyBindIsSoThroughout()
    {
        const QString folder = m_engine.folder() + "/outer";
        QDir().mkpath(folder + "/sub");
        QCOMPARE(::mount("tmpfs", qPrintable(folder + "/sub"), "tmpfs", 0, "size=64k"), 0);
        const Output output = inside({"-v", folder + ":/in:ro"}, "echo x >/in/sub/file; echo x >/in/file; echo end");
        ::umount(qPrintable(folder + "/sub"));
        QCOMPARE(output.out, QByteArray("end\n"));
        QVERIFY2(output.err.count("Read-only file system") == 2, output.err.constData());
    }

    void aFreshVolumeBeginsWithTheImagesContent()
    {
        const Output first = inside({"-v", "vol:/etc"}, "cat /etc/passwd | head -c 5; echo mine >/etc/own; ls -ld /etc");
        QVERIFY2(first.out.startsWith("root:"), (first.out + first.err).constData());
        QCOMPARE(inside({"-v", "vol:/data"}, "cat /data/own; ls /data/passwd").out, QByteArray("mine\n/data/passwd\n"));
        QCOMPARE(inside({"-v", "vol:/data:ro"}, "echo x >/data/own; cat /data/own").out, QByteArray("mine\n"));
        QCOMPARE(inside({"--mount", "type=volume,src=empty,dst=/etc,volume-nocopy"}, "ls /etc/passwd").code, 1);
        QVERIFY(m_engine.docker({"volume", "ls", "-q"}).out.contains("vol\n"));
        QCOMPARE(m_engine.docker({"create", "--name", "user", "-v", "vol:/x", "busybox", "true"}).code, 0);
        const Output used = m_engine.docker({"volume", "rm", "vol"});
        QVERIFY2(used.err.contains("remove vol: volume is in use - [" + container("user")["Id"].toString().toUtf8() + "]"), used.err.constData());
        QCOMPARE(m_engine.docker({"rm", "user"}).code, 0);
        QCOMPARE(m_engine.docker({"volume", "rm", "vol", "empty"}).code, 0);
    }

    void anonymousVolumesGoWithRm()
    {
        QCOMPARE(inside({"-v", "/data"}, "echo x >/data/file").code, 0);
        QCOMPARE(m_engine.docker({"volume", "ls", "-q"}).out, QByteArray());
        QCOMPARE(m_engine.docker({"create", "--name", "box", "-v", "/data", "busybox", "true"}).code, 0);
        QCOMPARE(m_engine.docker({"volume", "ls", "-q"}).out.count('\n'), 1);
        QCOMPARE(m_engine.docker({"rm", "-v", "box"}).code, 0);
        QCOMPARE(m_engine.docker({"volume", "ls", "-q"}).out, QByteArray());
    }

    void readOnlyRootAndTmpfs()
    {
        const Output output = inside({"--read-only", "--tmpfs", "/scratch:size=1m"},
                                     "echo x >/file; echo x >/scratch/file && cat /scratch/file; busybox dd if=/dev/zero of=/scratch/big bs=2M count=1");
        QVERIFY2(output.out == "x\n", output.err.constData());
        QVERIFY(output.err.contains("can't create /file: Read-only file system"));
        QVERIFY(output.err.contains("No space left on device"));
    }

    // Nothing of a container that is gone stays, whatever it had.
    void nothingStays()
    {
        QCOMPARE(inside({}, "true").code, 0);
        const Footprint before(m_engine);
        const QString folder = m_engine.folder() + "/stay";
        QCOMPARE(m_engine.docker({"run", "--rm", "-p", "8070:80", "-p", "8071:81/udp", "-m", "64m", "-v", "/anonymous", "-v", folder + ":/in",
                                  "--tmpfs", "/t", "busybox", "sh", "-c", "echo x >/file; echo y >/anonymous/file"}).code, 0);
        EVENTUALLY_COMPARE(Footprint(m_engine).leftSince(before).remove("+ link slipway0"), QString());
    }
};

QTEST_GUILESS_MAIN(TestResources)
#include "tst_resources.moc"
