// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <fstream>
#include <unistd.h>

#include "state/database.h"
#include "store/layer_store.h"
#include "store/snapshot_store.h"

using namespace slipway;
namespace fs = std::filesystem;

// Real overlay mounts over no layers but the init layer.
class TestSnapshotReaper : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    fs::path m_root;
    std::unique_ptr<Database> m_db;
    std::unique_ptr<LayerStore> m_layers;
    std::unique_ptr<SnapshotStore> m_store;

    bool isMounted(const std::string& part) const
    {
        std::ifstream file("/proc/self/mountinfo");
        std::string line;
        while (std::getline(file, line)) {
            if (line.contains(m_root.string()) && line.contains(part))
                return true;
        }
        return false;
    }
    static void write(const fs::path& file, const char* text) { std::ofstream(file) << text; }
    static std::string read(const fs::path& file)
    {
        std::string text;
        std::getline(std::ifstream(file), text);
        return text;
    }
    static bool isEmpty(const fs::path& dir) { return fs::directory_iterator(dir) == fs::directory_iterator(); }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("needs root");
        m_root = m_dir.path().toStdString();
        m_db = Database::open(m_root / "slipway.db").value();
        m_layers = std::make_unique<LayerStore>(*m_db, m_root, false);
    }
    void init() { m_store = std::make_unique<SnapshotStore>(m_root, *m_layers, false); }
    void cleanup() { m_store.reset(); }

    void keepsItsContentAcrossMounts_data()
    {
        QTest::addColumn<bool>("ephemeral");
        QTest::newRow("lasting") << false;
        QTest::newRow("ephemeral") << true; // the kernel refuses to mount a volatile upper folder twice unless told
    }
    void keepsItsContentAcrossMounts()
    {
        QFETCH(bool, ephemeral);
        const std::string id = ephemeral ? "e" : "l";
        QVERIFY(m_store->create(id, {}));
        auto merged = m_store->mount(id, {}, {.ephemeral = ephemeral});
        QVERIFY2(merged, merged ? "" : merged.error().message.c_str());
        QVERIFY(isMounted("snapshots/" + id));
        write(*merged / "file", "kept");
        m_store->unmountLater(id);
        QTRY_VERIFY(!isMounted("snapshots/" + id));
        merged = m_store->mount(id, {}, {.ephemeral = ephemeral});
        QVERIFY2(merged, merged ? "" : merged.error().message.c_str());
        QCOMPARE(read(*merged / "file"), std::string("kept"));
        QVERIFY(m_store->remove(id));
    }

    void aMountTakesBackAnUnmount()
    {
        QVERIFY(m_store->create("a", {}));
        for (int i = 0; i < 50; ++i) { // now in time, now too late: mounted it is in any case
            QVERIFY(m_store->mount("a", {}));
            m_store->unmountLater("a");
            const auto merged = m_store->mount("a", {});
            QVERIFY(merged);
            QVERIFY(isMounted("snapshots/a"));
            QVERIFY(fs::exists(*merged / "etc/hosts"));
        }
        QVERIFY(m_store->remove("a"));
    }

    void removedWhileMountedLeavesNothing()
    {
        m_store->gc({}); // stores that ended left things to delete
        QVERIFY(m_store->create("r", {}));
        const auto merged = m_store->mount("r", {});
        QVERIFY(merged);
        write(*merged / "file", "gone");
        QVERIFY(m_store->remove("r"));
        QVERIFY(!fs::exists(m_root / "snapshots/r"));
        QVERIFY(m_store->create("r", {})); // the name is free at once
        QVERIFY(m_store->remove("r"));
        QTRY_VERIFY(!isMounted("trash"));
        QTRY_VERIFY(isEmpty(m_root / "trash"));
    }

    void theEndFinishesUnmounting()
    {
        QVERIFY(m_store->create("f", {}));
        QVERIFY(m_store->mount("f", {}));
        QVERIFY(m_store->create("g", {}));
        QVERIFY(m_store->mount("g", {}));
        m_store->unmountLater("f");
        QVERIFY(m_store->remove("g"));
        m_store.reset();
        QVERIFY(!isMounted(""));
    }

    void gcTakesAwayWhatACrashLeft()
    {
        QVERIFY(m_store->create("dead", {}));
        QVERIFY(m_store->mount("dead", {}));
        QVERIFY(m_store->create("trashed", {}));
        const auto merged = m_store->mount("trashed", {});
        QVERIFY(merged);
        fs::rename(m_root / "snapshots/trashed", m_root / "trash/trashed"); // killed between renaming and deleting
        m_store->gc({"f"});
        QTRY_VERIFY(isEmpty(m_root / "trash"));
        QVERIFY(!fs::exists(m_root / "snapshots/dead"));
        QVERIFY(fs::exists(m_root / "snapshots/f"));
        QVERIFY(std::ranges::any_of(fs::directory_iterator(m_layers->folder()), [](const fs::directory_entry& each) {
            return each.path().filename().string().starts_with("init") && fs::exists(each.path() / "diff/etc/hosts");
        }));
        QVERIFY(!isMounted(""));
    }
};

QTEST_APPLESS_MAIN(TestSnapshotReaper)
#include "tst_snapshot_reaper.moc"
