// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "build/context.h"
#include "image/image_service.h"
#include "runtime/oci_spec.h"

// Images from Dockerfiles.
//
//   Dockerfile ─ dockerfile::parse ─► stages ─ plan ─► those that the target needs, each waiting for those it copies from
//     ─ a worker each, two at once ─► steps: key in the cache? its layer : run or copy in an overlay, its upper is the layer
//     ─► configuration, history, tags
//
// A step's key is made of what it works on (the layers below), what it says, and what it reads: the content of copied files
// with modes and owners but not times, the variables it sees, the files of other stages. So a step is done again only when
// that changed, in whatever file or build it stands. RUN goes through the same runtime as containers, isolated alike.
namespace slipway
{

class BlobStore;
class Database;
class EventBus;
struct Peer;
class LayerStore;
class NetworkService;
class Runtime;
class SnapshotStore;

namespace build
{

class BuildHistory;
class CacheSource;
class ContextIndex;
class KeptContext;

// A folder that the client names instead of sending it.
struct FolderContext
{
    std::string path;                    // absolute, as the client sees it
    std::uint64_t device = 0, inode = 0; // what the client sees there
    std::string dockerfile;              // in it; empty: it lies elsewhere
    std::optional<std::string> text;     // of the Dockerfile, where it is not what the file says
};

struct BuildRequest
{
    std::filesystem::path context; // a folder that does not change during the build
    std::shared_ptr<const ContextIndex> contextIndex; // of all that is in it, if there is one
    std::string dockerfile = "Dockerfile"; // in the context
    std::optional<std::string> dockerfileText; // instead of it
    std::vector<Reference> tags;
    std::map<std::string, std::string> args, labels;
    std::string target, platform;
    // Not 0: only what the instruction that begins at this line of the Dockerfile needs, and it; its state is the image (the base
    // image's own after FROM), without tags and labels of the request, and such a build is not in the history.
    int untilLine = 0;
    bool noCache = false, pull = false;
    std::vector<std::shared_ptr<CacheSource>> cacheFrom; // what was done in them counts as done here
    bool onlyCacheFrom = false;                          // nothing else does: dockerd's classic builder, when any are named
    bool inlineCache = false;                            // the image's configuration says what others need to use it so
    bool classic = false;                                // where dockerd's classic builder and BuildKit differ: as that one
    std::string source;                        // where the client has the Dockerfile, for the history; nothing is read there
    bool ordered = true;                       // false: progress as it happens, not in the order of the Dockerfile
    std::string network = "default";           // default, none, host, or a network's name
    std::vector<std::string> extraHosts;       // "name:address"
    std::map<std::string, RegistryAuth> auths; // by registry host
    // What the client lends, asked for from worker threads; none = it lends nothing. Secrets come into no layer, key or log.
    std::function<std::optional<std::string>(const std::string& id)> findSecret;
    std::function<std::optional<RegistryAuth>(const std::string& host)> findAuth; // when auths has none
    // Gets the files of the target by their root folder, while they are mounted, instead of an image being made of them.
    // EPOCH: SOURCE_DATE_EPOCH, which is to be the time of all of them.
    std::function<Status(int root, std::optional<std::int64_t> epoch)> takeFiles;
    SpecResources resources;
    std::vector<SpecUlimit> ulimits;
    std::int64_t shmSize = 64ll << 20;
};

// What happens, in the order of the Dockerfile even when stages run side by side (unless BuildRequest::ordered is false).
struct BuildProgress
{
    enum class Kind : std::uint8_t {
        Step,    // step of total begins: text is the instruction
        Cached,  // the step's result was there
        Running, // in the container `id`
        Output,  // text from it, as it came (isError: its standard error)
        Removed, // that container is gone
        Done,    // the step's result is `id`; size of its layer, 0 when it has none
        Failed,  // the step, because of `text`; when another step failed first: because the build is cancelled
        Note,    // text, a line
        Pull,    // of a base image
    };
    Kind kind = Kind::Note;
    int step = 0, total = 0;
    int line = 0; // of the Dockerfile, where the step's instruction begins; 0: it is not in there (a label of the request)
    std::string text, id;
    std::string vertex; // of Step: what BuildKit calls it, "[build 2/4] RUN …"; empty when it makes no files and so is none there
    bool isError = false;
    bool isCancelled = false; // Failed: it is not its own fault
    std::int64_t size = 0;
    ImageProgress pull;
};
using BuildSink = std::function<void(const BuildProgress&)>; // from worker threads, one at a time; may block

struct BuildResult
{
    Digest image; // none when the files were taken
    std::vector<std::string> unusedArgs;
};

// What a build would make of one instruction.
struct ForecastStep
{
    // Unknown: it depends on what nobody has made yet, so it may turn out to be a hit.
    enum class State : std::uint8_t { Hit, Miss, Unknown };
    enum class Reason : std::uint8_t {
        None,        // a hit
        Instruction, // it says something else than what was done here
        Files,       // that it copies or mounts: CHANGED
        Base,        // the image of FROM is another
        Argument,    // of the build: CHANGED
        Environment, // variables, user, shell: CHANGED
        After,       // a step before it, in line AFTER, has no result yet
        Source,      // the stage that it copies from has no result yet, because of line AFTER
        Remote,      // what is at a URL is known only once it is downloaded
        Pull,        // the image is not here yet
        NoCache,     // the request asks for none
        Absent,      // nothing like it was ever done, or it was pruned
        Error,       // it would fail: TEXT of the error in CHANGED
    };
    int step = 0, total = 0, line = 0; // as in BuildProgress
    std::string stage, name, text;     // "build", "COPY", "COPY . /app"
    State state = State::Hit;
    Reason reason = Reason::None;
    std::vector<std::string> changed; // some, when they are very many
    int after = 0;                    // 0: a base image that is not here
    std::int64_t size = 0;            // of a hit's layer
};

struct CacheRecord
{
    std::string id;   // its key, hex
    std::string kind = "regular"; // or exec.cachemount
    std::string description;
    std::string parent;
    Digest layer; // none when the step makes no files
    std::int64_t size = 0;
    TimePoint created{}, lastUsed{};
    std::int64_t uses = 0;
    bool inUse = false;  // by a build that runs
    bool shared = false; // its layer belongs to an image too
};

struct CachePrune
{
    bool all = false;               // also what images still hold
    std::int64_t keepStorage = 0;   // bytes that may stay, the last used first
    TimePoint unusedSince{};        // only what was not used since; TimePoint{} = whatever
    std::vector<std::string> ids{};  // only these (prefixes); empty = any
};

// Blocking, thread-safe. Builds that run at once share the cache. A build that fails or is cancelled leaves no process, no
// tag, and no half layer; what it finished stays in the cache.
class BuildService
{
public:
    struct Needs
    {
        Database& db;
        EventBus& events;
        BlobStore& blobs;
        LayerStore& layers;
        SnapshotStore& snapshots;
        ImageService& images;
        Runtime& runtime;
        NetworkService& networks;
        std::filesystem::path root, run; // the engine's
        bool cgroups = true, rootless = false;
    };
    explicit BuildService(Needs needs); // ends what a build of a killed engine left running
    ~BuildService();
    BuildService(const BuildService&) = delete;
    BuildService& operator=(const BuildService&) = delete;

