// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// Volumes with options of the local driver: what they mount, and when it goes.
class TestVolumes : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QByteArray failed(const QStringList& arguments)
    {
        const Output output = m_engine.docker(arguments);
        return output.code == 0 ? QByteArray() : output.err;
    }
    QByteArray said(const QStringList& arguments) { return m_engine.docker(arguments).out.trimmed(); }
    // Whether something is mounted on the volume, as the engine sees it.
    bool mounted(const QString& volume)
    {
        QFile mounts(QString("/proc/%1/mountinfo").arg(m_engine.pid()));
        return mounts.open(QFile::ReadOnly) && mounts.readAll().contains(("/volumes/" + volume + "/_data ").toUtf8());
    }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
    }
    void cleanup()
    {
        m_engine.removeContainers();
        m_engine.docker({"volume", "prune", "-af"});
    }

    void memory()
    {
        QCOMPARE(failed({"volume", "create", "-o", "type=tmpfs", "-o", "device=tmpfs", "-o", "o=size=1m,nosuid", "fast"}), QByteArray());
        QVERIFY(!mounted("fast"));
        QCOMPARE(failed({"run", "-d", "--name", "one", "-v", "fast:/d", "busybox", "sh", "-c", "echo x >/d/f; exec sleep 1000"}), QByteArray());
        EVENTUALLY_COMPARE(said({"exec", "one", "cat", "/d/f"}), QByteArray("x"));
        QVERIFY(said({"exec", "one", "grep", " /d ", "/proc/mounts"}).contains("size=1024k"));
        QVERIFY(mounted("fast"));
        m_engine.killHard(); // containers go on, and so does what they have mounted
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(said({"run", "--rm", "-v", "fast:/d", "busybox", "cat", "/d/f"}), QByteArray("x"));
        QVERIFY(mounted("fast"));
        QCOMPARE(failed({"rm", "-f", "one"}), QByteArray());
        EVENTUALLY_VERIFY(!mounted("fast"));
    }

    // What a volume shows of the host is never deleted with the volume.
    void folder()
    {
        const QString folder = m_engine.folder() + "/shown";
        QVERIFY(QDir().mkpath(folder));
        QFile file(folder + "/kept");
        QVERIFY(file.open(QFile::WriteOnly) && file.write("kept") == 4);
        file.close();
        QCOMPARE(failed({"volume", "create", "-o", "type=none", "-o", "device=" + folder, "-o", "o=bind", "shown"}), QByteArray());
        QCOMPARE(failed({"run", "-d", "--name", "one", "-v", "shown:/d", "busybox", "sleep", "1000"}), QByteArray());
        QCOMPARE(said({"exec", "one", "cat", "/d/kept"}), QByteArray("kept"));
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(failed({"rm", "-f", "one"}), QByteArray());
        QCOMPARE(failed({"volume", "rm", "shown"}), QByteArray());
        QVERIFY(QFile::exists(folder + "/kept"));
    }

    void cannotBeMounted()
    {
        QCOMPARE(failed({"volume", "create", "-o", "type=none", "-o", "device=/nosuch", "-o", "o=bind", "lost"}), QByteArray());
        const QByteArray words = failed({"run", "--name", "one", "-v", "lost:/d", "busybox", "true"});
        QVERIFY2(words.contains("failed to mount local volume: mount /nosuch:") && words.contains("flags: 0x1000: no such file or directory"), words.constData());
        QVERIFY(!mounted("lost"));
        QVERIFY(failed({"volume", "create", "-o", "type=tmpfs", "x1"}).contains("missing required option: \"device\""));
        QCOMPARE(said({"volume", "ls", "-q"}), QByteArray("lost"));
    }

    void propagation()
    {
        if (m_engine.rootless())
            QSKIP("an ordinary user cannot make the host's mounts shared");
        const QString folder = m_engine.folder() + "/peers";
        QVERIFY(QDir().mkpath(folder));
        const QString refused = failed({"run", "--rm", "-v", folder + ":/d:rshared", "busybox", "true"});
        QVERIFY2(refused.contains("but it is not a shared mount"), qPrintable(refused));
        const QString enter = QString("nsenter -t %1 -m ").arg(m_engine.pid());
        QCOMPARE(slipway::test::run("sh", {"-ec", enter + "mount --bind " + folder + " " + folder + "; " + enter + "mount --make-shared " + folder}).code, 0);
        QCOMPARE(failed({"run", "-d", "--name", "one", "-v", folder + ":/d:rslave", "busybox", "sleep", "1000"}), QByteArray());
        QCOMPARE(slipway::test::run("sh", {"-ec", enter + "mkdir " + folder + "/late; " + enter + "mount -t tmpfs late " + folder + "/late"}).code, 0);
        QVERIFY(said({"exec", "one", "grep", "/d/late", "/proc/mounts"}).contains("tmpfs"));
        QCOMPARE(failed({"rm", "-f", "one"}), QByteArray());
        slipway::test::run("sh", {"-c", enter + "umount -R " + folder});
    }
};

QTEST_GUILESS_MAIN(TestVolumes)
#include "tst_volumes.moc"
