// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "events/event_bus.h"
#include "image/image_service.h"
#include "state/database.h"
#include "store/blob_store.h"
#include "store/layer_store.h"

using namespace slipway;

namespace
{
struct Images
{
    explicit Images(const std::filesystem::path& base)
        : root(base), db(Database::open(base / "slipway.db").value()), blobs(base), layers(*db, base, false),
          service(*db, blobs, layers, events)
    {
    }
    std::filesystem::path root;
    std::unique_ptr<Database> db;
    EventBus events;
    BlobStore blobs;
    LayerStore layers;
    ImageService service;
};

class BytesSource : public ByteSource
{
public:
    explicit BytesSource(std::string bytes) : m_bytes(std::move(bytes)) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const std::size_t n = std::min(into.size(), m_bytes.size() - m_at);
        std::memcpy(into.data(), m_bytes.data() + m_at, n);
        m_at += n;
        return n;
    }

private:
    std::string m_bytes;
    std::size_t m_at = 0;
};

std::string starterArchive()
{
    std::ifstream file(SLIPWAY_BINARY_DIR "/share/slipway/starter.tar", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
} // namespace

class TestImageLoad : public QObject
{
    Q_OBJECT

private slots:
    void starterImageIsLoaded();
    void damagedArchiveLeavesNothing();
    void truncatedArchiveLeavesNothing();
};

void TestImageLoad::starterImageIsLoaded()
{
    QTemporaryDir folder;
    Images images(folder.path().toStdString());
    BytesSource source(starterArchive());
    std::string said;
    const auto loaded = images.service.load(source, [&](const ImageProgress& line) { said += line.stream; }, {});
    QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(loaded->size(), 1U);
    QCOMPARE(said, std::string("Loaded image: slipway/starter:latest\n"));
    const auto image = images.service.get("slipway/starter");
    QVERIFY(image.has_value());
    QCOMPARE(image->config.cmd, std::vector<std::string>{"serve"});
    QCOMPARE(image->config.exposedPorts, std::vector<std::string>{"80/tcp"});
    const auto layer = images.layers.get(image->layers.front());
    QVERIFY(layer.has_value());
    const auto tree = images.layers.folder() / layer->dir / "diff";
    QVERIFY(std::filesystem::is_regular_file(tree / "bin/busybox"));
    QCOMPARE(std::filesystem::read_symlink(tree / "bin/sh"), std::filesystem::path("busybox"));
    QVERIFY(std::filesystem::exists(tree / "www/index.html"));
}

void TestImageLoad::damagedArchiveLeavesNothing()
{
    QTemporaryDir folder;
    Images images(folder.path().toStdString());
    std::string bytes = starterArchive();
    const auto page = bytes.find("Your first container is running");
    QVERIFY(page != std::string::npos);
    bytes[page] = 'X'; // the layer no longer has its digest
    BytesSource source(bytes);
    QVERIFY(!images.service.load(source, [](const ImageProgress&) {}, {}));
    QVERIFY(images.service.list().value().empty());
    QVERIFY(images.layers.list().value().empty());
    QVERIFY(images.blobs.list().empty());
    QVERIFY(std::filesystem::is_empty(images.root / "ingest"));
}

void TestImageLoad::truncatedArchiveLeavesNothing()
{
    QTemporaryDir folder;
    Images images(folder.path().toStdString());
    BytesSource source(starterArchive().substr(0, 1'000'000));
    QVERIFY(!images.service.load(source, [](const ImageProgress&) {}, {}));
    QVERIFY(images.service.list().value().empty());
    QVERIFY(images.layers.list().value().empty());
    QVERIFY(std::filesystem::is_empty(images.root / "ingest"));
}

QTEST_APPLESS_MAIN(TestImageLoad)
#include "tst_image_load.moc"
