// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// kill -9 of the engine at points spread over each operation. What was acknowledged is true afterwards, nothing else is half
// there, and once the user has removed what there is, nothing is left. SLIPWAY_FAULTS=N takes N points instead of three.
class TestCrashes : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    std::unique_ptr<Footprint> m_nothing; // the engine with only its image
    int m_points = 3;

    using Step = std::function<void()>;
    struct Call
    {
        QString method, path;
        QByteArray body;
    };

    void begin(QProcess& client, const Call& call) const
    {
        QStringList words = {"-s", "--fail-with-body", "--unix-socket", m_engine.socketPath(), "-X", call.method, "http://d" + call.path};
        if (!call.body.isEmpty())
            words << "-H" << "Content-Type: application/json" << "--data-binary" << "@-";
        client.start("curl", words);
        client.write(call.body);
        client.closeWriteChannel();
        client.waitForStarted();
    }

    void removeAll()
    {
        for (const QJsonValue& one : m_engine.get("/containers/json?all=1").toArray())
            m_engine.api("DELETE", "/containers/" + one["Id"].toString() + "?force=1&v=1");
        for (const QJsonValue& one : m_engine.get("/images/json").toArray())
            if (!one["RepoTags"].toArray().contains("busybox:latest"))
                m_engine.api("DELETE", "/images/" + one["Id"].toString() + "?force=1");
        for (const QJsonValue& one : m_engine.get("/volumes")["Volumes"].toArray())
            m_engine.api("DELETE", "/volumes/" + one["Name"].toString());
    }

    QByteArray databaseFaults() const
    {
        return slipway::test::run("python3", {"-c", "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); "
                                                    "print(*[r for r in d.execute('PRAGMA integrity_check') if r[0]!='ok'], *d.execute('PRAGMA foreign_key_check'))",
                                              m_engine.rootFolder() + "/slipway.db"}).out.trimmed();
    }

    // CALL is interrupted at every point of its duration. PREPARE runs before each; CHECK is told whether it was acknowledged.
    void sweep(const Call& call, const Step& prepare, const std::function<void(bool acknowledged, const QByteArray& answer)>& check)
    {
        prepare();
        QElapsedTimer timer;
        timer.start();
        QProcess whole;
        begin(whole, call);
        QVERIFY(whole.waitForFinished());
        const qint64 duration = timer.elapsed();
        QVERIFY2(whole.exitCode() == 0, (whole.readAllStandardOutput() + m_engine.errors()).constData());
        removeAll();
        for (int point = 0; point <= m_points; ++point) {
            prepare();
            QProcess client;
            begin(client, call);
            QTest::qSleep(static_cast<int>(duration * point / m_points));
            m_engine.killHard();
            QVERIFY(client.waitForFinished());
            timer.restart();
            QVERIFY2(m_engine.start(), m_engine.errors().constData());
            QCOMPARE(databaseFaults(), QByteArray());
            check(client.exitCode() == 0, client.readAllStandardOutput());
            if (QTest::currentTestFailed())
                return;
            removeAll();
            EVENTUALLY_COMPARE(Footprint(m_engine).since(*m_nothing), QString());
        }
    }

    QString status(const QString& name) const { return m_engine.get("/containers/" + name + "/json")["State"]["Status"].toString(); }
    void create(const QByteArray& command = R"(["sleep","1000"])")
    {
        const Output made = m_engine.api("POST", "/containers/create?name=box",
                                         R"({"Image":"busybox","Cmd":)" + command
                                             + R"(,"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"8055"}]},"Binds":["/anonymous","vol:/named"]}})");
        QVERIFY2(made.code == 0, made.out.constData());
    }

