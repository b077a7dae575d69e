// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/mount.h>
#include <unistd.h>

#include <QDir>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <fcntl.h>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// The engine's root on a small file system that somebody fills up.
class TestFullDisk : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    QString ballast() const { return m_engine.rootFolder() + "/ballast"; }

    void fill() const
    {
        const int fd = ::open(qPrintable(ballast()), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const QByteArray block(64 * 1024, 'x');
        for (qsizetype size = block.size(); size > 0; size /= 2)
            while (::write(fd, block.constData(), static_cast<std::size_t>(size)) == size) {
            }
        ::close(fd);
    }
    void makeRoom() const { QFile::remove(ballast()); }

    QByteArray starter() const { return slipway::test::run("cat", {SLIPWAY_BINARY_DIR "/share/slipway/starter.tar"}, {}, 5000).out; }
    QByteArray tree() const { return slipway::test::run("tar", {"-C", "/usr/bin", "-c", "busybox"}, {}, 5000).out; }
    QJsonObject state(const QString& name) const { return m_engine.get("/containers/" + name + "/json")["State"].toObject(); }

private slots:
    void initTestCase()
    {
        QDir().mkpath(m_engine.rootFolder());
        QCOMPARE(::mount("tmpfs", qPrintable(m_engine.rootFolder()), "tmpfs", 0, "size=24m,mode=700"), 0);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "runs", "busybox", "sleep", "1000"}).code, 0);
        QCOMPARE(m_engine.docker({"create", "--name", "made", "busybox", "true"}).code, 0);
        QCOMPARE(m_engine.docker({"create", "--name", "ended", "busybox", "true"}).code, 0);
        QCOMPARE(m_engine.docker({"volume", "create", "vol"}).code, 0);
        QCOMPARE(m_engine.docker({"network", "create", "net"}).code, 0);
        QCOMPARE(m_engine.docker({"tag", "busybox", "other"}).code, 0);
    }

    void init() { fill(); }
    void cleanup() { makeRoom(); }

    void fails_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("input");
        const QByteArray none;
        QTest::newRow("create") << QStringList{"create", "busybox", "true"} << none;
        QTest::newRow("create with a volume") << QStringList{"create", "-v", "/data", "-v", "named:/other", "busybox", "true"} << none;
        QTest::newRow("start") << QStringList{"start", "made"} << none;
        QTest::newRow("run") << QStringList{"run", "--rm", "busybox", "true"} << none;
        QTest::newRow("load") << QStringList{"load"} << starter();
        QTest::newRow("import") << QStringList{"import", "-", "tree"} << tree();
        QTest::newRow("tag") << QStringList{"tag", "busybox", "third"} << none;
        QTest::newRow("volume create") << QStringList{"volume", "create", "vol2"} << none;
        QTest::newRow("network create") << QStringList{"network", "create", "net2"} << none;
    }
    void fails()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, input);
        const auto known = [this] {
            return m_engine.docker({"ps", "-aq"}).out + m_engine.docker({"images", "-a"}).out + m_engine.docker({"volume", "ls"}).out
                   + m_engine.docker({"network", "ls"}).out;
        };
        const QByteArray before = known();
        const Footprint footprint(m_engine);
        const Output output = m_engine.docker(arguments, input);
        QVERIFY(output.code != 0);
        QVERIFY2(output.err.contains("no space left on device"), output.err.constData());
        QCOMPARE(output.err.count("no space left on device"), 1);
        QCOMPARE(known(), before);
        QTRY_COMPARE(Footprint(m_engine).since(footprint), QString());
        makeRoom();
        const Output again = m_engine.docker(arguments, input);
        QVERIFY2(again.code == 0, again.err.constData());
    }

    // What only reads, or gives space back, goes on working.
    void works()
    {
        QCOMPARE(m_engine.docker({"ps", "-q"}).code, 0);
        QVERIFY(state("runs")["Running"].toBool());
        QCOMPARE(m_engine.docker({"exec", "runs", "echo", "hi"}).out, QByteArray("hi\n"));
        QCOMPARE(m_engine.docker({"logs", "runs"}).code, 0);
        for (const QStringList& command : {QStringList{"stop", "-t", "0", "runs"}, {"rm", "runs"}, {"rm", "ended"}, {"rmi", "other"},
                                           {"volume", "rm", "vol"}, {"network", "rm", "net"}, {"container", "prune", "-f"}}) {
            fill(); // what the last one gave back
            const Output output = m_engine.docker(command);
            QVERIFY2(output.code == 0, (command.join(' ').toUtf8() + ": " + output.err).constData());
        }
        QCOMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
    }

    void droppedLinesAreCountedAndShown()
    {
        makeRoom();
        const QString script = "n=0; trap 'i=0; while [ $i -lt 2000 ]; do echo $n; n=$((n+1)); i=$((i+1)); done' USR1; echo ready; "
                               "while true; do sleep 0.05; done";
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "logger", "busybox", "sh", "-c", script}).code, 0);
        const auto lines = [this] { return m_engine.docker({"logs", "logger"}).out.count('\n'); };
        QTRY_COMPARE(lines(), 1);
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        QTRY_COMPARE(lines(), 2001);
        fill();
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        QTest::qWait(500);
        QVERIFY(lines() < 4001);
        makeRoom();
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        QTRY_VERIFY(m_engine.docker({"logs", "logger"}).out.endsWith("\n5999\n"));
        QVERIFY(state("logger")["Running"].toBool());

        const Output log = m_engine.docker({"logs", "logger"});
        static const QRegularExpression note("^(\\d+) lines? dropped: no space left on device$", QRegularExpression::MultilineOption);
        int dropped = 0;
        for (auto it = note.globalMatch(QString::fromUtf8(log.err)); it.hasNext();)
            dropped += it.next().captured(1).toInt();
        QVERIFY(dropped > 0);
        QCOMPARE(log.out.count('\n') + dropped, 6001);
        QCOMPARE(m_engine.docker({"rm", "-f", "logger"}).code, 0);
    }

    // Ended while the disk was full and no engine there; the new engine comes up on the full disk.
    void exitCodeSurvives()
    {
        makeRoom();
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "late", "busybox", "sh", "-c", "sleep 1; exit 7"}).code, 0);
        fill();
        m_engine.killHard();
        QTest::qSleep(1500);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(state("late")["Status"].toString(), QString("exited"));
        QCOMPARE(state("late")["ExitCode"].toInt(), 7);
        QCOMPARE(m_engine.docker({"rm", "late"}).code, 0);
    }
};

QTEST_GUILESS_MAIN(TestFullDisk)
#include "tst_full_disk.moc"
