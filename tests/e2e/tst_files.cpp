// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// What containers see of files: layers with every trick, volumes, bind mounts, and whose the files are on the host.
class TestFiles : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    Output inContainer(const QString& script, const QStringList& options = {})
    {
        return m_engine.docker(QStringList{"run", "--rm", "--network", "none"} + options + QStringList{"layered", "sh", "-c", script});
    }
    // The owner on the host of an id in a container: as_user gives the ids around the user's own.
    int hostId(int inside) const
    {
        if (!m_engine.rootless())
            return inside;
        return inside == 0 ? EngineProcess::userId : inside < EngineProcess::userId ? inside : inside + 1;
    }
    QString sharedFolder(const char* name)
    {
        const QString path = m_engine.folder() + "/" + name;
        QDir().mkpath(path);
        if (m_engine.rootless() && ::chown(QFile::encodeName(path).constData(), EngineProcess::userId, EngineProcess::userId) != 0)
            qWarning("chown failed");
        return path;
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const QString archive = m_engine.folder() + "/layered.tar";
        const Output made = slipway::test::run(SLIPWAY_SOURCE_DIR "/tests/support/layered_image", {archive});
        QVERIFY2(made.code == 0, made.err.constData());
        const Output loaded = m_engine.docker({"load", "-i", archive});
        QVERIFY2(loaded.code == 0, loaded.err.constData());
    }

    void layers_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QByteArray>("out");
        QTest::newRow("owners") << "stat -c '%u:%g' /data/old/a /data/kept /data/sub/d" << QByteArray("1000:1000\n33:4\n12:12\n");
        QTest::newRow("modes") << "stat -c %a /suid/cat /data/old" << QByteArray("4755\n2750\n");
        QTest::newRow("hard links") << "stat -c %h /data/kept; cat /data/linked" << QByteArray("2\nkept\n");
        QTest::newRow("whiteout") << "ls /gone 2>/dev/null || echo deleted" << QByteArray("deleted\n");
        QTest::newRow("opaque folder") << "ls -A /data/sub" << QByteArray("d\n");
        QTest::newRow("folder to file") << "cat /shape" << QByteArray("file\n");
        QTest::newRow("files of lower layers can be changed, moved and deleted")
            << "echo more >> /data/kept && cat /data/kept && mv /data/kept /data/moved && rm /data/old/a && ls /data/old /data"
            << QByteArray("kept\nmore\n/data:\nlinked\nmoved\nold\nsub\n\n/data/old:\n");
    }
    void layers()
    {
        QFETCH(QString, script);
        QFETCH(QByteArray, out);
        const Output output = inContainer(script);
        QVERIFY2(output.code == 0, output.err.constData());
        QCOMPARE(output.out, out);
    }

    void setuidProgramsWork()
    {
        const QStringList options{"-u", "1000", "-v", "/lib:/lib:ro", "-v", "/lib64:/lib64:ro"};
        const Output raised = inContainer("/suid/cat /proc/self/status", options);
        QVERIFY2(raised.out.contains("Uid:\t1000\t0\t0\t0"), raised.out + raised.err);
        const Output barred = inContainer("/suid/cat /proc/self/status", options + QStringList{"--security-opt", "no-new-privileges"});
        QVERIFY2(barred.out.contains("Uid:\t1000\t1000\t1000\t1000"), barred.out.constData());
    }

    void otherUsersAreOthers()
    {
        QCOMPARE(inContainer("id -u; cat /data/old/a 2>&1", {"-u", "12:12"}).out.left(3), QByteArray("12\n"));
        QVERIFY(inContainer("cat /data/old/a", {"-u", "12:12"}).code != 0);
        QCOMPARE(inContainer("id -u; id -G", {"-u", "worker"}).out, QByteArray("1000\n1000\n"));
    }

    void bindMounts()
    {
        const QString folder = sharedFolder("shared");
        const Output written = inContainer("echo hi > /mnt/file && touch /mnt/five && chown 5:5000 /mnt/five && stat -c %u /mnt",
                                           {"-v", folder + ":/mnt"});
        QVERIFY2(written.code == 0, written.err.constData());
        QCOMPARE(written.out, QByteArray("0\n"));
        struct stat info{};
        QCOMPARE(::stat(QFile::encodeName(folder + "/file").constData(), &info), 0);
        QCOMPARE(static_cast<int>(info.st_uid), hostId(0));
        QCOMPARE(::stat(QFile::encodeName(folder + "/five").constData(), &info), 0);
        QCOMPARE(static_cast<int>(info.st_uid), hostId(5));
        QCOMPARE(static_cast<int>(info.st_gid), hostId(5000));
        const Output barred = inContainer("echo no > /mnt/file", {"-v", folder + ":/mnt:ro"});
        QVERIFY2(barred.code != 0 && barred.err.contains("Read-only file system"), barred.err.constData());
        QFile file(folder + "/file");
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("hi\n"));
        QVERIFY(inContainer("true", {"--mount", "type=bind,src=/no/such/place,dst=/mnt"}).err.contains("/no/such/place"));
    }

    // Mounts that the host's owner has restricted stay restricted.
    void bindMountsOfRestrictedMounts()
    {
        const QString folder = sharedFolder("noexec");
        const Output mounted = slipway::test::run("mount", {"-t", "tmpfs", "-o", "noexec,nosuid,nodev,mode=777", "tmpfs", folder});
        QVERIFY2(mounted.code == 0, mounted.err.constData());
        const Output ran = inContainer("busybox cp /bin/busybox /mnt/busybox && /mnt/busybox true", {"-v", folder + ":/mnt"});
        QVERIFY2(ran.code != 0 && ran.err.contains("Permission denied"), ran.err.constData());
        QCOMPARE(inContainer("busybox cat /mnt/busybox > /dev/null && echo read", {"-v", folder + ":/mnt:ro"}).out, QByteArray("read\n"));
        slipway::test::run("umount", {folder});

        const QString fixed = sharedFolder("fixed");
        QCOMPARE(slipway::test::run("mount", {"-o", "bind,ro", fixed, fixed}).code, 0);
        const Output written = inContainer("echo no > /mnt/file", {"-v", fixed + ":/mnt"});
        QVERIFY2(written.code != 0 && written.err.contains("Read-only file system"), written.err.constData());
        slipway::test::run("umount", {fixed});
    }

    void volumes()
    {
        QCOMPARE(inContainer("ls -A /data; stat -c %u /data/kept; echo mine > /data/new", {"-v", "vol:/data"}).out,
                 QByteArray("kept\nlinked\nold\nsub\n33\n"));
        QCOMPARE(inContainer("cat /v/new; stat -c %u /v/kept", {"-v", "vol:/v"}).out, QByteArray("mine\n33\n"));
        const QString mountpoint = QString::fromUtf8(m_engine.docker({"volume", "inspect", "-f", "{{.Mountpoint}}", "vol"}).out.trimmed());
        QVERIFY(QFile::exists(mountpoint + "/new"));
        QCOMPARE(m_engine.docker({"volume", "rm", "vol"}).code, 0);
        QVERIFY(!QFile::exists(mountpoint));
    }

    void writesStayInTheContainer()
    {
        QCOMPARE(m_engine.docker({"run", "--name", "writer", "--network", "none", "layered", "sh", "-c", "echo x > /data/x; rm /data/kept"}).code, 0);
        const QByteArray diff = m_engine.docker({"diff", "writer"}).out;
        QVERIFY2(diff.contains("A /data/x") && diff.contains("D /data/kept"), diff.constData());
        QCOMPARE(m_engine.docker({"start", "-a", "writer"}).code, 1); // kept is gone already: the same root as before
        QCOMPARE(m_engine.docker({"rm", "writer"}).code, 0);
        QCOMPARE(inContainer("cat /data/kept").out, QByteArray("kept\n"));
    }

    void nothingIsLeft()
    {
        EVENTUALLY_COMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
        EVENTUALLY_COMPARE(QDir(m_engine.rootFolder() + "/snapshots").entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
        EVENTUALLY_COMPARE(QDir(m_engine.rootFolder() + "/trash").entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
        QCOMPARE(m_engine.docker({"rmi", "layered"}).code, 0);
        EVENTUALLY_COMPARE(QDir(m_engine.rootFolder() + "/ingest").entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestFiles)
#include "tst_files.moc"
