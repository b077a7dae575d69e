// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "build/build_cache.h"
#include "build/build_service.h"
#include "build/cache_source.h"
#include "build/file_tree.h"
#include "build/forecast.h"
#include "build/image_state.h"

namespace slipway::build
{

// Progress of stages that run side by side, handed on in the order of the Dockerfile: the first stage that is not finished
// speaks at once, what the later ones say waits. Or, not ORDERED, as it comes. What does not know its step gets the stage's last.
// WITNESS hears of all as it happens, one at a time.
class OrderedSink
{
public:
    OrderedSink(std::size_t stages, bool ordered, const BuildSink& sink, BuildSink witness = {})
        : m_waiting(stages), m_steps(stages), m_finished(stages, false), m_ordered(ordered), m_sink(sink), m_witness(std::move(witness))
    {
    }
    void send(std::size_t stage, BuildProgress progress);
    void finish(std::size_t stage);

private:
    std::mutex m_mutex;
    struct Step
    {
        int number = 0, total = 0, line = 0;
    };
    std::vector<std::deque<BuildProgress>> m_waiting;
    std::vector<Step> m_steps;
    std::vector<bool> m_finished;
    bool m_ordered;
    std::size_t m_front = 0;
    const BuildSink& m_sink;
    BuildSink m_witness;
};

// An overlay of layers, mounted while the object lives; its upper is what was written in it.
class Workspace
{
public:
    // WITHINIT: with the folders and files that a container needs on top (SnapshotStore).
    [[nodiscard]] static Result<std::unique_ptr<Workspace>> make(SnapshotStore& snapshots, const std::vector<Digest>& layers, bool withInit);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    [[nodiscard]] const std::string& id() const { return m_id; }
    [[nodiscard]] const std::filesystem::path& rootfs() const { return m_rootfs; }
    [[nodiscard]] Result<UniqueFd> open() const;
    [[nodiscard]] Status unmount();
    [[nodiscard]] std::filesystem::path upper() const;

private:
    Workspace(SnapshotStore& snapshots, std::string id) : m_snapshots(snapshots), m_id(std::move(id)) {}
    SnapshotStore& m_snapshots;
    std::string m_id;
    std::filesystem::path m_rootfs;
};

// The files of a finished stage or image, to copy from.
struct StageTree
{
    std::unique_ptr<Workspace> workspace;
    std::unique_ptr<FileTree> files;
};

// One build: what its stages share. Thread-safe.
struct Session
{
    const BuildService::Needs& needs;
    const BuildRequest& request;
    BuildCache& cache;
    BuildCache::Lease& lease;
    const dockerfile::File& file;
    const FileTree& context;
    OrderedSink& output;
    Forecast* forecast; // not null: nothing is made, see there
    std::stop_token stop;
    std::string platform;
    std::optional<TimePoint> epoch; // SOURCE_DATE_EPOCH

    // What FROM may use: global ARGs with the build's values, and the platform's.
    dockerfile::Values globals;
    std::set<std::string> usedArgs; // of request.args; guarded by mutex

    std::mutex mutex;
    std::set<Digest> madeSteps;                 // keys of steps that this build made: equal ones are made once, cache or not
    std::map<int, ImageState> finished;         // by stage
    std::map<std::string, std::shared_ptr<StageTree>> trees; // by files key
    std::map<Digest, CacheRecord> steps;                     // with files, by key: what this build made or found

    [[nodiscard]] std::optional<std::string> secret(const std::string& id) const
    {
        return request.findSecret ? request.findSecret(id) : std::nullopt;
    }
    // What request.cacheFrom has on top of STATE: the step of KEY or, for a classic build, of TEXT (see CacheSource). Its layer is
    // here and held; where it cannot be had that is told and there is no hit.
    [[nodiscard]] std::optional<CacheRecord> imported(const ImageState& state, const Digest& key, const std::string& text,
                                                      std::size_t stage);
    [[nodiscard]] TimePoint created() const { return epoch.value_or(now()); }
    // An image by name: local (of WANTEDPLATFORM, empty = whichever), or pulled (always with request.pull). Says so to STAGE's
    // progress. A forecast pulls none: what is not here is one without files, and in doubt.
    [[nodiscard]] Result<ImageState> image(const std::string& name, const std::string& wantedPlatform, std::size_t stage);
    // The stage or image that "--from=" names, as seen from stage number BEFORE.
    [[nodiscard]] Result<ImageState> source(const std::string& name, int before, std::size_t stage);
    [[nodiscard]] Result<std::shared_ptr<StageTree>> tree(const ImageState& state);
};

} // namespace slipway::build
