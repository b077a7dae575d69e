// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>

#include <memory>

#include "support/buildx.h"
#include "support/image_builder.h"

using namespace slipway::test;

// A build that goes on from what another engine did: --cache-to type=inline, a push to a registry, --cache-from by an engine that
// knows nothing. By the real docker command, buildx and registry.
class TestCacheFrom : public QObject
{
    Q_OBJECT

    std::unique_ptr<EngineProcess> m_engine;
    std::unique_ptr<ImageBuilder> m_builder;
    QTemporaryDir m_config, m_dir{QStringLiteral("/tmp/slipway-cache-XXXXXX")};
    QProcess m_registry;
    QString m_folder;

    static constexpr const char* at = "127.0.0.1:5000/";
    static constexpr const char* dockerfile = "FROM busybox\nWORKDIR /w\nCOPY one .\nRUN echo $RANDOM$RANDOM >made\nCOPY two .\nRUN cat one two made >all\n";

    // An engine that has nothing but busybox.
    void newEngine()
    {
        m_engine.reset();
        m_engine = std::make_unique<EngineProcess>();
        m_builder = std::make_unique<ImageBuilder>(*m_engine);
        QVERIFY2(m_engine->start(), m_engine->errors().constData());
        const Output loaded = m_engine->docker({"load", "-i", m_dir.filePath("busybox.tar")});
        QVERIFY2(loaded.code == 0, loaded.err.constData());
    }
    Output docker(const QStringList& arguments) const { return run("docker", arguments, {}, 60000, buildxEnvironment(*m_engine, m_config.path())); }
    Output build(const QString& folder, const QStringList& more) const { return docker(QStringList{"build", "--progress", "plain"} + more + QStringList{folder}); }
    // How many steps were cached, of those that make files.
    static int cached(const Output& built) { return int(built.err.count(" CACHED\n")); }
    QStringList blobsSent(qint64 since) const
    {
        QFile log(m_dir.filePath("registry.log"));
        if (!log.open(QIODevice::ReadOnly) || !log.seek(since))
            return {};
        static const QRegularExpression got(QStringLiteral("\"GET /v2/[a-z]+/blobs/(sha256:[0-9a-f]+) [^\"]*\" 200"));
        QStringList blobs;
        for (auto each = got.globalMatch(QString::fromUtf8(log.readAll())); each.hasNext();)
            blobs << each.next().captured(1);
        return blobs;
    }
    qint64 logSize() const { return QFileInfo(m_dir.filePath("registry.log")).size(); }
    static QJsonObject json(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }
    static QByteArray fetch(const QString& path, const QStringList& more = {})
    {
        return run("curl", QStringList{"-sfL", "-H", "Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"} + more + QStringList{"http://127.0.0.1:5000/v2/" + path}, {}, 10000).out;
    }
    // Puts MANIFEST with another CONFIG into the registry as NAME:TAG.
    bool publish(const QString& name, const QString& tag, QJsonObject manifest, const QByteArray& config) const
    {
        const QString digest = "sha256:" + QString::fromLatin1(QCryptographicHash::hash(config, QCryptographicHash::Sha256).toHex());
        ImageBuilder::write(m_dir.filePath("blob"), config);
        const QByteArray begun = run("curl", {"-sfi", "-X", "POST", "http://127.0.0.1:5000/v2/" + name + "/blobs/uploads/"}, {}, 10000).out;
        static const QRegularExpression where(QStringLiteral("\\nlocation: *([^\\r\\n]+)"), QRegularExpression::CaseInsensitiveOption);
        QString location = where.match(QString::fromUtf8(begun)).captured(1);
        if (location.startsWith('/'))
            location.prepend("http://127.0.0.1:5000");
        if (run("curl", {"-sf", "-X", "PUT", "-H", "Content-Type: application/octet-stream", "--data-binary", "@" + m_dir.filePath("blob"), location + "&digest=" + digest}, {}, 10000).code != 0)
            return false;
        QJsonObject descriptor = manifest["config"].toObject();
        descriptor["digest"] = digest;
        descriptor["size"] = config.size();
        manifest["config"] = descriptor;
        ImageBuilder::write(m_dir.filePath("manifest"), QJsonDocument(manifest).toJson());
        return run("curl", {"-sf", "-X", "PUT", "-H", "Content-Type: " + manifest["mediaType"].toString(), "--data-binary", "@" + m_dir.filePath("manifest"), "http://127.0.0.1:5000/v2/" + name + "/manifests/" + tag}, {}, 10000).code == 0;
    }

private slots:
    void initTestCase()
    {
        if (buildxPlugin().isEmpty())
            QSKIP("docker-buildx is not installed, and ./dev peers has not been run");
        QVERIFY(installBuildx(m_config.path()));
        ImageBuilder::write(m_dir.filePath("registry.yml"), "version: 0.1\nstorage: {filesystem: {rootdirectory: '" + m_dir.filePath("registry").toUtf8() + "'}}\nhttp: {addr: '127.0.0.1:5000'}\nlog: {level: error}\n");
        m_registry.setStandardOutputFile(m_dir.filePath("registry.log"));
        m_registry.setStandardErrorFile(m_dir.filePath("registry.log"), QIODevice::Append);
        m_registry.start("docker-registry", {"serve", m_dir.filePath("registry.yml")});
        QTRY_VERIFY_WITH_TIMEOUT([] {
            QTcpSocket socket;
            socket.connectToHost("127.0.0.1", 5000);
            return socket.waitForConnected(200);
        }(), 10000);
        m_engine = std::make_unique<EngineProcess>();
        m_builder = std::make_unique<ImageBuilder>(*m_engine);
        QVERIFY2(m_engine->start(), m_engine->errors().constData());
        QCOMPARE(m_engine->importBusybox().code, 0);
        QCOMPARE(m_engine->docker({"save", "-o", m_dir.filePath("busybox.tar"), "busybox"}).code, 0);
        m_folder = m_builder->path("app");
        ImageBuilder::write(m_folder + "/Dockerfile", dockerfile);
        ImageBuilder::write(m_folder + "/one", "1\n");
        ImageBuilder::write(m_folder + "/two", "2\n");
        // The folder outlives the engine that it was built by first.
        QCOMPARE(run("cp", {"-a", m_folder, m_dir.filePath("app")}, {}, 5000).code, 0);
        m_folder = m_dir.filePath("app");
    }

