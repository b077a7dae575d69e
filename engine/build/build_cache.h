// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "build/build_service.h"
#include "build/step_inputs.h"
#include "store/digest.h"
#include "store/layer_store.h"

namespace slipway::build
{

class KeptContexts;

// The table build_cache: key of a step → its layer. A row means a whole layer, so it is written after the layer is. What a
// build found or made stays until its Lease goes. Two keys can lead to one layer: of what a step reads (the record), and of
// where it reads that from (a shortcut, kind "alias": the files of an image or stage that is known already are not hashed
// again). An alias's parent is the key that it stands for. Folders of cache mounts and contexts that are kept are listed and
// pruned with it. Thread-safe.
class BuildCache
{
public:
    BuildCache(Database& db, LayerStore& layers, std::filesystem::path mounts, KeptContexts& contexts);

    class Lease
    {
    public:
        // COUNTS: what was found counts as used when the lease goes.
        explicit Lease(BuildCache& cache, bool counts = true) : m_cache(cache), m_counts(counts) {}
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

    private:
        friend class BuildCache;
        BuildCache& m_cache;
        bool m_counts;
        std::vector<Digest> m_layers;
        std::vector<std::pair<std::string, Digest>> m_used; // key and layer
    };

    // Waits while another thread makes the step of KEY; until the result goes nobody else makes it. Null when STOP was asked for.
    [[nodiscard]] std::shared_ptr<void> claim(const Digest& key, const std::stop_token& stop);
    // The record of KEY when its layer is there.
    [[nodiscard]] std::optional<CacheRecord> find(const Digest& key, Lease& lease);
    // Adopts FOLDER (LayerStore::adopt) as what the step of RECORD's id, kind, description and parent made, and remembers it.
    // The whole record comes back. INPUTS: what its key was made of.
    [[nodiscard]] Result<CacheRecord> keep(CacheRecord record, const std::filesystem::path& folder, Lease& lease,
                                           const std::stop_token& stop, const StepInputs& inputs = {});
    // A step without a layer, an alias of what is known already, or (with INPUTS) a step whose layer is here.
    [[nodiscard]] Status keep(const CacheRecord& record);
    [[nodiscard]] Status keep(const CacheRecord& record, const StepInputs& inputs);
    // StepInputs::prints of what was done by INSTRUCTION on the files BELOW, the last used first; at most twenty.
    [[nodiscard]] std::vector<Json> printsOn(const Digest& below, const std::string& instruction) const;
    // Whether the instruction of this print (StepInputs::instructionPrint) was done on any files.
    [[nodiscard]] bool knows(const std::string& instructionPrint) const;
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
    KeptContexts& m_contexts;
    mutable std::mutex m_mutex;
    std::multiset<Digest> m_leased;
    std::map<std::string, int> m_mountUsers;
    std::condition_variable_any m_mountFreed;
    std::set<Digest> m_claimed;
    std::condition_variable_any m_unclaimed;
};

} // namespace slipway::build
