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
#include "support/processes.h"

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

    QByteArray starter() const { return slipway::test::run("cat", {SLIPWAY_BINARY_DIR "/share/slipway/starter.tar"}).out; }
    QByteArray tree() const { return slipway::test::run("tar", {"-C", "/usr/bin", "-c", "busybox"}).out; }
    QJsonObject state(const QString& name) const { return m_engine.get("/containers/" + name + "/json")["State"].toObject(); }

private slots:
    void initTestCase()
    {
        QDir().mkpath(m_engine.rootFolder());
        QCOMPARE(::mount("tmpfs", qPrintable(m_engine.rootFolder()), "tmpfs", 0, "size=24m,mode=700"), 0);
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
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
            return m_engine.docker({"ps", "-aq"}).out + m_engine.docker({"images", "-aq", "--no-trunc"}).out + m_engine.docker({"volume", "ls"}).out
                   + m_engine.docker({"network", "ls"}).out;
        };
        const QByteArray before = known();
        const Footprint footprint(m_engine);
        const Output output = m_engine.docker(arguments, input);
        QVERIFY(output.code != 0);
        QVERIFY2(output.err.contains("no space left on device"), output.err.constData());
        QCOMPARE(output.err.count("no space left on device"), 1);
        QCOMPARE(known(), before);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(footprint), QString());
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
        // Each burst is more than a pipe holds: when it is written, some of it has reached the log, or has not.
        const QString script = "n=0; trap 'busybox seq $((n+1)) $((n+20000)); n=$((n+20000)); echo $n >/said/n' USR1; echo 0 >/said/n; "
                               "while true; do busybox usleep 20000; done";
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "logger", "--tmpfs", "/said", "busybox", "sh", "-c", script}).code, 0);
        const auto said = [this] { return m_engine.docker({"exec", "logger", "cat", "/said/n"}).out; };
        const auto lines = [this] { return m_engine.docker({"logs", "logger"}).out.count('\n'); };
        EVENTUALLY_COMPARE(said(), QByteArray("0\n"));
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        EVENTUALLY_COMPARE(lines(), 20000);
        fill();
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        EVENTUALLY_COMPARE(said(), QByteArray("40000\n"));
        makeRoom();
        QCOMPARE(m_engine.docker({"kill", "-s", "USR1", "logger"}).code, 0);
        EVENTUALLY_VERIFY(m_engine.docker({"logs", "logger"}).out.endsWith("\n60000\n"));
        QVERIFY(state("logger")["Running"].toBool());

        const Output log = m_engine.docker({"logs", "logger"});
        static const QRegularExpression note("^(\\d+) lines? dropped: no space left on device$", QRegularExpression::MultilineOption);
        int dropped = 0;
        for (auto it = note.globalMatch(QString::fromUtf8(log.err)); it.hasNext();)
            dropped += it.next().captured(1).toInt();
        QVERIFY2(dropped > 0, (QByteArray::number(log.out.count('\n')) + " lines; " + log.err).constData());
        QCOMPARE(log.out.count('\n') + dropped, 60000);
        QCOMPARE(m_engine.docker({"rm", "-f", "logger"}).code, 0);
    }

    // Ended while the disk was full and no engine there; the new engine comes up on the full disk.
    void exitCodeSurvives_data()
    {
        QTest::addColumn<bool>("reserve"); // what the engine has set aside for removals
        QTest::newRow("with the reserve") << true;
        QTest::newRow("not even the reserve") << false;
    }
    void exitCodeSurvives()
    {
        QFETCH(bool, reserve);
        makeRoom();
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "late", "busybox", "sh", "-c", untilTold(7)}).code, 0);
        const int pid = state("late")["Pid"].toInt();
        QVERIFY(QFile::exists(m_engine.rootFolder() + "/slipway.db-reserve"));
        if (!reserve)
            QFile::remove(m_engine.rootFolder() + "/slipway.db-reserve");
        fill();
        m_engine.killHard();
        QVERIFY(endProcess(pid));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(state("late")["Status"].toString(), QString("exited"));
        QCOMPARE(state("late")["ExitCode"].toInt(), 7);
        if (!reserve)
            makeRoom(); // nothing is left to remove it with
        QCOMPARE(m_engine.docker({"rm", "late"}).code, 0);
    }
};

QTEST_GUILESS_MAIN(TestFullDisk)
#include "tst_full_disk.moc"
