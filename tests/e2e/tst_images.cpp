// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QtTest>

#include "support/engine_process.h"

using namespace slipway::test;

// Images by the docker client: a real registry on loopback, names, wrong names, damaged archives.
class TestImages : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    QTemporaryDir m_dir{QStringLiteral("/tmp/slipway-img-XXXXXX")};
    QProcess m_registry;

private slots:
    void initTestCase()
    {
        QFile config(m_dir.filePath(QStringLiteral("registry.yml")));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write("version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: '127.0.0.1:5000'}\nlog: {level: error}\n");
        config.close();
        m_registry.setProcessChannelMode(QProcess::MergedChannels);
        m_registry.start(QStringLiteral("docker-registry"), {QStringLiteral("serve"), config.fileName()});
        QTRY_VERIFY_WITH_TIMEOUT(
            [] {
                QTcpSocket socket;
                socket.connectToHost(QStringLiteral("127.0.0.1"), 5000);
                return socket.waitForConnected(200);
            }(),
            10000);
        const Output pushed = run(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/support/push_busybox"),
                                  {m_dir.filePath(QStringLiteral("push")), QStringLiteral("127.0.0.1:5000"),
                                   QStringLiteral("team/app"), QStringLiteral("v1")},
                                  {}, 20000);
        QVERIFY2(pushed.code == 0, pushed.err.constData());
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
    }

    void pullRunRemove()
    {
        const QString name = QStringLiteral("127.0.0.1:5000/team/app:v1");
        const Output pulled = m_engine.docker({"pull", name});
        QVERIFY2(pulled.code == 0, pulled.err.constData());
        QVERIFY2(pulled.out.contains("v1: Pulling from team/app"), pulled.out.constData());
        QVERIFY2(pulled.out.contains("Status: Downloaded newer image for 127.0.0.1:5000/team/app:v1"), pulled.out.constData());
        QVERIFY(m_engine.docker({"pull", name}).out.contains("Status: Image is up to date"));
        QCOMPARE(m_engine.docker({"run", "--rm", name}).out, QByteArray("from the registry\n"));
        QCOMPARE(m_engine.docker({"tag", name, "mine"}).code, 0);
        QVERIFY(m_engine.docker({"images", "--format", "{{.Repository}}:{{.Tag}}"}).out.contains("mine:latest"));
        QCOMPARE(m_engine.docker({"rmi", "mine", name}).code, 0);
        QCOMPARE(m_engine.docker({"images", "-q"}).out, QByteArray());
    }

    void wrongNamesAreSaidClearly_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("unknown tag") << "127.0.0.1:5000/team/app:v9" << QByteArray("manifest unknown");
        QTest::newRow("unknown repository") << "127.0.0.1:5000/no/such" << QByteArray("not found");
        QTest::newRow("nobody listens") << "127.0.0.1:5999/team/app" << QByteArray("127.0.0.1:5999");
        QTest::newRow("capitals") << "Team" << QByteArray("must be lowercase");
    }
    void wrongNamesAreSaidClearly()
    {
        QFETCH(QString, name);
        QFETCH(QByteArray, words);
        const Output pulled = m_engine.docker({"pull", name});
        QVERIFY(pulled.code != 0);
        QVERIFY2(pulled.err.contains(words), pulled.err.constData());
        QCOMPARE(m_engine.docker({"images", "-q"}).out, QByteArray());
    }

    void aDamagedArchiveLeavesNothing()
    {
        const Output loaded = m_engine.docker({"load"}, QByteArray(4096, 'x'));
        QVERIFY(loaded.code != 0);
        QVERIFY2(loaded.err.contains("invalid tar"), loaded.err.constData());
        QCOMPARE(m_engine.docker({"images", "-q"}).out, QByteArray());
    }

    void cleanupTestCase()
    {
        m_engine.stop();
        m_registry.kill();
        m_registry.waitForFinished();
    }
};

QTEST_GUILESS_MAIN(TestImages)
#include "tst_images.moc"