    // InvalidArgument with every error of the Dockerfile; otherwise the first step that failed, in dockerd's words
    // ("The command '/bin/sh -c exit 3' returned a non-zero code: 3", its exit code in Error::osError).
    [[nodiscard]] Result<BuildResult> build(const BuildRequest& request, const BuildSink& sink, std::stop_token stop);

    // What build() would find in the cache for REQUEST, in the order of the Dockerfile. By the same code as build() up to where
    // something would be made; nothing is run, pulled, downloaded or kept. A step that would fail is one of the answer; the
    // errors are those of build() before its first step.
    [[nodiscard]] Result<std::vector<ForecastStep>> forecast(const BuildRequest& request, std::stop_token stop);

    // The image NAME for BuildRequest::cacheFrom: one that is here, else its documents from its registry, as OPTIONS say.
    [[nodiscard]] Result<std::shared_ptr<CacheSource>> cacheSource(const std::string& name, const PullOptions& options,
                                                                   const std::stop_token& stop);
    // The same, of images that are here only.
    [[nodiscard]] Result<std::shared_ptr<CacheSource>> localCacheSource(const std::string& name);

    // The context that was kept under KEY (see KeptContexts).
    [[nodiscard]] Result<std::unique_ptr<KeptContext>> keptContext(const std::string& key);
    // A folder of this machine that the client PEER names, read with its rights into what was kept of it. REQUEST gets the
    // Dockerfile's text.
    [[nodiscard]] Result<Context> readFolder(FolderContext folder, const Peer& peer, BuildRequest& request, const std::stop_token& stop);
    // See Context.
    [[nodiscard]] Result<Context> unpackContext(ByteSource& tar, const std::string& dockerfile, const std::stop_token& stop);
    [[nodiscard]] Result<Context> fetchContext(const std::string& url, const std::string& dockerfile, const std::stop_token& stop);

    // What was built, whoever asked for it: each build is recorded from the moment that its Dockerfile is read.
    [[nodiscard]] BuildHistory& history();

    // Every build that runs ends as Cancelled.
    void cancelAll();

    [[nodiscard]] Result<std::vector<CacheRecord>> cache() const; // last used first
    struct Pruned
    {
        std::vector<std::string> ids;
        std::int64_t bytes = 0;
    };
    [[nodiscard]] Result<Pruned> prune(const CachePrune& what);

private:
    struct Impl;
    class Running;
    std::unique_ptr<Impl> m_impl;
};

} // namespace build
} // namespace slipway
