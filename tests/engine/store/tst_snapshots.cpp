// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "state/database.h"
#include "store/layer_store.h"
#include "store/snapshot_store.h"
#include "support/bytes.h"
#include "support/tar_builder.h"

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

// Layers in the store and the containers' roots over them, with real overlayfs.
class TestSnapshots : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;
    std::unique_ptr<Database> m_db;
    std::unique_ptr<LayerStore> m_layers;
    std::unique_ptr<SnapshotStore> m_snapshots;

    void open()
    {
        m_snapshots.reset();
        m_layers.reset();
        m_db.reset();
        m_db = Database::open(m_root / "slipway.db").value();
        m_layers = std::make_unique<LayerStore>(*m_db, m_root, false);
        m_snapshots = std::make_unique<SnapshotStore>(m_root, *m_layers, false);
    }
    Digest add(const TarBuilder& tar)
    {
        Bytes bytes(tar.finished());
        const auto layer = m_layers->add(bytes, {}, {});
        return layer ? layer->diffId : Digest();
    }
    static std::string message(const Status& status) { return status ? "" : status.error().message; }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("mounts overlays");
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
        QCOMPARE(::mount("tmpfs", m_root.c_str(), "tmpfs", 0, "mode=700"), 0);
        open();
    }
    void cleanup() { ::umount2(m_root.c_str(), MNT_DETACH); }

    void showsTheLayersMerged()
    {
        const auto below = add(TarBuilder().file("a", "below").file("b", "below").file("gone", "x").folder("d").file("d/hidden", "x"));
        const auto above = add(TarBuilder().file("b", "above").file(".wh.gone", "").file("d/.wh..wh..opq", "").file("d/shown", "y"));
        QVERIFY(m_snapshots->create("one", {below, above}));
        const auto root = m_snapshots->mount("one", {below, above});
        QVERIFY2(root.has_value(), root ? "" : root.error().message.c_str());
        QCOMPARE(contents(*root / "a"), std::string("below"));
        QCOMPARE(contents(*root / "b"), std::string("above"));
        QVERIFY(!fs::exists(*root / "gone") && !fs::exists(*root / "d/hidden") && fs::exists(*root / "d/shown"));
        QVERIFY(fs::is_directory(*root / "proc") && fs::is_regular_file(*root / ".dockerenv"));
        std::ofstream(*root / "a") << "mine";
        fs::remove(*root / "b");
        QCOMPARE(contents(m_layers->diffPath(m_layers->get(below).value()) / "a"), std::string("below"));
        QVERIFY2(m_snapshots->mount("one", {below, above}).has_value(), "twice is no error");
        QVERIFY(m_snapshots->unmount("one"));
        QTRY_VERIFY(fs::is_empty(m_snapshots->rootfs("one")));
        QCOMPARE(contents(*m_snapshots->mount("one", {below, above}) / "a"), std::string("mine"));
        const auto changes = m_snapshots->changes("one", {below, above}).value();
        QCOMPARE(changes.size(), 2u);
        QCOMPARE(changes[0].path, std::string("/a"));
        QCOMPARE(static_cast<int>(changes[0].kind), 0);
        QCOMPARE(changes[1].path, std::string("/b"));
        QCOMPARE(static_cast<int>(changes[1].kind), 2);
    }

    // A hostile image: what the container's own mounts go onto is real, whatever the image says.
    void theInitLayerCoversLinks()
    {
        const auto hostile = add(TarBuilder().symlink("proc", "/root").symlink("dev", "/dev").symlink("sys", "..").folder("etc")
                                     .symlink("etc/hosts", "/etc/passwd").symlink("etc/resolv.conf", "../../../etc/passwd"));
        QVERIFY(m_snapshots->create("one", {hostile}));
        const fs::path root = m_snapshots->mount("one", {hostile}).value();
        for (const char* folder : {"proc", "dev", "sys", "etc"})
            QVERIFY2(fs::is_directory(fs::symlink_status(root / folder)), folder);
        for (const char* file : {"etc/hosts", "etc/resolv.conf"})
            QVERIFY2(fs::is_regular_file(fs::symlink_status(root / file)), file);
    }

    void aNodeOfTheHostCannotBeOpened()
    {
        const auto layer = add(TarBuilder().file("a"));
        QVERIFY(m_snapshots->create("one", {layer}));
        const fs::path root = m_snapshots->mount("one", {layer}).value();
        QCOMPARE(::mknod((root / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
        QCOMPARE(::open((root / "null").c_str(), O_RDONLY | O_CLOEXEC), -1);
        QCOMPARE(errno, EACCES); // nodev
    }

    void manyLayers()
    {
        std::vector<Digest> layers;
        for (int i = 0; i < 127; ++i)
            layers.push_back(add(TarBuilder().file("f" + std::to_string(i))));
        QVERIFY(m_snapshots->create("deep", layers));
        const auto root = m_snapshots->mount("deep", layers);
        QVERIFY2(root.has_value(), root ? "" : root.error().message.c_str());
        QVERIFY(fs::exists(*root / "f0") && fs::exists(*root / "f126"));
        QVERIFY(m_snapshots->unmount("deep"));
        QTRY_VERIFY(fs::is_empty(m_snapshots->rootfs("deep")));
    }

    void removesAtOnce()
    {
        const auto layer = add(TarBuilder().file("a"));
        QVERIFY(m_snapshots->create("one", {layer}));
        QCOMPARE(m_snapshots->create("one", {layer}).error().kind, ErrorKind::Conflict);
        const fs::path root = m_snapshots->mount("one", {layer}).value();
        for (int i = 0; i < 500; ++i)
            std::ofstream(root / ("f" + std::to_string(i))) << i;
        QVERIFY(m_snapshots->remove("one"));
        QVERIFY(!fs::exists(m_root / "snapshots/one"));
        QVERIFY(m_snapshots->remove("one"));
        QVERIFY(m_snapshots->create("one", {layer}));
        QTRY_VERIFY(fs::is_empty(m_root / "trash"));
        QCOMPARE(message(m_snapshots->create("two", {Digest::of("nothing")})), "no such layer: " + Digest::of("nothing").str());
        QVERIFY(!fs::exists(m_root / "snapshots/two"));
    }

    // Removed while somebody still works in it: the name is free, the tree goes with its last user.
    void aBusyRootGoesToo()
    {
        const auto layer = add(TarBuilder().file("a"));
        QVERIFY(m_snapshots->create("one", {layer}));
        const fs::path root = m_snapshots->mount("one", {layer}).value();
        const int busy = ::open((root / "a").c_str(), O_RDONLY | O_CLOEXEC);
        QVERIFY2(m_snapshots->remove("one"), "lazily unmounted");
        QVERIFY(!fs::exists(m_root / "snapshots/one"));
        ::close(busy);
    }

    void aRestartFindsAndCollects()
    {
        const auto layer = add(TarBuilder().file("a", "text"));
        QVERIFY(m_snapshots->create("live", {layer}));
        QVERIFY(m_snapshots->mount("live", {layer}));
        std::ofstream(m_snapshots->rootfs("live") / "kept") << "kept";
        QVERIFY(m_snapshots->create("dead", {layer}));
        QVERIFY(m_snapshots->mount("dead", {layer}));
        fs::create_directories(m_root / "trash/old/deep");
        fs::create_directories(m_root / "ingest/half/diff");
        open();
        m_snapshots->gc({"live"});
        QVERIFY(!fs::exists(m_root / "snapshots/dead"));
        QTRY_VERIFY(fs::is_empty(m_root / "trash"));
        QCOMPARE(contents(m_snapshots->mount("live", {layer}).value() / "kept"), std::string("kept"));
        ::umount2(m_snapshots->rootfs("live").c_str(), MNT_DETACH); // as after a reboot
        QCOMPARE(contents(m_snapshots->mount("live", {layer}).value() / "kept"), std::string("kept"));
    }

    void layersAreWhatTheirDigestSays()
    {
        const std::string tar = TarBuilder().file("a", "text").finished();
        Bytes right(gzipped(tar)), again(tar), wrong(tar);
        const auto digest = Digest::parse(sha256(tar)).value();
        QCOMPARE(m_layers->add(right, digest, {})->diffId, digest);
        QCOMPARE(m_layers->add(again, {}, {})->dir, m_layers->get(digest)->dir);
        const auto refused = m_layers->add(wrong, Digest::of("else"), {});
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("layer content has diff id " + digest.str()) != std::string::npos, refused.error().message.c_str());
        QVERIFY(fs::is_empty(m_root / "ingest"));
        QCOMPARE(m_layers->list()->size(), 1u);
        QVERIFY(m_layers->remove(digest));
        QCOMPARE(m_layers->get(digest).error().kind, ErrorKind::NotFound);
        QVERIFY(fs::is_empty(m_root / "layers") && fs::is_empty(m_root / "ingest"));
    }
};

QTEST_APPLESS_MAIN(TestSnapshots)
#include "tst_snapshots.moc"
