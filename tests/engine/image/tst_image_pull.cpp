// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>

#include "base/json.h"
#include "events/event_bus.h"
#include "image/image_service.h"
#include "image/search.h"
#include "state/database.h"
#include "store/blob_store.h"
#include "store/layer_store.h"
#include "support/scripted_server.h"
#include "support/tar_builder.h"

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;

namespace
{
constexpr const char* manifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* indexType = "application/vnd.oci.image.index.v1+json";

struct Images
{
    explicit Images(const std::filesystem::path& base)
        : root(base), db(Database::open(base / "slipway.db").value()), blobs(base), layers(*db, base, false),
          service(*db, blobs, layers, events)
    {
    }
    [[nodiscard]] std::string left() const // of whatever did not succeed; empty: nothing
    {
        std::string text;
        const auto images = service.list().value();
        for (const Image& image : images)
            text += "image " + image.id.str() + '\n';
        const auto unpacked = layers.list().value();
        for (const Layer& layer : unpacked)
            text += "layer " + layer.diffId.str() + '\n';
        for (const Digest& blob : blobs.list())
            text += "blob " + blob.str() + '\n';
        for (const char* folder : {"ingest", "layers"})
            for (const auto& entry : std::filesystem::directory_iterator(root / folder))
                text += entry.path().string() + '\n';
        return text;
    }
    std::filesystem::path root;
    std::unique_ptr<Database> db;
    EventBus events;
    BlobStore blobs;
    LayerStore layers;
    ImageService service;
};

// A registry's content: blobs by digest, manifests by tag or digest. Tests damage it as they like.
struct Content
{
    std::map<std::string, std::string> blobs;
    std::map<std::string, std::pair<std::string, std::string>> manifests; // → media type, body

    std::string addBlob(const std::string& bytes)
    {
        const std::string digest = sha256(bytes);
        blobs[digest] = bytes;
        return digest;
    }
    std::string addManifest(const std::string& tag, const Json& json, const std::string& type = manifestType)
    {
        const std::string body = dumpJson(json), digest = sha256(body);
        manifests[tag] = manifests[digest] = {type, body};
        return digest;
    }
    // One file per layer: /NAME with TEXT and some ballast.
    static std::string layerTar(const std::string& name, std::size_t ballast = 0)
    {
        std::string content = name;
        for (std::size_t i = 0; content.size() < ballast; ++i)
            content += static_cast<char>(i * 31 + i / 255 + content.size());
        return TarBuilder().file(name, content).finished();
    }
    Json imageOf(const std::vector<std::string>& tars, const std::string& architecture = "amd64")
    {
        Json diffIds = Json::array(), descriptors = Json::array();
        for (const std::string& tar : tars) {
            diffIds.push_back(sha256(tar));
            const std::string packed = gzipped(tar);
            descriptors.push_back({{"mediaType", "application/vnd.oci.image.layer.v1.tar+gzip"}, {"digest", addBlob(packed)}, {"size", packed.size()}});
        }
        const std::string config = dumpJson({{"architecture", architecture}, {"os", "linux"}, {"config", Json::object()},
                                             {"rootfs", {{"type", "layers"}, {"diff_ids", diffIds}}}});
        return {{"schemaVersion", 2}, {"mediaType", manifestType},
                {"config", {{"mediaType", "application/vnd.oci.image.config.v1+json"}, {"digest", addBlob(config)}, {"size", config.size()}}},
                {"layers", descriptors}};
    }
    std::string layerDigest(const std::string& tag, std::size_t index = 0) const
    {
        return (*parseJson(manifests.at(tag).second))["layers"][index]["digest"];
    }

    ServedAnswer serve(const ServedRequest& request) const
    {
        const auto last = request.path.substr(request.path.rfind('/') + 1);
        if (request.path.find("/manifests/") != std::string::npos) {
            const auto it = manifests.find(last);
            if (it == manifests.end())
                return ScriptedServer::answer(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})");
            return ScriptedServer::answer(200, it->second.second, "Content-Type: " + it->second.first + "\r\n");
        }
        const auto it = blobs.find(last);
        return it == blobs.end() ? ScriptedServer::answer(404, "{}") : ScriptedServer::answer(200, it->second);
    }
};

