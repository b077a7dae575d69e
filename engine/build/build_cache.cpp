// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/build_cache.h"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/unique_fd.h"
#include "build/kept_context.h"
#include "state/database.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace
{
constexpr const char* columns = "key, kind, description, parent, diff_id, size, created, used, uses";

CacheRecord recordOf(const Database::Row& row)
{
    CacheRecord record;
    record.id = row.text(0);
    record.kind = row.text(1);
    record.description = row.text(2);
    record.parent = row.text(3);
    record.layer = Digest::parse(row.text(4)).value_or(Digest());
    record.size = row.integer(5);
    record.created = fromUnixNano(row.integer(6));
    record.lastUsed = fromUnixNano(row.integer(7));
    record.uses = row.integer(8);
    return record;
}

std::int64_t folderSize(const std::filesystem::path& folder)
{
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd ? treeSize(fd.get()).value_or(0) : 0;
}
} // namespace

BuildCache::BuildCache(Database& db, LayerStore& layers, std::filesystem::path mounts, KeptContexts& contexts)
    : m_db(db), m_layers(layers), m_mounts(std::move(mounts)), m_contexts(contexts)
{
    std::error_code ignored;
    std::filesystem::create_directories(m_mounts, ignored);
}

BuildCache::Lease::~Lease()
{
    const std::scoped_lock lock(m_cache.m_mutex);
    const std::int64_t at = toUnixNano(now());
    if (m_counts && !m_used.empty()) { // one commit for the whole build
        auto noted = m_cache.m_db.transaction([&]() -> Status {
            for (const auto& [key, layer] : m_used)
                TRY_STATUS(m_cache.m_db.exec("UPDATE build_cache SET used = ?, uses = uses + 1 WHERE key = ? OR (diff_id != '' AND diff_id = ?)",
                                             {at, key, layer.str()}));
            return {};
        });
        if (!noted)
            log::warn("the build cache does not know what was used last: {}", noted.error().message);
    }
    for (const Digest& layer : m_layers)
        m_cache.m_leased.erase(m_cache.m_leased.find(layer));
}

void BuildCache::hold(const std::vector<Digest>& layers, Lease& lease)
{
    const std::scoped_lock lock(m_mutex);
    for (const Digest& layer : layers) {
        m_leased.insert(layer);
        lease.m_layers.push_back(layer);
    }
}

std::shared_ptr<void> BuildCache::claim(const Digest& key, const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    if (!m_unclaimed.wait(lock, stop, [&] { return !m_claimed.contains(key); }))
        return nullptr;
    m_claimed.insert(key);
    return {&m_claimed, [this, key](void*) {
                const std::scoped_lock held(m_mutex);
                m_claimed.erase(key);
                m_unclaimed.notify_all();
            }};
}

std::optional<CacheRecord> BuildCache::find(const Digest& key, Lease& lease)
{
    const std::scoped_lock lock(m_mutex);
    std::optional<CacheRecord> found;
    const auto asked = m_db.query(std::string("SELECT ") + columns + " FROM build_cache WHERE key = ?", {key.hex()},
                                  [&](const Database::Row& row) { found = recordOf(row); });
    if (!asked || !found)
        return std::nullopt;
    if (!found->layer.empty()) {
        if (!m_layers.get(found->layer)) {
            (void)m_db.exec("DELETE FROM build_cache WHERE key = ?", {key.hex()});
            return std::nullopt;
        }
        m_leased.insert(found->layer);
        lease.m_layers.push_back(found->layer);
    }
    lease.m_used.emplace_back(key.hex(), found->layer);
    return found;
}

Result<CacheRecord> BuildCache::keep(CacheRecord record, const std::filesystem::path& folder, Lease& lease, const std::stop_token& stop,
                                     const StepInputs& inputs)
{
    TRY(const Layer layer, m_layers.adopt(folder, [&](const Digest& made) { hold({made}, lease); }, stop));
    record.layer = layer.diffId;
    record.size = layer.size;
    record.created = now();
    TRY_STATUS(keep(record, inputs));
    return record;
}

Status BuildCache::keep(const CacheRecord& record, const StepInputs& inputs)
{
    return m_db.transaction([&]() -> Status {
        TRY_STATUS(keep(record));
        return m_db.exec(
            "INSERT OR REPLACE INTO build_inputs(key, below, instruction, print, prints) VALUES(?, ?, ?, ?, ?)",
            {record.id, inputs.below().hex(), inputs.instruction(), inputs.instructionPrint(), dumpJson(inputs.prints())});
    });
}

std::vector<Json> BuildCache::printsOn(const Digest& below, const std::string& instruction) const
{
    std::vector<Json> found;
    (void)m_db.query("SELECT prints FROM build_inputs JOIN build_cache USING(key) WHERE below = ? AND instruction = ? "
                     "ORDER BY used DESC, created DESC LIMIT 20",
                     {below.hex(), instruction}, [&](const Database::Row& row) {
                         if (auto prints = parseJson(row.text(0)))
                             found.push_back(*std::move(prints));
                     });
    return found;
}

bool BuildCache::knows(const std::string& instructionPrint) const
{
    bool found = false;
    (void)m_db.query("SELECT 1 FROM build_inputs WHERE print = ? LIMIT 1", {instructionPrint}, [&](const Database::Row&) { found = true; });
    return found;
}