    // buildx pushes by itself: to one registry as to several names, and nothing is pushed where that cannot be.
    void imagesArePushed()
    {
        const QString name = QString(at) + "app:pushed", other = QString(at) + "app:too";
        const Output pushed = build(m_folder, {"-t", name, "-t", other, "--push", "--cache-to", "type=inline"});
        QVERIFY2(pushed.code == 0, pushed.err.constData());
        QVERIFY2(pushed.err.contains("pushing 127.0.0.1:5000/app:too with docker"), pushed.err.constData());
        QCOMPARE(cached(pushed), 0);
        for (const char* tag : {"pushed", "too"})
            QVERIFY2(json(fetch("app/tags/list"))["tags"].toArray().contains(tag), tag);
        const Output nowhere = build(m_folder, {"-t", "127.0.0.1:1/app", "--push"});
        QVERIFY2(nowhere.code != 0 && nowhere.err.contains("connection refused"), nowhere.err.constData());
    }

    // All of it, by an engine that never built it; and again without asking the registry.
    void anotherEngineGoesOn()
    {
        const QByteArray made = m_builder->shell(QString(at) + "app:pushed", "cat /w/all").out;
        QVERIFY(made.startsWith("1\n2\n") && made.size() > 6);
        newEngine();
        const Output built = build(m_folder, {"-t", "app", "--cache-from", QString(at) + "app:pushed"});
        QVERIFY2(built.code == 0 && cached(built) == 5, built.err.constData());
        QCOMPARE(m_builder->shell("app", "cat /w/all").out, made); // the random number as well
        const qint64 asked = logSize();
        const Output again = build(m_folder, {"-t", "app"});
        QVERIFY2(again.code == 0 && cached(again) == 5, again.err.constData());
        QCOMPARE(blobsSent(asked), QStringList());
    }

