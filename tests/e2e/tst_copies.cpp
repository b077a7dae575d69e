// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// docker cp and docker export, with the container running and not.
class TestCopies : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    QString m_here; // a folder of the test's own

    static void write(const QString& path, const QByteArray& content)
    {
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(content);
    }
    static QByteArray content(const QString& path)
    {
        QFile file(path);
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("(no file)");
    }
    QByteArray failed(const QStringList& arguments, const QByteArray& input = {})
    {
        const Output output = m_engine.docker(arguments, input);
        return output.code == 0 ? QByteArray() : output.err;
    }
    QByteArray tarOf(const QString& shell) // of what SHELL makes in an empty folder
    {
        const QString script = "d=$(mktemp -d); cd $d; " + shell + "; rm -rf $d";
        return slipway::test::run("sh", {"-c", script}).out;
    }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
        m_here = m_engine.folder() + "/copies";
        QVERIFY(QDir().mkpath(m_here + "/tree/deep"));
        write(m_here + "/one", "first\n");
        write(m_here + "/tree/two", "second\n");
        write(m_here + "/tree/deep/three", "third\n");
        write(m_engine.folder() + "/outside", "mine\n");
    }
    void cleanup() { m_engine.removeContainers(); }

    void bothWays_data()
    {
        QTest::addColumn<bool>("running");
        QTest::newRow("running") << true;
        QTest::newRow("not started") << false;
    }
    void bothWays()
    {
        QFETCH(bool, running);
        QStringList options{"create", "--name", "c1", "-v", "stuff:/data"};
        QCOMPARE(failed(options + QStringList{"busybox", "sleep", "1000"}), QByteArray());
        if (running)
            QCOMPARE(failed({"start", "c1"}), QByteArray());
        QCOMPARE(failed({"cp", m_here + "/one", "c1:/root-file"}), QByteArray());
        QCOMPARE(failed({"cp", m_here + "/tree", "c1:/"}), QByteArray());
        QCOMPARE(failed({"cp", m_here + "/tree/.", "c1:/data"}), QByteArray()); // into the volume
        QCOMPARE(failed({"cp", "c1:/root-file", m_here + "/back"}), QByteArray());
        QCOMPARE(content(m_here + "/back"), QByteArray("first\n"));
        QDir(m_here + "/out").removeRecursively();
        QVERIFY(QDir().mkdir(m_here + "/out"));
        QCOMPARE(failed({"cp", "c1:/tree", m_here + "/out"}), QByteArray());
        QCOMPARE(content(m_here + "/out/tree/deep/three"), QByteArray("third\n"));
        QCOMPARE(failed({"cp", "c1:/data/.", m_here + "/out"}), QByteArray());
        QCOMPARE(content(m_here + "/out/deep/three"), QByteArray("third\n"));
        const Output missing = m_engine.docker({"cp", "c1:/nothing", m_here});
        QVERIFY2(missing.err.contains("Could not find the file /nothing in container c1"), missing.err.constData());
        QVERIFY(failed({"cp", "c1:/bin/.", m_here + "/one"}).contains("cannot copy"));
        if (!running)
            QCOMPARE(failed({"start", "c1"}), QByteArray());
        QCOMPARE(m_engine.docker({"exec", "c1", "cat", "/tree/two", "/root-file", "/data/deep/three"}).out, QByteArray("second\nfirst\nthird\n"));
    }

    // A file that is mounted, and a volume below the folder that is copied.
    void mounts()
    {
        QCOMPARE(failed({"create", "--name", "c1", "-v", m_here + "/one:/etc/one", "-v", "below:/tree/deep", "-v", "www:/bin", "busybox", "true"}), QByteArray());
        QCOMPARE(failed({"cp", "c1:/etc/one", m_here + "/mounted"}), QByteArray());
        QCOMPARE(content(m_here + "/mounted"), QByteArray("first\n"));
        QCOMPARE(failed({"cp", m_here + "/tree", "c1:/"}), QByteArray());
        QCOMPARE(m_engine.docker({"run", "--rm", "-v", "below:/b", "busybox", "cat", "/b/three"}).out, QByteArray("third\n"));
        QDir(m_here + "/all").removeRecursively();
        QCOMPARE(failed({"cp", "c1:/tree", m_here + "/all"}), QByteArray());
        QCOMPARE(content(m_here + "/all/deep/three"), QByteArray("third\n"));
        QCOMPARE(failed({"cp", "c1:/bin/busybox", m_here + "/program"}), QByteArray()); // the volume has the image's content already
        QVERIFY(failed({"cp", "-", "c1:/"}, tarOf("echo x > tree; tar -c tree")).contains("cannot overwrite directory \"tree\" with non-directory"));
    }

    // What the container or the archive says may not lead out of the container.
    void hostile()
    {
        const QString outside = m_engine.folder() + "/outside";
        QCOMPARE(failed({"run", "-d", "--name", "c1", "busybox", "sh", "-c",
                         QString("ln -s %1 /link; ln -s / /tmpdir; ln -s /proc/1/root/ /up; ln -s ../../../../../..%1 /dots; sleep 1000").arg(outside)}), QByteArray());
        EVENTUALLY_COMPARE(m_engine.docker({"exec", "c1", "readlink", "/dots"}).code, 0);
        for (const char* path : {"/link", "/dots"}) { // a link of the container's is the container's
            QVERIFY2(!failed({"cp", "-L", QString("c1:") + path, m_here + "/stolen"}).isEmpty(), path);
            QVERIFY2(!QFile::exists(m_here + "/stolen"), path);
        }
        QVERIFY(m_engine.api("PUT", "/containers/c1/archive?path=/up/tmp", tarOf("echo x > x; tar -c x")).code != 0);
        const QByteArray climbing = tarOf("echo x > x; tar -c --transform 's,^,../../../../../../" + m_engine.folder().mid(1) + "/,' -P x");
        QVERIFY(!failed({"cp", "-", "c1:/"}, climbing).isEmpty());
        QVERIFY(!QFile::exists(m_engine.folder() + "/x"));
        // A link in the archive, and then a file through it.
        const QByteArray through = tarOf("ln -s " + m_engine.folder() + " way; tar -cf a.tar way; rm way; mkdir way; echo x > way/x; tar -rf a.tar way/x; cat a.tar");
        QVERIFY(!failed({"cp", "-", "c1:/"}, through).isEmpty());
        QVERIFY(!QFile::exists(m_engine.folder() + "/x"));
        QCOMPARE(content(outside), QByteArray("mine\n"));
        QCOMPARE(failed({"cp", m_here + "/one", "c1:/tmpdir/fine"}), QByteArray()); // a link that stays inside is followed
        QCOMPARE(m_engine.docker({"exec", "c1", "cat", "/fine"}).out, QByteArray("first\n"));
    }

    void refusals()
    {
        QCOMPARE(failed({"run", "-d", "--name", "ro", "--read-only", "-v", "kept:/kept:ro", "busybox", "sleep", "1000"}), QByteArray());
        QVERIFY(failed({"cp", m_here + "/one", "ro:/x"}).contains("container rootfs is marked read-only"));
        QVERIFY(failed({"cp", m_here + "/one", "ro:/kept/x"}).contains("mounted volume is marked read-only"));
        QVERIFY(failed({"cp", m_here + "/one", "nobody:/x"}).contains("No such container"));
        QVERIFY(failed({"cp", "-", "ro:/bin/busybox"}, "x").contains("must be a directory"));
    }

    void exported()
    {
        QCOMPARE(failed({"create", "--name", "c1", "busybox", "true"}), QByteArray());
        QCOMPARE(failed({"cp", m_here + "/one", "c1:/one"}), QByteArray());
        QCOMPARE(failed({"export", "-o", m_here + "/root.tar", "c1"}), QByteArray());
        QCOMPARE(slipway::test::run("tar", {"-xOf", m_here + "/root.tar", "one"}).out, QByteArray("first\n"));
        QVERIFY(slipway::test::run("tar", {"-tf", m_here + "/root.tar"}).out.contains("bin/busybox\n"));
        QCOMPARE(failed({"import", m_here + "/root.tar", "again"}), QByteArray());
        QCOMPARE(m_engine.docker({"run", "--rm", "again", "/bin/busybox", "cat", "/one"}).out, QByteArray("first\n"));
    }
};

QTEST_GUILESS_MAIN(TestCopies)
#include "tst_copies.moc"
