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

    // Pushed, removed, pulled again: the same image under the same digest; a second push sends nothing.
    void pushAndPullAgain()
    {
        const QString name = QStringLiteral("127.0.0.1:5000/team/app:v1"), pushed = QStringLiteral("127.0.0.1:5000/other/copy:v2");
        QCOMPARE(m_engine.docker({"pull", "-q", name}).code, 0);
        QCOMPARE(m_engine.docker({"tag", name, pushed}).code, 0);
        const QByteArray id = m_engine.docker({"inspect", "-f", "{{.Id}}", pushed}).out;
        const Output first = m_engine.docker({"push", pushed});
        QVERIFY2(first.code == 0, first.err + first.out);
        QVERIFY2(first.out.contains("The push refers to repository [127.0.0.1:5000/other/copy]"), first.out);
        QVERIFY2(first.out.contains(": Pushed") && first.out.contains("v2: digest: sha256:"), first.out);
        const QByteArray digest = m_engine.docker({"inspect", "-f", "{{join .RepoDigests \" \"}}", pushed}).out;
        QVERIFY2(digest.contains("127.0.0.1:5000/other/copy@sha256:"), digest);
        const Output second = m_engine.docker({"push", pushed});
        QVERIFY2(second.code == 0 && second.out.contains("Layer already exists") && !second.out.contains("Pushed"), second.out);
        QCOMPARE(m_engine.docker({"rmi", name, pushed}).code, 0);
        QCOMPARE(m_engine.docker({"images", "-q"}).out, QByteArray());
        const Output pulled = m_engine.docker({"pull", pushed});
        QVERIFY2(pulled.code == 0, pulled.err);
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.Id}}", pushed}).out, id);
        QCOMPARE(m_engine.docker({"run", "--rm", pushed}).out, QByteArray("from the registry\n"));
        QCOMPARE(m_engine.docker({"rmi", pushed}).code, 0);
        const Output nothing = m_engine.docker({"push", pushed});
        QVERIFY(nothing.code != 0);
        QVERIFY2(nothing.err.contains("An image does not exist locally with the tag: 127.0.0.1:5000/other/copy"), nothing.err);
    }

    // What is saved is what was pulled, to the byte: loaded again it has the same id, and so has a layer that was built.
    void saveAndLoadAgain()
    {
        const QString name = QStringLiteral("127.0.0.1:5000/team/app:v1"), file = m_dir.filePath(QStringLiteral("saved.tar"));
        QCOMPARE(m_engine.docker({"pull", "-q", name}).code, 0);
        const QString context = m_dir.filePath(QStringLiteral("context"));
        QVERIFY(QDir().mkpath(context));
        QFile dockerfile(context + QStringLiteral("/Dockerfile"));
        QVERIFY(dockerfile.open(QIODevice::WriteOnly));
        dockerfile.write("FROM 127.0.0.1:5000/team/app:v1\nCOPY Dockerfile /made/here\n");
        dockerfile.close();
        const Output built = m_engine.docker({"build", "-q", "-t", "built", context});
        QVERIFY2(built.code == 0, built.err);
        const QByteArray ids = m_engine.docker({"inspect", "-f", "{{.Id}} {{.RootFS.Layers}}", name, "built"}).out;
        const Output saved = m_engine.docker({"save", "-o", file, name, "built"});
        QVERIFY2(saved.code == 0, saved.err);
        const QByteArray members = run("tar", {"tf", file}).out;
        QVERIFY2(members.contains("manifest.json") && members.contains("index.json") && members.contains("oci-layout"), members);
        for (const QString& place : {"docker-archive:" + file + ":" + name, "docker-archive:" + file + ":built:latest", "oci-archive:" + file + ":v1"}) {
            const Output seen = run("skopeo", {"inspect", "--config", "--tmpdir", m_dir.path(), place});
            QVERIFY2(seen.code == 0 && seen.out.contains("diff_ids"), (place.toUtf8() + ": " + seen.err).constData());
        }
        QCOMPARE(m_engine.docker({"rmi", name, "built"}).code, 0);
        QCOMPARE(m_engine.docker({"builder", "prune", "-af"}).code, 0);
        QCOMPARE(m_engine.docker({"images", "-aq"}).out, QByteArray());
        const Output loaded = m_engine.docker({"load", "-i", file});
        QVERIFY2(loaded.code == 0, loaded.err);
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.Id}} {{.RootFS.Layers}}", name, "built"}).out, ids);
        QCOMPARE(m_engine.docker({"run", "--rm", "built"}).out, QByteArray("from the registry\n"));
        QCOMPARE(m_engine.docker({"rmi", name, "built"}).code, 0);
        const Output none = m_engine.docker({"save", "nosuch"});
        QVERIFY2(none.code != 0 && none.err.contains("No such image: nosuch"), none.err);
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