    // With one file changed what is below it comes and no more: the configuration and three layers.
    void onlyWhatIsNeededComes()
    {
        newEngine();
        ImageBuilder::write(m_folder + "/two", "changed\n");
        const qint64 asked = logSize();
        const Output built = build(m_folder, {"-t", "app", "--cache-from", "type=registry,ref=" + QString(at) + "app:pushed"});
        QVERIFY2(built.code == 0 && cached(built) == 3, built.err.constData());
        const QJsonArray layers = json(fetch("app/manifests/pushed"))["layers"].toArray();
        QCOMPARE(layers.size(), 6);
        const QString config = json(fetch("app/manifests/pushed"))["config"].toObject()["digest"].toString();
        QStringList wanted{config};
        for (const int layer : {1, 2, 3})
            wanted << layers[layer].toObject()["digest"].toString();
        QCOMPARE(blobsSent(asked).mid(0, 4), wanted);
        QCOMPARE(blobsSent(asked).mid(4).count(config), blobsSent(asked).size() - 4); // what this test asked itself
        const QByteArray made = m_builder->shell("app", "cat /w/all").out;
        QVERIFY2(made.startsWith("1\nchanged\n"), made.constData());
        ImageBuilder::write(m_folder + "/two", "2\n");
    }

    // An image without keys, none at all, and none of a registry that is not there: told, and all is built.
    void whatCannotBeHadIsToldAndPassedOver()
    {
        newEngine();
        for (const QString& name : {QString("busybox"), QString(at) + "app:nosuch", QString("127.0.0.1:1/app")}) {
            const Output built = build(m_folder, {"-t", "app", "--no-cache", "--cache-from", name});
            QVERIFY2(built.code == 0 && cached(built) <= 1, built.err.constData());
            QVERIFY2(built.err.contains("importing cache manifest from " + name.toUtf8()), built.err.constData());
            QCOMPARE(built.err.contains("ERROR: failed to configure registry cache importer"), name != "busybox");
        }
    }

    // Whatever is in a configuration: no hit, and the image that is made is the right one.
    void brokenKeysAreNoHits()
    {
        const QJsonObject manifest = json(fetch("app/manifests/pushed"));
        const QJsonObject good = json(fetch("app/blobs/" + manifest["config"].toObject()["digest"].toString()));
        const QJsonArray keys = good["slipway.cache.v1"].toArray();
        QCOMPARE(keys.size(), 5);
        QVERIFY(good["moby.buildkit.cache.v0"].isUndefined()); // not ours to write: its keys are others
        QList<QPair<const char*, QJsonValue>> bad = {{"no list", "x"}, {"a number", 7}, {"an object", QJsonObject{{"key", "x"}}}, {"of what", QJsonArray{1, "x", QJsonArray{}, QJsonObject{}}}};
        const auto changed = [&](const char* name, const auto& change) {
            QJsonArray made;
            for (const QJsonValue& each : keys) {
                QJsonObject entry = each.toObject();
                change(entry, int(made.size()));
                made.append(entry);
            }
            bad.append({name, made});
        };
        const QString foreign = "sha256:" + QString(64, 'a');
        changed("layers that it has not", [&](QJsonObject& entry, int) { entry["layer"] = foreign; });
        changed("layers that are none", [](QJsonObject& entry, int) { entry["layer"] = "../../etc"; });
        changed("no key", [](QJsonObject& entry, int) { entry.remove("key"); });
        changed("numbers", [](QJsonObject& entry, int) { entry["layer"] = 5; entry["created"] = "yesterday"; });
        changed("each other's layers", [&](QJsonObject& entry, int n) { entry["layer"] = keys[(n + 1) % keys.size()].toObject()["layer"]; });
        for (const auto& [name, value] : bad) {
            QJsonObject config = good;
            config["slipway.cache.v1"] = value;
            QVERIFY2(publish("app", "bad", manifest, QJsonDocument(config).toJson()), name);
            newEngine();
            const Output built = build(m_folder, {"-t", "app", "--cache-from", QString(at) + "app:bad"});
            QVERIFY2(built.code == 0 && cached(built) == 0, (QByteArray(name) + ": " + built.err).constData());
            const QByteArray made = m_builder->shell("app", "cat /w/one /w/two; head -c 4 /w/all").out;
            QVERIFY2(made == "1\n2\n1\n2\n", (QByteArray(name) + ": " + made).constData());
        }
    }