Json index(const std::vector<std::tuple<std::string, std::string, std::string>>& entries) // digest, architecture, variant
{
    Json manifests = Json::array();
    for (const auto& [digest, architecture, variant] : entries) {
        Json platform = {{"os", "linux"}, {"architecture", architecture}};
        if (!variant.empty())
            platform["variant"] = variant;
        manifests.push_back({{"mediaType", manifestType}, {"digest", digest}, {"size", 1}, {"platform", platform}});
    }
    return {{"schemaVersion", 2}, {"mediaType", indexType}, {"manifests", manifests}};
}
} // namespace

class TestImagePull : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Images> m_images;
    Content m_content;

    Result<Image> pull(const ScriptedServer& server, const std::string& rest, const std::string& platform = {}, std::stop_token stop = {},
                       const ImageProgressSink& progress = [](const ImageProgress&) {})
    {
        const auto reference = Reference::parse(server.host() + "/" + rest);
        if (!reference)
            return std::unexpected(reference.error());
        PullOptions options;
        options.platform = platform;
        return m_images->service.pull(*reference, options, progress, stop);
    }
    std::filesystem::path treeOf(const Image& image, std::size_t layer) const
    {
        return m_images->layers.diffPath(m_images->layers.get(image.layers.at(layer)).value());
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_images = std::make_unique<Images>(m_dir->path().toStdString());
        m_content = {};
        m_content.addManifest("v1", m_content.imageOf({Content::layerTar("one", 200'000), Content::layerTar("two", 100'000)}));
    }
    void cleanup() { m_images.reset(); }

    void tagAndDigest()
    {
        ScriptedServer server([this](const ServedRequest& r) { return m_content.serve(r); });
        std::vector<std::string> said;
        std::mutex mutex;
        const auto pulled = pull(server, "team/app:v1", {}, {}, [&](const ImageProgress& line) {
            const std::scoped_lock lock(mutex);
            said.push_back((line.id.empty() ? "" : line.id + ": ") + line.status);
        });
        QVERIFY2(pulled.has_value(), pulled ? "" : pulled.error().message.c_str());
        const std::string digest = sha256(m_content.manifests["v1"].second);
        const std::string layer = m_content.layerDigest("v1").substr(7, 12);
        QCOMPARE(said.front(), std::string("v1: Pulling from team/app"));
        for (const char* status : {"Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete"})
            QVERIFY2(std::ranges::contains(said, layer + ": " + status), status);
        QCOMPARE(said.at(said.size() - 2), "Digest: " + digest);
        QCOMPARE(said.back(), "Status: Downloaded newer image for " + server.host() + "/team/app:v1");
        QVERIFY(std::filesystem::exists(treeOf(*pulled, 0) / "one"));
        const auto byDigest = pull(server, "team/app@" + digest);
        QVERIFY2(byDigest.has_value(), byDigest ? "" : byDigest.error().message.c_str());
        QCOMPARE(byDigest->id, pulled->id);
        QCOMPARE(byDigest->repoDigests, std::vector<std::string>{server.host() + "/team/app@" + digest});
        QCOMPARE(server.count("/blobs/" + m_content.layerDigest("v1")), 1);
    }

    void theIndexChoosesThePlatform()
    {
        const std::string arm7 = m_content.addManifest("arm7", m_content.imageOf({Content::layerTar("arm7")}, "arm"));
        const std::string arm6 = m_content.addManifest("arm6", m_content.imageOf({Content::layerTar("arm6")}, "arm"));
        const std::string here = m_content.addManifest("here", m_content.imageOf({Content::layerTar("here")}));
        m_content.addManifest("multi", index({{sha256("attestation"), "unknown", ""}, {arm6, "arm", "v6"}, {arm7, "arm", "v7"}, {here, "amd64", ""}, {here, "arm64", ""}}),
                              indexType);
        ScriptedServer server([this](const ServedRequest& r) { return m_content.serve(r); });
        const auto pulled = pull(server, "app:multi");
        QVERIFY2(pulled.has_value(), pulled ? "" : pulled.error().message.c_str());
        QVERIFY(std::filesystem::exists(treeOf(*pulled, 0) / "here"));
        const auto seven = pull(server, "app:multi", "linux/arm/v7");
        QVERIFY(seven && std::filesystem::exists(treeOf(*seven, 0) / "arm7"));
        const auto none = pull(server, "app:multi", "linux/riscv64");
        QCOMPARE(none.error().message, std::string("no matching manifest for linux/riscv64 in the manifest list entries"));
    }

    void damage_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("words");
        QTest::newRow("layer bytes") << "layer bytes" << "filesystem layer verification failed for digest sha256:";
        QTest::newRow("second layer") << "second layer" << "filesystem layer verification failed for digest sha256:";
        QTest::newRow("layer content") << "diff id" << "layer content has diff id";
        QTest::newRow("layer missing") << "layer missing" << "404 Not Found";
        QTest::newRow("layer cut") << "layer cut" << "unexpected EOF";
        QTest::newRow("config bytes") << "config bytes" << "image config verification failed for digest sha256:";
        QTest::newRow("media type") << "media type" << "is ambiguous: refused";
        QTest::newRow("both kinds") << "both" << "is ambiguous: refused";
        QTest::newRow("unknown type") << "unknown type" << "unsupported manifest media type and no default available: application/json";
        QTest::newRow("schema 1") << "schema 1" << "schema 1 support is disabled by default";
        QTest::newRow("no JSON") << "no json" << "is not a JSON object";
        QTest::newRow("fewer layers") << "fewer" << "do not agree on the layers";
        QTest::newRow("too many layers") << "many" << "max depth exceeded";
        QTest::newRow("path as digest") << "path" << "sha256:../../etc";
        QTest::newRow("nested index") << "nested" << "names another index";
        QTest::newRow("traversal") << "traversal" << "refusing to unpack \"../evil\"";
    }
    void damage()
    {
        QFETCH(QString, what);
        QFETCH(QString, words);
        auto& [type, body] = m_content.manifests["v1"];
        Json json = *parseJson(body);
        const std::string first = json["layers"][0]["digest"], second = json["layers"][1]["digest"];
        if (what == "layer bytes")
            m_content.blobs[first][1000] ^= 1;
        else if (what == "second layer")
            m_content.blobs[second][1000] ^= 1;
        else if (what == "layer missing")
            m_content.blobs.erase(first);
        else if (what == "layer cut")
            m_content.blobs[first].resize(1000);
        else if (what == "config bytes")
            m_content.blobs[json["config"]["digest"]][10] ^= 1;
        else if (what == "media type")
            type = "application/vnd.docker.distribution.manifest.v2+json";
        else if (what == "both")
            json["manifests"] = Json::array();
        else if (what == "unknown type")
            json.erase("mediaType"), type = "application/json";
        else if (what == "schema 1")
            json = {{"schemaVersion", 1}, {"fsLayers", Json::array()}}, type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
        else if (what == "fewer")
            json["layers"].erase(1);
        else if (what == "path")
            json["layers"][0]["digest"] = "sha256:../../etc";
        else if (what == "diff id")
            json = m_content.imageOf({Content::layerTar("one")}), json["layers"][0] = {{"digest", second}, {"size", m_content.blobs[second].size()}};
        else if (what == "many")
            json = m_content.imageOf(std::vector<std::string>(128, Content::layerTar("same")));
        else if (what == "nested")
            json = index({{m_content.addManifest("inner", index({}), indexType), "amd64", ""}, {m_content.addManifest("inner", index({}), indexType), "arm64", ""}}), type = indexType;
        else if (what == "traversal")
            json = m_content.imageOf({Content::layerTar("fine"), TarBuilder().file("../evil").finished()});
        body = what == "no json" ? "[1, 2" : dumpJson(json);
        ScriptedServer server([this](const ServedRequest& r) { return m_content.serve(r); });
        const auto pulled = pull(server, "app:v1");
        QVERIFY(!pulled);
        QVERIFY2(QString::fromStdString(pulled.error().message).contains(words), pulled.error().message.c_str());
        QTRY_COMPARE(m_images->left(), std::string());
        if (what == "many" || what == "path" || what == "fewer")
            QCOMPARE(server.count("/blobs/" + first), 0);
    }

    void distributionBelievesNoConfiguration()
    {
        ScriptedServer server([this](const ServedRequest& r) { return m_content.serve(r); });
        const auto told = [&] { return m_images->service.distribution(server.host() + "/app:v1", {}); };
        const auto honest = told();
        QVERIFY2(honest.has_value(), honest ? "" : honest.error().message.c_str());
        QCOMPARE((*honest)["Platforms"][0]["os"].get<std::string>(), std::string("linux"));
        const Json manifest = *parseJson(m_content.manifests["v1"].second);
        std::string& config = m_content.blobs[manifest["config"]["digest"]];
        config.replace(config.find("linux"), 5, "plan9");
        const auto lying = told();
        QVERIFY(!lying);
        QCOMPARE(lying.error().message, "image config verification failed for digest " + manifest["config"]["digest"].get<std::string>());
    }

    void searches()
    {
        const Json found = {{"results", {{{"name", "a"}, {"description", "first"}, {"star_count", 5}, {"is_official", true}, {"is_automated", false}},
                                         {{"name", "b"}, {"star_count", 1}}}}};
        ScriptedServer server([&](const ServedRequest& r) {
            if (r.path.starts_with("/v1/search"))
                return ScriptedServer::answer(200, dumpJson(found), "Content-Type: application/json\r\n");
            return r.path == "/v1/_ping" ? ScriptedServer::answer(200, "true") : ScriptedServer::answer(404, "");
        });
        const std::string term = server.host() + "/team/a b";
        const auto all = searchImages({.term = term}, {});
        QVERIFY2(all.has_value(), all ? "" : all.error().message.c_str());
        QCOMPARE(all->size(), 2u);
        QCOMPARE((*all)[0]["description"].get<std::string>(), std::string("first"));
        QCOMPARE((*all)[1], (Json{{"name", "b"}, {"description", ""}, {"star_count", 1}, {"is_official", false}, {"is_automated", false}}));
        QCOMPARE(server.count("/v1/search?q=team%2Fa%20b&n=25"), 1);
        QCOMPARE(searchImages({.term = term, .official = true}, {})->size(), 1u);
        QCOMPARE(searchImages({.term = term, .stars = 6}, {})->size(), 0u);
        QCOMPARE(searchImages({.term = term, .limit = 101}, {}).error().message, std::string("limit 101 is outside the range of [1, 100]"));
        QVERIFY(searchImages({.term = "127.0.0.1:1/a"}, {}).error().message.starts_with("invalid registry endpoint \"http://127.0.0.1:1/v1/\". HTTPS attempt: "));
    }

    void aMovedTagCannotGiveAnotherDigest()
    {
        const std::string digest = sha256(m_content.manifests["v1"].second);
        m_content.manifests[digest].second += ' ';
        ScriptedServer server([this](const ServedRequest& r) { return m_content.serve(r); });
        const auto pulled = pull(server, "app@" + digest);
        QCOMPARE(pulled.error().message, "manifest verification failed for digest " + digest);
        QCOMPARE(m_images->left(), std::string());
    }

    // Both see progress, the bytes come once.
    void twoPullsShareTheDownload()
    {
        std::promise<void> go;
        const auto gate = go.get_future().share();
        ScriptedServer server([&](const ServedRequest& r) {
            if (r.path.find(m_content.layerDigest("v1")) != std::string::npos)
                gate.wait();
            return m_content.serve(r);
        });
        std::atomic<int> downloading = 0;
        const auto one = [&] {
            std::atomic<bool> told = false;
            return pull(server, "app:v1", {}, {}, [&](const ImageProgress& line) {
                if (line.status == "Pulling fs layer" && !told.exchange(true))
                    ++downloading;
            });
        };
        auto first = std::async(std::launch::async, one), second = std::async(std::launch::async, one);
        QTRY_COMPARE(downloading.load(), 2);
        go.set_value();
        const auto a = first.get(), b = second.get();
        QVERIFY2(a && b, a ? b.error().message.c_str() : a.error().message.c_str());
        QCOMPARE(a->id, b->id);
        for (std::size_t layer : {0u, 1u})
            QCOMPARE(server.count("/blobs/" + m_content.layerDigest("v1", layer)), 1);
    }

    // The one who began it leaves; the other one still gets it.
    void aSharedDownloadOutlivesItsFirstWatcher()
    {
        std::promise<void> go;
        const auto gate = go.get_future().share();
        ScriptedServer server([&](const ServedRequest& r) {
            if (r.path.find(m_content.layerDigest("v1")) != std::string::npos)
                gate.wait();
            return m_content.serve(r);
        });
        std::stop_source stop;
        std::atomic<int> waiting = 0;
        const ImageProgressSink sink = [&](const ImageProgress& line) { waiting += line.status == "Pulling fs layer" ? 1 : 0; };
        auto first = std::async(std::launch::async, [&] { return pull(server, "app:v1", {}, stop.get_token(), sink); });
        QTRY_COMPARE(waiting.load(), 2);
        auto second = std::async(std::launch::async, [&] { return pull(server, "app:v1", {}, {}, sink); });
        QTRY_VERIFY(waiting.load() >= 3);
        stop.request_stop();
        QCOMPARE(first.get().error().kind, ErrorKind::Cancelled);
        go.set_value();
        const auto pulled = second.get();
        QVERIFY2(pulled.has_value(), pulled ? "" : pulled.error().message.c_str());
        QCOMPARE(server.count("/blobs/" + m_content.layerDigest("v1")), 1);
    }

    void aCancelledPullLeavesNothing()
    {
        ScriptedServer server([&](const ServedRequest& r) {
            ServedAnswer answer = m_content.serve(r);
            if (r.path.find(m_content.layerDigest("v1")) != std::string::npos) {
                answer.raw.resize(answer.raw.size() / 2);
                answer.heldOpen = 10s;
            }
            return answer;
        });
        std::stop_source stop;
        auto pulled = std::async(std::launch::async, [&] { return pull(server, "app:v1", {}, stop.get_token()); });
        QTRY_VERIFY(!m_images->layers.list().value().empty()); // the other layer came whole
        QElapsedTimer timer;
        timer.start();
        stop.request_stop();
        QCOMPARE(pulled.get().error().kind, ErrorKind::Cancelled);
        QVERIFY(timer.elapsed() < 1500);
        QTRY_COMPARE(m_images->left(), std::string());
    }

    // Not even the part that two pulls share goes while one of them needs it.
    void aFailedPullDoesNotTakeLayersFromAnother()
    {
        const std::string shared = Content::layerTar("shared"), slow = Content::layerTar("slow", 5000), bad = Content::layerTar("bad", 5000);
        m_content.addManifest("good", m_content.imageOf({shared, slow}));
        m_content.addManifest("bad", m_content.imageOf({shared, bad}));
        m_content.blobs[m_content.layerDigest("bad", 1)][100] ^= 1;
        std::promise<void> go;
        const auto gate = go.get_future().share();
        ScriptedServer server([&](const ServedRequest& r) {
            if (r.path.find(m_content.layerDigest("good", 1)) != std::string::npos)
                gate.wait();
            return m_content.serve(r);
        });
        auto good = std::async(std::launch::async, [&] { return pull(server, "app:good"); });
        QTRY_COMPARE(server.count(m_content.layerDigest("good", 1)), 1);
        QTRY_COMPARE(m_images->layers.list().value().size(), 1u);
        QVERIFY(!pull(server, "app:bad"));
        QCOMPARE(m_images->layers.list().value().size(), 1u);
        go.set_value();
        const auto pulled = good.get();
        QVERIFY2(pulled.has_value(), pulled ? "" : pulled.error().message.c_str());
        QVERIFY(std::filesystem::exists(treeOf(*pulled, 0) / "shared"));
        QVERIFY(m_images->service.remove(server.host() + "/app:good", false, true));
        QTRY_COMPARE(m_images->left(), std::string());
    }

    void loadsAndPullsDoNotWaitForEachOther()
    {
        std::promise<void> go;
        const auto gate = go.get_future().share();
        ScriptedServer server([&](const ServedRequest& r) {
            gate.wait();
            return m_content.serve(r);
        });
        auto slow = std::async(std::launch::async, [&] { return pull(server, "app:v1"); });
        QTRY_VERIFY(!server.requests().empty());
        struct Bytes : ByteSource
        {
            std::string bytes = TarBuilder().file("hello").finished();
            std::size_t at = 0;
            Result<std::size_t> read(std::span<std::byte> into) override
            {
                const std::size_t n = bytes.copy(reinterpret_cast<char*>(into.data()), into.size(), at);
                at += n;
                return n;
            }
        } tree;
        const auto imported = m_images->service.import(tree, Reference::parse("tree").value(), {}, {}, {});
        QVERIFY2(imported.has_value(), imported ? "" : imported.error().message.c_str());
        go.set_value();
        QVERIFY(slow.get());
    }
};

QTEST_APPLESS_MAIN(TestImagePull)
#include "tst_image_pull.moc"