private slots:
    void initTestCase()
    {
        if (qEnvironmentVariableIsSet("SLIPWAY_FAULTS"))
            m_points = qEnvironmentVariableIntValue("SLIPWAY_FAULTS");
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        QCOMPARE(m_engine.docker({"run", "--rm", "busybox", "true"}).code, 0);
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        EVENTUALLY_COMPARE(Footprint(m_engine).since(Footprint(m_engine)), QString());
        m_nothing = std::make_unique<Footprint>(m_engine);
    }

    void create_()
    {
        sweep({"POST", "/containers/create?name=box", R"({"Image":"busybox","Cmd":["true"],"HostConfig":{"Binds":["/anonymous","vol:/named"]}})"}, [] {},
              [this](bool acknowledged, const QByteArray& answer) {
                  const QString now = status("box");
                  QVERIFY2(now == "created" || (now.isEmpty() && !acknowledged), answer.constData());
              });
    }

    void start()
    {
        sweep({"POST", "/containers/box/start", {}}, [this] { create(); }, [this](bool acknowledged, const QByteArray&) {
            const QString now = status("box");
            QVERIFY2(now == "running" || (now == "created" && !acknowledged), qPrintable(now));
            if (now == "running") { // whole: with its address, its port and its stop
                const QJsonValue box = m_engine.get("/containers/box/json");
                QCOMPARE(box["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"].toString(), QString("8055"));
                QVERIFY(!box["NetworkSettings"]["IPAddress"].toString().isEmpty());
                QCOMPARE(m_engine.api("POST", "/containers/box/stop?t=0").code, 0);
                QCOMPARE(status("box"), QString("exited"));
            }
            QCOMPARE(m_engine.api("POST", "/containers/box/start").code, 0);
            QCOMPARE(status("box"), QString("running"));
        });
    }

    void stop()
    {
        sweep({"POST", "/containers/box/stop?t=0", {}},
              [this] {
                  create();
                  QCOMPARE(m_engine.api("POST", "/containers/box/start").code, 0);
              },
              [this](bool acknowledged, const QByteArray&) {
                  const QString now = status("box");
                  QVERIFY2(now == "exited" || (now == "running" && !acknowledged), qPrintable(now));
                  if (now == "exited")
                      QCOMPARE(m_engine.get("/containers/box/json")["State"]["ExitCode"].toInt(), 137);
              });
    }

    void remove()
    {
        sweep({"DELETE", "/containers/box?force=1&v=1", {}},
              [this] {
                  create();
                  QCOMPARE(m_engine.api("POST", "/containers/box/start").code, 0);
              },
              [this](bool acknowledged, const QByteArray&) {
                  const QString now = status("box");
                  QVERIFY2(now.isEmpty() || !acknowledged, qPrintable(now));
                  if (!now.isEmpty() && now != "running")
                      QCOMPARE(now, QString("exited"));
              });
    }

    void autoRemove()
    {
        sweep({"POST", "/containers/box/start", {}},
              [this] {
                  const Output made = m_engine.api("POST", "/containers/create?name=box",
                                                   R"({"Image":"busybox","Cmd":["true"],"HostConfig":{"AutoRemove":true,"Binds":["/anonymous"]}})");
                  QVERIFY2(made.code == 0, made.out.constData());
              },
              [this](bool acknowledged, const QByteArray&) {
                  if (acknowledged)
                      EVENTUALLY_COMPARE(status("box"), QString());
              });
    }

    void load()
    {
        QFile starter(SLIPWAY_BINARY_DIR "/share/slipway/starter.tar");
        QVERIFY(starter.open(QIODevice::ReadOnly));
        sweep({"POST", "/images/load", starter.readAll()}, [] {}, [this](bool acknowledged, const QByteArray& answer) {
            const bool there = m_engine.api("GET", "/images/slipway/starter/json").code == 0;
            QVERIFY(there || !(acknowledged && answer.contains("Loaded image")));
            if (there)
                QCOMPARE(m_engine.docker({"run", "--rm", "--network", "none", "slipway/starter", "echo", "hi"}).out, QByteArray("hi\n"));
        });
    }

    void removeImage()
    {
        QFile starter(SLIPWAY_BINARY_DIR "/share/slipway/starter.tar");
        QVERIFY(starter.open(QIODevice::ReadOnly));
        const QByteArray archive = starter.readAll();
        sweep({"DELETE", "/images/slipway/starter", {}}, [&] { QCOMPARE(m_engine.api("POST", "/images/load", archive).code, 0); },
              [this](bool acknowledged, const QByteArray&) {
                  const bool there = m_engine.api("GET", "/images/slipway/starter/json").code == 0;
                  QVERIFY(!there || !acknowledged);
                  if (there)
                      QCOMPARE(m_engine.docker({"run", "--rm", "--network", "none", "slipway/starter", "echo", "hi"}).out, QByteArray("hi\n"));
              });
    }

    void removeVolume()
    {
        sweep({"DELETE", "/volumes/data", {}}, [this] { QCOMPARE(m_engine.api("POST", "/volumes/create", R"({"Name":"data"})").code, 0); },
              [this](bool acknowledged, const QByteArray&) {
                  const bool there = m_engine.api("GET", "/volumes/data").code == 0;
                  QVERIFY(!there || !acknowledged);
                  QCOMPARE(m_engine.docker({"run", "--rm", "--network", "none", "-v", "data:/data", "busybox", "ls", "/data"}).code, 0);
              });
    }
};

QTEST_GUILESS_MAIN(TestCrashes)
#include "tst_crashes.moc"