    // A layer whose bytes are not what the manifest says, and one that the configuration calls by another's digest.
    void brokenLayersAreNoHits()
    {
        const QJsonObject manifest = json(fetch("app/manifests/pushed"));
        QByteArray config = fetch("app/blobs/" + manifest["config"].toObject()["digest"].toString());
        const QByteArray lie = json(config)["rootfs"].toObject()["diff_ids"].toArray()[3].toString().toLatin1();
        QVERIFY(publish("app", "lie", manifest, config.replace(lie, "sha256:" + QByteArray(64, 'b'))));
        newEngine();
        const Output lied = build(m_folder, {"-t", "app", "--cache-from", QString(at) + "app:lie"});
        QVERIFY2(lied.code == 0 && cached(lied) == 2, lied.err.constData()); // those below it
        QVERIFY(m_builder->shell("app", "cat /w/all").out.startsWith("1\n2\n"));

        const QString blob = manifest["layers"].toArray()[3].toObject()["digest"].toString().mid(7);
        const QString file = m_dir.filePath("registry/docker/registry/v2/blobs/sha256/" + blob.left(2) + '/' + blob + "/data");
        QFile data(file);
        QVERIFY(data.open(QIODevice::ReadWrite));
        const QByteArray whole = data.readAll();
        QVERIFY(data.seek(whole.size() / 2) && data.write(QByteArray(1, char(~whole[whole.size() / 2]))) == 1 && data.flush());
        newEngine();
        const Output damaged = build(m_folder, {"-t", "app", "--cache-from", QString(at) + "app:pushed"});
        QVERIFY2(damaged.code == 0 && cached(damaged) == 2 && damaged.err.contains("importing cache: "), damaged.err.constData());
        QVERIFY(m_builder->shell("app", "cat /w/all").out.startsWith("1\n2\n"));
        QVERIFY(data.seek(0) && data.write(whole) == whole.size() && data.flush());
    }

    // dockerd's classic builder: images that are here, by what their history says; nothing else is done then.
    void theClassicBuilderGoesOnFromHistory()
    {
        newEngine();
        const QString name = QString(at) + "classic:1";
        const Output first = m_builder->build(m_folder, {"-t", name});
        QVERIFY2(first.code == 0, first.err.constData());
        const QByteArray id = m_builder->imageId(name);
        QCOMPARE(m_engine->docker({"push", "-q", name}).code, 0);
        newEngine();
        const auto hits = [&](const QStringList& more) { return m_builder->build(m_folder, QStringList{"-t", "made"} + more).out.count("Using cache"); };
        QCOMPARE(m_engine->docker({"pull", "-q", name}).code, 0);
        QCOMPARE(hits({"--cache-from", name}), 5);
        QCOMPARE(m_builder->imageId("made"), id); // the very same
        ImageBuilder::write(m_folder + "/two", "changed\n");
        QCOMPARE(hits({"--cache-from", name}), 3);
        QCOMPARE(hits({"--cache-from", "nosuch"}), 0);
        QCOMPARE(hits({}), 5); // without any, all that was ever done counts
        ImageBuilder::write(m_folder + "/two", "2\n");
    }

    void cleanupTestCase()
    {
        m_registry.kill();
        m_registry.waitForFinished();
    }
};

QTEST_GUILESS_MAIN(TestCacheFrom)
#include "tst_cache_from.moc"
