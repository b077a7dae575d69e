// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "build/build_service.h"
#include "store/digest.h"
#include "store/layer_store.h"

namespace slipway::build
{

// The table build_cache: key of a step → its layer. A row means a whole layer, so it is written after the layer is. What a
// build found or made stays until its Lease goes. Two keys can lead to one layer: of what a step reads (the record), and of
// where it reads that from (a shortcut, kind "alias": the files of an image or stage that is known already are not hashed
// again). Thread-safe.
class BuildCache
{
public:
    BuildCache(Database& db, LayerStore& layers, std::filesystem::path mounts);

    class Lease
    {
    public:
        explicit Lease(BuildCache& cache) : m_cache(cache) {}
        ~Lease(); // what was found counts as used
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        friend class BuildCache;
        BuildCache& m_cache;
        std::vector<Digest> m_layers;
        std::vector<std::pair<std::string, Digest>> m_used; // key and layer
    };

    // The record of KEY when its layer is there.
    [[nodiscard]] std::optional<CacheRecord> find(const Digest& key, Lease& lease);
    // Adopts FOLDER (LayerStore::adopt) as what the step of RECORD's id, kind, description and parent made, and remembers it.
    // The whole record comes back.
    [[nodiscard]] Result<CacheRecord> keep(CacheRecord record, const std::filesystem::path& folder, Lease& lease, const std::stop_token& stop);
    // A step without a layer, or an alias of what is known already.
    [[nodiscard]] Status keep(const CacheRecord& record);
    // Base layers of a build: nobody may delete them until LEASE goes.
    void hold(const std::vector<Digest>& layers, Lease& lease);

    [[nodiscard]] Result<std::vector<CacheRecord>> list() const; // without aliases
    // Forgets records, and puts the layers that nothing here refers to any more in FREED: it is for the images to say whether
    // they go.
    [[nodiscard]] Result<BuildService::Pruned> prune(const CachePrune& what, const std::set<Digest>& inImages, std::vector<Digest>& freed);
    [[nodiscard]] std::vector<Digest> heldLayers() const; // of records and leases

    // RUN --mount=type=cache: the folder of ID, made with OWNER and MODE when new, and what must be held while it is used.
    struct MountFolder
    {
        std::filesystem::path path;
        bool isNew = false;
        std::shared_ptr<void> hold;
    };
    enum class Sharing : std::uint8_t { Shared, Private, Locked };
    [[nodiscard]] Result<MountFolder> mountFolder(const std::string& id, Sharing sharing, std::uint32_t uid, std::uint32_t gid,
                                                  std::uint32_t mode, const std::stop_token& stop);

private:
    Database& m_db;
    LayerStore& m_layers;
    std::filesystem::path m_mounts;
    mutable std::mutex m_mutex;
    std::multiset<Digest> m_leased;
    std::map<std::string, int> m_mountUsers;
    std::condition_variable_any m_mountFreed;
};

} // namespace slipway::build
