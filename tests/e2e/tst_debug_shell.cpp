// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalSocket>
#include <QStandardPaths>
#include <QTest>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// A shell in a container whose image has none ("SlipwayTool" of exec's create): this machine's static busybox, from memory.
class TestDebugShell : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    // What it prints, with Docker's frames.
    Output tool(const QString& script, QJsonObject more = {}) const
    {
        more["SlipwayTool"] = true;
        more["AttachStdout"] = more["AttachStderr"] = true;
        more["Cmd"] = QJsonArray{"sh", "-c", script};
        const Output made = m_engine.api("POST", "/containers/box/exec", QJsonDocument(more).toJson());
        if (made.code != 0)
            return made;
        const QString id = QJsonDocument::fromJson(made.out)["Id"].toString();
        Output said = m_engine.api("POST", "/exec/" + id + "/start", R"({"Detach":false,"Tty":false})");
        if (said.code == 0)
            said.code = m_engine.get("/exec/" + id + "/json")["ExitCode"].toInt();
        return said;
    }
    void runBox(const QStringList& options = {}) const
    {
        const Output started = m_engine.docker(QStringList{"run", "-d", "--name", "box", "--network", "none"} + options + QStringList{"bare", "/sleep", "1000"});
        QVERIFY2(started.code == 0, started.err.constData());
    }
    static QByteArray hostBusybox()
    {
        QFile file(QStandardPaths::findExecutable("busybox"));
        return file.open(QIODevice::ReadOnly) ? QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256) : QByteArray();
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QDir folder(m_engine.folder());
        QVERIFY(folder.mkdir("bare"));
        QVERIFY(QFile::copy(QStandardPaths::findExecutable("busybox"), folder.filePath("bare/sleep")));
        const Output tar = slipway::test::run("tar", {"-C", folder.filePath("bare"), "-c", "sleep"});
        QCOMPARE(tar.code, 0);
        const Output made = m_engine.docker({"import", "-", "bare"}, tar.out);
        QVERIFY2(made.code == 0, made.err.constData());
    }
    void cleanup() { m_engine.removeContainers(); }

    void seesTheContainerAndLeavesNothing()
    {
        runBox();
        QVERIFY(m_engine.docker({"exec", "box", "sh", "-c", "true"}).code != 0);
        const Footprint before(m_engine);
        const Output said = tool("ls -A / | tr '\\n' ' '; cat /proc/1/comm; id -u; readlink /proc/$$/exe; ls /proc/self/fd | tr '\\n' ' '; exit 7");
        QVERIFY2(said.out.contains("dev etc proc sleep sys"), said.out.constData());
        QVERIFY2(said.out.contains("sleep\n") && said.out.contains("0\n"), said.out.constData());
        QVERIFY2(said.out.contains("memfd:busybox"), said.out.constData());
        QVERIFY2(said.out.contains("0 1 2 3 ") && !said.out.contains("3 4"), said.out.constData()); // 3 is the folder that ls reads
        QCOMPARE(said.code, 7);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
        QCOMPARE(m_engine.docker({"diff", "box"}).out, QByteArray());
    }

    // Nothing in the container can change the program or get hold of the host's file.
    void itsProgramCannotBeWritten()
    {
        runBox();
        const QByteArray before = hostBusybox();
        QVERIFY(!before.isEmpty());
        for (const char* attempt : {"dd if=/dev/zero of=/proc/$$/exe bs=1 count=1 conv=notrunc", "echo x >> /proc/self/exe", "truncate -s 0 /proc/$$/exe",
                                    "cp /proc/$$/exe /kept && rm /kept && echo x > /proc/$$/exe"}) {
            const Output said = tool(attempt);
            QVERIFY2(said.code != 0, said.out.constData());
        }
        QCOMPARE(tool("echo al$((1+1))ive").code, 0);
        QCOMPARE(hostBusybox(), before);
    }

    void isWhoItShallBe()
    {
        runBox({"--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"});
        const Output said = tool("id -u; id -g; ls / | head -1; grep -E 'CapEff|NoNewPrivs|^Seccomp:' /proc/self/status; pwd; echo $MARK", {{"User", "1234:77"}, {"WorkingDir", "/proc"}, {"Env", QJsonArray{"MARK=here"}}});
        QVERIFY2(said.out.contains("1234\n"), said.out.constData());
        QVERIFY2(said.out.contains("77\n"), said.out.constData());
        QVERIFY2(said.out.contains("CapEff:\t0000000000000000"), said.out.constData());
        QVERIFY2(said.out.contains("NoNewPrivs:\t1"), said.out.constData());
        QVERIFY2(said.out.contains("Seccomp:\t2"), said.out.constData());
        QVERIFY2(said.out.contains("/proc\n"), said.out.constData());
        QVERIFY2(said.out.contains("here\n"), said.out.constData());
        QCOMPARE(said.code, 0);
    }

    void isASessionToo()
    {
        runBox();
        const Output made = m_engine.api("POST", "/containers/box/exec",
                                         R"({"SlipwayTool":true,"SlipwaySession":"one","Tty":true,"AttachStdin":true,"AttachStdout":true,"Cmd":["sh"]})");
        const QString id = QJsonDocument::fromJson(made.out)["Id"].toString();
        QCOMPARE(m_engine.api("POST", "/exec/" + id + "/start", R"({"Detach":true,"Tty":true})").code, 0);
        const QJsonArray all = m_engine.get("/slipway/sessions").toArray();
        QCOMPARE(all.size(), 1);
        QCOMPARE(all[0]["Tool"].toBool(), true);
        QCOMPARE(m_engine.api("DELETE", "/slipway/sessions/" + id).code, 0);
        QCOMPARE(m_engine.get("/slipway/sessions").toArray().size(), 0);
    }

    // While nothing happens its monitor sleeps, and it sees the end of the shell whoever else is connected.
    void itsEndIsSeen()
    {
        runBox();
        const Output made = m_engine.api("POST", "/containers/box/exec",
                                         R"({"SlipwayTool":true,"SlipwaySession":"one","Tty":true,"AttachStdin":true,"AttachStdout":true,"Cmd":["sh"]})");
        const QString id = QJsonDocument::fromJson(made.out)["Id"].toString(), folder = m_engine.runFolder() + "/exec/" + id;
        QCOMPARE(m_engine.api("POST", "/exec/" + id + "/start", R"({"Detach":true,"Tty":true})").code, 0);
        QFile pids(folder + "/pid");
        QVERIFY(pids.open(QIODevice::ReadOnly));
        const QByteArray monitor = pids.readAll().split(' ').value(2);
        const auto ticks = [&monitor] {
            QFile stat("/proc/" + monitor + "/stat");
            const QList<QByteArray> words = stat.open(QIODevice::ReadOnly) ? stat.readAll().split(' ') : QList<QByteArray>();
            return words.value(13).toInt() + words.value(14).toInt();
        };
        const int before = ticks();
        QTest::qWait(500);
        QVERIFY2(ticks() - before < 10, qPrintable(QString::number(ticks() - before)));
        const QString shorter = m_engine.folder() + "/m"; // a socket's path has a limit
        QVERIFY(QFile::link(folder, shorter));
        QLocalSocket others[8];
        for (QLocalSocket& other : others) {
            other.connectToServer(shorter + "/monitor.sock");
            QVERIFY(other.waitForConnected(patience));
        }
        QCOMPARE(m_engine.api("DELETE", "/slipway/sessions/" + id).code, 0);
        EVENTUALLY_COMPARE(m_engine.get("/slipway/sessions").toArray().size(), 0);
        EVENTUALLY_VERIFY(!QFile::exists(folder));
        QCOMPARE(m_engine.docker({"rm", "-f", "box"}).code, 0);
    }

    void aStoppedContainerHasNone()
    {
        runBox();
        QCOMPARE(m_engine.docker({"stop", "-t", "0", "box"}).code, 0);
        QCOMPARE(tool("true").code, 22);
    }
};

QTEST_GUILESS_MAIN(TestDebugShell)
#include "tst_debug_shell.moc"