Status BuildCache::keep(const CacheRecord& record)
{
    return m_db.exec("INSERT OR REPLACE INTO build_cache(key, kind, description, parent, diff_id, size, created, used, uses) "
                     "VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0)",
                     {record.id, record.kind, record.description, record.parent, record.layer.str(), record.size,
                      toUnixNano(record.created), toUnixNano(record.created)});
}

std::vector<Digest> BuildCache::heldLayers() const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<Digest> held(m_leased.begin(), m_leased.end());
    (void)m_db.query("SELECT DISTINCT diff_id FROM build_cache WHERE diff_id != ''", {}, [&](const Database::Row& row) {
        if (auto digest = Digest::parse(row.text(0)))
            held.push_back(*digest);
    });
    return held;
}

Result<std::vector<CacheRecord>> BuildCache::list() const
{
    std::vector<CacheRecord> records;
    TRY_STATUS(m_db.query(std::string("SELECT ") + columns + " FROM build_cache WHERE kind != 'alias' ORDER BY used DESC, created DESC", {},
                          [&](const Database::Row& row) { records.push_back(recordOf(row)); }));
    std::ranges::move(m_contexts.list(), std::back_inserter(records));
    const std::scoped_lock lock(m_mutex);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_mounts, ignored)) {
        struct stat info{};
        if (::stat(entry.path().c_str(), &info) != 0)
            continue;
        CacheRecord record;
        record.id = entry.path().filename();
        record.kind = "exec.cachemount";
        record.description = "cached mount";
        record.size = folderSize(entry.path());
        record.created = record.lastUsed = fromUnixNano(info.st_mtim.tv_sec * 1'000'000'000ll + info.st_mtim.tv_nsec);
        record.inUse = m_mountUsers.contains(record.id);
        records.push_back(std::move(record));
    }
    std::ranges::stable_sort(records, std::greater(), &CacheRecord::lastUsed);
    for (CacheRecord& record : records)
        record.inUse = record.inUse || (!record.layer.empty() && m_leased.contains(record.layer));
    return records;
}

Result<BuildService::Pruned> BuildCache::prune(const CachePrune& what, const std::set<Digest>& inImages, std::vector<Digest>& freed)
{
    TRY(const auto records, list());
    BuildService::Pruned pruned;
    std::int64_t kept = 0;
    const std::scoped_lock lock(m_mutex);
    for (const CacheRecord& record : records) {
        const bool named = what.ids.empty() || std::ranges::any_of(what.ids, [&](const std::string& id) { return !id.empty() && record.id.starts_with(id); });
        const bool shared = !record.layer.empty() && inImages.contains(record.layer);
        const bool recent = what.unusedSince != TimePoint{} && record.lastUsed > what.unusedSince;
        if (record.inUse || !named || recent || (shared && !what.all) || kept + record.size < what.keepStorage) {
            kept += record.size;
            continue;
        }
        if (record.kind == "exec.cachemount") {
            const UniqueFd folder(::open(m_mounts.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            TRY_STATUS(removeTree(folder.get(), record.id));
            pruned.bytes += record.size;
        } else if (record.kind == "source.local") {
            TRY_STATUS(m_contexts.remove(record.id));
            pruned.bytes += record.size;
        } else {
            TRY_STATUS(m_db.exec("DELETE FROM build_cache WHERE key = ?", {record.id}));
            if (!record.layer.empty())
                freed.push_back(record.layer);
        }
        pruned.ids.push_back(record.id);
    }
    if (!pruned.ids.empty())
        TRY_STATUS(m_db.exec("DELETE FROM build_cache WHERE kind = 'alias' AND (diff_id = '' OR diff_id NOT IN "
                             "(SELECT diff_id FROM build_cache WHERE kind != 'alias'))"));
    return pruned;
}

Result<BuildCache::MountFolder> BuildCache::mountFolder(const std::string& id, Sharing sharing, std::uint32_t uid, std::uint32_t gid,
                                                        std::uint32_t mode, const std::stop_token& stop)
{
    const std::string base = Digest::of(id).hex();
    std::string name = base;
    std::unique_lock lock(m_mutex);
    const auto isFree = [&] { return sharing == Sharing::Shared || !m_mountUsers.contains(name); };
    for (int copy = 1; sharing == Sharing::Private && !isFree(); ++copy)
        name = Digest::of(id + '\n' + std::to_string(copy)).hex();
    if (!m_mountFreed.wait(lock, stop, isFree))
        return fail(ErrorKind::Cancelled, "build cancelled");
    ++m_mountUsers[name];
    lock.unlock();
    MountFolder folder{m_mounts / name, false, std::shared_ptr<void>(nullptr, [this, name](void*) {
                           const std::scoped_lock held(m_mutex);
                           if (--m_mountUsers[name] == 0)
                               m_mountUsers.erase(name);
                           m_mountFreed.notify_all();
                       })};
    if (::mkdir(folder.path.c_str(), 0700) == 0) {
        folder.isNew = true;
        if (::chown(folder.path.c_str(), uid, gid) != 0 || ::chmod(folder.path.c_str(), mode) != 0)
            return failErrno(errno, "making the cache mount " + id);
    } else if (errno != EEXIST)
        return failErrno(errno, "making the cache mount " + id);
    return folder;
}

} // namespace slipway::build
