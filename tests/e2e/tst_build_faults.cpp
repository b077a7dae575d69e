// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <sys/stat.h>
#include <unistd.h>

#include "support/image_builder.h"
#include "support/footprint.h"

using namespace slipway::test;

// Builds that end before their time, and contexts made by attackers: nothing is left, nothing from outside gets in.
class TestBuildFaults : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};

    QString context(const QList<QPair<QString, QByteArray>>& files) { return m_builder.context(files); }
    Output build(const QString& folder, const QStringList& more = {}) const { return m_builder.build(folder, more); }
    Output shell(const QString& image, const QString& command) const { return m_builder.shell(image, command); }

    // The docker client with a build whose RUN sleeps; returns once that runs.
    void begin(QProcess& client, const QString& folder)
    {
        client.setProcessEnvironment(m_engine.clientEnvironment());
        client.start("docker", {"build", "-t", "never", folder});
        QByteArray said;
        QTRY_VERIFY2_WITH_TIMEOUT((said += client.readAllStandardOutput()).contains("started\n"), said.constData(), 20000);
        QVERIFY(sleeps());
    }
    static bool sleeps() { return run("pgrep", {"-f", "sleep 4321"}, {}, 5000).code == 0; }
    // Everything a RUN can have mounted is.
    QString sleepingContext()
    {
        return context({{"Dockerfile", "FROM busybox AS lib\nRUN echo library > /lib.txt\nFROM busybox\n"
                                       "RUN --mount=type=cache,target=/cache --mount=from=lib,target=/lib,rw --mount=target=/context,rw "
                                       "--mount=type=tmpfs,target=/tmp/x touch /lib/a /context/a && echo started && sleep 4321\n"},
                        {"page.txt", "x"}});
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        // Once through, so that what stays of any build (bridge, cached layers, the cache mount) is there.
        QProcess client;
        begin(client, sleepingContext());
        client.kill();
        client.waitForFinished();
        QTRY_VERIFY_WITH_TIMEOUT(!sleeps(), 10000);
    }

    void aClientThatGoesAwayEndsItsBuild()
    {
        const Footprint before(m_engine);
        QProcess client;
        begin(client, sleepingContext());
        QVERIFY(!Footprint(m_engine).leftSince(before).isEmpty());
        client.kill();
        client.waitForFinished();
        QTRY_VERIFY_WITH_TIMEOUT(!sleeps(), 10000);
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
        QVERIFY(m_engine.docker({"inspect", "never"}).code != 0);
        QCOMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
    }

    void aClientThatGoesAwayWhileItSends()
    {
        const Footprint before(m_engine);
        QProcess client;
        client.setProcessEnvironment(m_engine.clientEnvironment());
        client.start("curl", {"-s", "--unix-socket", m_engine.socketPath(), "-T", "-", "-X", "POST", "-H", "Content-Type: application/x-tar", "http://d/v1.45/build"});
        client.write(QByteArray(3'000'000, '\0'));
        QTRY_VERIFY_WITH_TIMEOUT(!Footprint(m_engine).leftSince(before).isEmpty(), 10000);
        client.kill();
        client.waitForFinished();
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
    }

    void aStepThatFailsLeavesNothing()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/cache echo half > /half; exit 7\n"}});
        QCOMPARE(build(folder, {"-t", "never"}).code, 7);
        const Footprint before(m_engine);
        QCOMPARE(build(folder, {"-t", "never"}).code, 7);
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
        QVERIFY(m_engine.docker({"images", "-aq", "never"}).out.isEmpty());
    }

    void anEngineThatIsKilledLeavesNothing()
    {
        const Footprint before(m_engine);
        QProcess client;
        begin(client, sleepingContext());
        m_engine.killHard();
        client.waitForFinished();
        QVERIFY2(sleeps(), "its monitor keeps the step alive until somebody looks after it");
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QTRY_VERIFY_WITH_TIMEOUT(!sleeps(), 10000);
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
        QVERIFY(m_engine.docker({"inspect", "never"}).code != 0);
        const Output again = build(context({{"Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/cache true\n"}}));
        QVERIFY2(again.code == 0, (again.out + again.err).constData());
    }

    void anEngineThatIsStoppedEndsItsBuilds()
    {
        const Footprint before(m_engine);
        QProcess client;
        begin(client, sleepingContext());
        m_engine.stop();
        client.waitForFinished();
        QTRY_VERIFY_WITH_TIMEOUT(!sleeps(), 5000);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
    }

    void nothingFromOutsideGetsIn()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY . /all/\nCOPY link* /links/\n"}, {"page.txt", "x"}});
        ::symlink("/etc/hostname", (folder + "/link-absolute").toUtf8().constData());
        ::symlink("../../../../etc/hostname", (folder + "/link-up").toUtf8().constData());
        ::mkfifo((folder + "/pipe").toUtf8().constData(), 0644);
        ::mknod((folder + "/disk").toUtf8().constData(), S_IFBLK | 0666, 0x801);
        const Output built = build(folder, {"-t", "hostile"});
        QVERIFY(built.code != 0); // the links lead to nothing inside the context
        QVERIFY2(built.err.contains("no source files were specified"), built.err.constData());
        ImageBuilder::write(folder + "/Dockerfile", "FROM busybox\nCOPY . /all/\n");
        const Output copied = build(folder, {"-t", "hostile"});
        QVERIFY2(copied.code == 0, (copied.out + copied.err).constData());
        QCOMPARE(shell("hostile", "busybox readlink /all/link-absolute; busybox test -e /all/disk || echo no device").out, QByteArray("/etc/hostname\nno device\n"));
    }

    void aHostileTarIsRefused()
    {
        const QString folder = context({{"inside/Dockerfile", "FROM busybox\nCOPY . /x\n"}, {"outside", "secret"}});
        const Output tar = run("tar", {"-C", folder + "/inside", "-cP", "--transform", "s,^outside,../../../outside,", "Dockerfile", "../outside"}, {}, 10000);
        const Output built = m_engine.docker({"build", "-"}, tar.out, 30000);
        QVERIFY(built.code != 0);
        QVERIFY2(built.err.contains("refusing to unpack"), built.err.constData());
    }

    // CVE-2024-23652's way: the stub of a mount is replaced by a link out of the layer, and the engine takes the stub away.
    void stubsOfMountsAreTakenFromTheLayerOnly()
    {
        QDir().mkpath(m_builder.path("victim/empty"));
        const QString victim = m_builder.path("victim");
        ImageBuilder::write(victim + "/zero", {});
        const QString folder = context({{"Dockerfile", ("FROM busybox\nRUN --mount=type=tmpfs,target=/stub/empty --mount=type=tmpfs,target=/other/zero "
                                                        "umount /stub/empty 2>/dev/null; mv /stub /moved; ln -s " + victim + " /stub; mv /other /moved2; ln -s " + victim + " /other; true\n").toUtf8()}});
        const Output built = build(folder, {"-t", "stubs"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QVERIFY(QFileInfo(victim + "/empty").isDir() && QFileInfo::exists(victim + "/zero"));
    }

    // A folder's name that would be mount options.
    void namesAreNoMountOptions()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nRUN --mount=target=/m,rw,source=\"a:b\" ls /m > /seen; touch /m/new\n"}, {"a:b/inside", ""}});
        const Output built = build(folder, {"-t", "options"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QCOMPARE(shell("options", "cat /seen").out, QByteArray("inside\n"));
    }

    void aBaseImageFullOfLinks()
    {
        const QString victim = m_builder.path("outside-base");
        QDir().mkpath(victim);
        const QString folder = context({{"Dockerfile", ("FROM busybox\nRUN ln -s " + victim + " /link && ln -s /../../../.." + victim + " /up\nCOPY page.txt /link/\nCOPY page.txt /up/one/\n"
                                                        "WORKDIR /link/deep\nADD files.tar /link/\nRUN find /link/ -type f | sort\n").toUtf8()}, {"page.txt", "x"}});
        QCOMPARE(run("tar", {"-C", folder, "-cf", folder + "/files.tar", "page.txt", "--transform", "s,page,packed,"}, {}, 10000).code, 0);
        const Output built = build(folder, {"--no-cache"});
        QVERIFY2(QDir(victim).isEmpty(), (built.out + built.err).constData());
    }

    void secretsAndPrivileges()
    {
        const Output built = build(context({{"Dockerfile", "FROM busybox\nRUN grep -E 'CapEff|Seccomp:' /proc/self/status; cat /proc/1/cmdline | tr '\\0' ' '; "
                                                          "mount -t tmpfs x /tmp 2>&1; mknod /tmp/d b 8 1 && cat /tmp/d 2>&1 | head -c1; ls /sys/fs/cgroup >/dev/null; echo end\n"}}), {"--no-cache"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QVERIFY2(built.out.contains("Seccomp:\t2"), built.out.constData());
        QVERIFY2(built.out.contains("CapEff:\t00000000a80425fb"), built.out.constData());
        QVERIFY2(!built.out.contains("CapEff:\t000001ffffffffff"), built.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestBuildFaults)
#include "tst_build_faults.moc"
