// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/clock.h"
#include "build/build_cache.h"
#include "build/image_state.h"
#include "build/kept_context.h"
#include "state/database.h"
#include "support/bytes.h"

using namespace slipway;
using namespace slipway::build;
namespace fs = std::filesystem;

// The table of steps: what is found again, what a build holds, what prune takes.
class TestBuildCache : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;
    std::unique_ptr<Database> m_db;
    std::unique_ptr<LayerStore> m_layers;
    std::unique_ptr<KeptContexts> m_contexts;
    std::unique_ptr<BuildCache> m_cache;

    // A step NAME whose layer has a file with TEXT.
    CacheRecord keep(const std::string& name, const std::string& text, BuildCache::Lease& lease, bool empty = false)
    {
        const fs::path folder = m_root / ("upper-" + name);
        fs::create_directory(folder);
        if (!empty)
            std::ofstream(folder / "file") << text;
        auto kept = m_cache->keep({.id = keyOf({name}).hex(), .description = name, .parent = "", .layer = {}}, folder, lease, {});
        return kept ? *kept : CacheRecord{.id = kept.error().message, .description = {}, .parent = {}, .layer = {}};
    }
    std::vector<std::string> pruned(const CachePrune& what, const std::set<Digest>& inImages, std::vector<Digest>& freed)
    {
        std::vector<std::string> names;
        const auto before = m_cache->list().value();
        const auto gone = m_cache->prune(what, inImages, freed).value();
        for (const std::string& id : gone.ids)
            names.push_back(std::ranges::find(before, id, &CacheRecord::id)->description);
        std::ranges::sort(names);
        return names;
    }
    using Names = std::vector<std::string>;

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
        m_db = Database::open(m_root / "slipway.db").value();
        m_layers = std::make_unique<LayerStore>(*m_db, m_root, false);
        m_contexts = std::make_unique<KeptContexts>(m_root);
        m_cache = std::make_unique<BuildCache>(*m_db, *m_layers, m_root / "cache-mounts", *m_contexts);
    }
    void cleanup()
    {
        m_cache.reset();
        m_layers.reset();
        m_db.reset();
    }

    void whatWasKeptIsFound()
    {
        {
            BuildCache::Lease lease(*m_cache);
            const CacheRecord made = keep("a", "text", lease);
            QCOMPARE(made.size, 4);
            QVERIFY(!fs::exists(m_root / "upper-a")); // moved, not copied
            QCOMPARE(test::contents(m_layers->diffPath(m_layers->get(made.layer).value()) / "file"), std::string("text"));
            const auto found = m_cache->find(keyOf({"a"}), lease);
            QVERIFY(found.has_value());
            QCOMPARE(found->layer, made.layer);
            QVERIFY(found->created == made.created);
            QVERIFY(!m_cache->find(keyOf({"b"}), lease));
            QVERIFY(m_cache->list()->front().inUse);
        }
        QVERIFY(!m_cache->list()->front().inUse);
        QCOMPARE(m_cache->list()->front().uses, 1);
        QCOMPARE(m_cache->heldLayers().size(), 1u);
    }

    void aStepWithoutFilesHasNoLayer()
    {
        BuildCache::Lease lease(*m_cache);
        QVERIFY(keep("empty", "", lease, true).layer.empty());
        const auto found = m_cache->find(keyOf({"empty"}), lease);
        QVERIFY(found && found->layer.empty());
        QCOMPARE(m_layers->list()->size(), 0u);
    }

    void aRecordWhoseLayerIsGoneIsNone()
    {
        BuildCache::Lease lease(*m_cache);
        const CacheRecord made = keep("a", "text", lease);
        QVERIFY(m_layers->remove(made.layer));
        QVERIFY(!m_cache->find(keyOf({"a"}), lease));
        QCOMPARE(m_cache->list()->size(), 0u);
    }

    void aShortcutGoesWithItsRecord()
    {
        std::vector<Digest> freed;
        {
            BuildCache::Lease lease(*m_cache);
            CacheRecord made = keep("a", "text", lease);
            made.id = keyOf({"from"}).hex();
            made.kind = "alias";
            QVERIFY(m_cache->keep(made));
        }
        QCOMPARE(m_cache->list()->size(), 1u);
        {
            BuildCache::Lease lease(*m_cache);
            QVERIFY(m_cache->find(keyOf({"from"}), lease).has_value());
        }
        QCOMPARE(m_cache->list()->front().uses, 1); // its use is the record's
        QCOMPARE(pruned({.all = true}, {}, freed), Names{"a"});
        BuildCache::Lease lease(*m_cache);
        QVERIFY(!m_cache->find(keyOf({"from"}), lease));
        QCOMPARE(freed.size(), 1u);
        QVERIFY(m_layers->get(freed[0]).has_value()); // the images decide
    }

    void pruneTakesWhatItIsTold()
    {
        std::vector<Digest> freed;
        Digest inImage;
        {
            BuildCache::Lease lease(*m_cache);
            keep("old", "1", lease);
            inImage = keep("in an image", "22", lease).layer;
            keep("new", "333", lease);
            QCOMPARE(pruned({.all = true}, {}, freed), Names{}); // a build has them
        }
        const std::int64_t minute = 60'000'000'000;
        const auto age = [&](const char* name, int minutes) {
            QVERIFY(m_db->exec("UPDATE build_cache SET used = ? WHERE description = ?", {toUnixNano(now()) - minutes * minute, name}));
        };
        age("old", 30);
        age("in an image", 20);
        age("new", 1);
        QCOMPARE(pruned({.unusedSince = fromUnixNano(toUnixNano(now()) - 25 * minute)}, {inImage}, freed), Names{"old"});
        QCOMPARE(pruned({.ids = {"00"}}, {inImage}, freed), Names{});
        QCOMPARE(pruned({.keepStorage = 4}, {inImage}, freed), Names{});
        QCOMPARE(pruned({.keepStorage = 2}, {inImage}, freed), Names{"new"});
        QCOMPARE(pruned({}, {inImage}, freed), Names{}); // shared with an image: only with all
        QCOMPARE(pruned({.all = true}, {inImage}, freed), Names{"in an image"});
    }

    void cacheMountsAreSharedAsAsked()
    {
        using Sharing = BuildCache::Sharing;
        const auto folder = [&](Sharing sharing, const std::stop_token& stop = {}) { return m_cache->mountFolder("id", sharing, 5, 6, 0700, stop); };
        auto first = folder(Sharing::Shared).value();
        QVERIFY(first.isNew);
        struct stat info{};
        QCOMPARE(::stat(first.path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 0700u);
        if (::geteuid() == 0)
            QCOMPARE(info.st_uid, 5u);
        QCOMPARE(folder(Sharing::Shared)->path, first.path);
        QVERIFY(!folder(Sharing::Shared)->isNew);
        const auto own = folder(Sharing::Private).value();
        QVERIFY(own.path != first.path && own.isNew);
        QVERIFY(m_cache->mountFolder("../../etc", Sharing::Shared, 0, 0, 0755, {})->path.parent_path() == m_root / "cache-mounts");
        QVERIFY(std::ranges::any_of(m_cache->list().value(), [&](const CacheRecord& record) { return record.kind == "exec.cachemount" && record.inUse; }));

        std::stop_source stop;
        std::jthread waits([&] { QCOMPARE(folder(Sharing::Locked, stop.get_token()).error().kind, ErrorKind::Cancelled); });
        stop.request_stop();
        waits.join();
        std::jthread gets([&] { QVERIFY(folder(Sharing::Locked).has_value()); });
        first.hold.reset();
        gets.join();
        std::vector<Digest> freed;
        m_cache->prune({.all = true}, {}, freed).value();
        QVERIFY(!fs::exists(first.path) && fs::exists(own.path)); // that one is still in use
    }
};

QTEST_APPLESS_MAIN(TestBuildCache)
#include "tst_build_cache.moc"
