// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "dockerapi/build_history.h"
#include "dockerapi/types.h"
#include "logstore/log_page.h"
#include "logstore/log_search.h"

// A Docker-compatible engine as the window sees it: asynchronous, cut by noun, the same for our engine and a remote one.
//
// Every call returns at once. Its callback runs exactly once on the client's own thread (ui/bridge hops to the GUI thread),
// unless the returned Request was dropped before: then never, and the call is cancelled. Streams call back many times and
// end with onEnd. Replies of the engine with status >= 400 are Errors with its "message" and the kind of the status.
namespace slipway
{

using Request = std::shared_ptr<void>; // keep it while you want the answer

template <class T>
using Reply = std::function<void(Result<T>)>;

// The engine does not know the call: it is none of ours. (Docker and Podman say so in other words than of a missing container.)
[[nodiscard]] inline bool isUnknownCall(const Error& error)
{
    return error.kind == ErrorKind::NotImplemented || (error.kind == ErrorKind::NotFound && !error.message.starts_with("No such container"));
}

// Two-way bytes: attach and exec.
class Terminal
{
public:
    virtual ~Terminal() = default;               // closes the connection
    virtual void write(std::string bytes) = 0;   // any thread
    virtual void resize(int rows, int columns) = 0;
};
struct TerminalEvents
{
    std::function<void(std::string bytes)> onOutput;
    std::function<void(Status)> onClosed;
};

class ContainersClient
{
public:
    virtual ~ContainersClient() = default;
    virtual Request list(bool all, Reply<std::vector<dockerapi::ContainerSummary>>) = 0;
    virtual Request inspect(const std::string& id, Reply<Json>) = 0;
    virtual Request create(const std::string& name, const Json& body, Reply<std::string> id) = 0;
    // VERB: start, stop, restart, kill, pause, unpause.
    virtual Request act(const std::string& id, std::string_view verb, Reply<void>) = 0;
    virtual Request remove(const std::string& id, bool force, bool volumes, Reply<void>) = 0;
    virtual Request rename(const std::string& id, const std::string& name, Reply<void>) = 0;
    virtual Request top(const std::string& id, Reply<Json>) = 0;
};

// How far a log, or several as one, reaches.
struct LogExtent
{
    std::uint64_t first = 0, end = 0, bytes = 0; // rows first <= row < end
    bool limited = false; // older lines were not asked for: growth() with EVERYTHING gets them
};

// A container that is gone and whose log is kept for a while.
struct RemovedLog
{
    std::string id, name, image;
    std::int64_t removedNs = 0;
    std::uint64_t bytes = 0;
};

class LogsClient
{
public:
    virtual ~LogsClient() = default;
    struct Options
    {
        bool follow = true;
        std::optional<std::uint64_t> tail;
        std::string since;
    };
    // Lines with their time and stream, in batches; a line without its newline (yet) has partial = true.
    virtual Request logs(const std::string& containerId, const Options&,
                         std::function<void(std::vector<dockerapi::LogLine>)> onLines, std::function<void(Status)> onEnd) = 0;

    // Logs at any place and of any size. Several containers are one log in order of time; rows are numbered over all of them
    // (logstore/log_set.h). An engine that cannot do that is helped: see client/log_spool.h.
    using Containers = std::vector<std::string>; // ids
    virtual Request page(const Containers&, const logstore::PageRange&, const logstore::LogQuery&, Reply<logstore::LogPage>) = 0;
    virtual Request search(const Containers&, const logstore::LogQuery&, const logstore::SearchOptions&,
                           std::function<void(logstore::SearchProgress)> onProgress, std::function<void(Status)> onEnd) = 0;
    // Once at the beginning and whenever it changes, some times a second at most; it ends only by an error.
    virtual Request growth(const Containers&, bool everything, std::function<void(LogExtent)> onGrowth, std::function<void(Status)> onEnd) = 0;
    virtual Request exportLogs(const Containers&, const logstore::LogQuery&, logstore::ExportFormat, const std::vector<std::string>& names,
                               std::function<void(std::string)> onBytes, std::function<void(Status)> onEnd) = 0;
    // How many lines say that they are errors, in COUNT equal stretches from FROMNS to TONS; what is older than `fromNs` was not
    // read yet: asked again it goes on. Only of our own engine, any other answers NotFound.
    struct Density
    {
        std::vector<std::uint64_t> lines;
        std::int64_t fromNs = 0;
    };
    virtual Request errorDensity(const Containers&, std::int64_t fromNs, std::int64_t toNs, std::size_t count, Reply<Density>) = 0;
    virtual Request removedLogs(Reply<std::vector<RemovedLog>>) = 0; // newest first; none of an engine that keeps none
};

class StatsClient
{
public:
    virtual ~StatsClient() = default;
    virtual Request stats(const std::string& containerId, std::function<void(dockerapi::StatsSample)> onSample,
                          std::function<void(Status)> onEnd) = 0; // one a second

    // What only our own engine has; any other answers NotFound.
    static constexpr const char* host = ""; // in the place of a container's id: the whole machine
    // What was used from FROM to TO (unix seconds, not included; 0: until now), running or not, by the finest steps that reach
    // back so far.
    virtual Request history(const std::string& containerId, std::int64_t from, std::int64_t to, Reply<dockerapi::MetricsHistory>) = 0;
    virtual Request marks(const std::string& containerId, std::int64_t from, Reply<std::vector<dockerapi::MetricsMark>>) = 0;
    // Once a second what these containers use (all that run, when there are none), and the machine.
    virtual Request live(const std::vector<std::string>& containerIds, std::function<void(dockerapi::MetricsInstant)> onInstant,
                         std::function<void(Status)> onEnd) = 0;
};

class ExecClient
{
public:
    virtual ~ExecClient() = default;
    struct Options
    {
        std::vector<std::string> command; // {"sh"}
        std::string user, workingDir;
        int rows = 24, columns = 80;
    };
    virtual Request shell(const std::string& containerId, const Options&, TerminalEvents,
                          Reply<std::shared_ptr<Terminal>>) = 0;
    // Which of CANDIDATES (absolute paths) are programs in the container, in their order. Nothing is run: it may be stopped.
    virtual Request programs(const std::string& containerId, const std::vector<std::string>& candidates,
                             Reply<std::vector<std::string>>) = 0;
};

class ImagesClient
{
public:
    virtual ~ImagesClient() = default;
    virtual Request list(Reply<std::vector<dockerapi::ImageSummary>>) = 0;
    virtual Request inspect(const std::string& nameOrId, Reply<Json>) = 0;
    virtual Request history(const std::string& nameOrId, Reply<Json>) = 0;
    virtual Request pull(const std::string& reference, std::function<void(dockerapi::ProgressLine)> onProgress,
                         Reply<void> onEnd) = 0;
    virtual Request load(const std::string& tarFile, std::function<void(dockerapi::ProgressLine)> onProgress,
                         Reply<void> onEnd) = 0;
    virtual Request tag(const std::string& nameOrId, const std::string& reference, Reply<void>) = 0;
    virtual Request remove(const std::string& nameOrId, bool force, Reply<void>) = 0;
};

class BuildsClient
{
public:
    virtual ~BuildsClient() = default;
    struct Options
    {
        std::string folder;                        // the context
        std::string dockerfile = "Dockerfile";     // in it, or an absolute path
        std::optional<std::string> dockerfileText; // instead of what is in that file (the editor's, not saved yet)
        std::vector<std::string> tags;             // "name:tag"
        std::map<std::string, std::string> args, labels;
        std::string target, platform, network;
        bool noCache = false, pull = false;
        int untilLine = 0;  // not 0: only until the instruction that begins there, as an image without a name; our own engine's
        std::string source; // where the Dockerfile is, for the history
    };
    // The folder is packed as the docker command packs it, what its ignore file names is left out, and sent; what becomes of
    // each step comes back, also from an engine that only prints it (then without lines and sizes). Gives the image's id, or
    // the error of the step that failed. A dropped Request cancels the build in the engine too.
    virtual Request build(const Options&, std::function<void(dockerapi::BuildStep)> onStep, Reply<std::string> imageId) = 0;
    // What build() would find in the engine's cache for the same options, an answer for each instruction in the order of the
    // Dockerfile. Nothing is built; the folder is sent all the same. NotFound: an engine that does not know this, as dockerd.
    virtual Request forecast(const Options&, Reply<std::vector<dockerapi::BuildForecast>>) = 0;
    // Forgets cached steps, with ALL also those that images still hold; gives the bytes that came back.
    virtual Request prune(bool all, Reply<std::int64_t>) = 0;

    // The builds that were made, whoever asked for them; only our own engine keeps them, any other answers NotFound.
    virtual Request history(Reply<std::vector<dockerapi::PastBuild>>) = 0; // newest first, without their steps
    virtual Request past(const std::string& id, Reply<dockerapi::PastBuild>) = 0;
    virtual Request pastLog(const std::string& id, std::function<void(dockerapi::BuildStep)> onStep, Reply<void> onEnd) = 0; // as it was told
    virtual Request removePast(const std::string& id, Reply<void>) = 0; // empty: all that ended
};

class SystemClient
{
public:
    virtual ~SystemClient() = default;
    virtual Request ping(Reply<void>) = 0;
    virtual Request version(Reply<Json>) = 0;
    virtual Request info(Reply<Json>) = 0;
    virtual Request events(std::function<void(dockerapi::EventMessage)> onEvent, std::function<void(Status)> onEnd) = 0;
    virtual Request volumes(Reply<Json>) = 0;
    virtual Request networks(Reply<Json>) = 0;
};

// The composition: one connection pool and one thread behind all nouns. Destroying it cancels everything.
class EngineClient
{
public:
    virtual ~EngineClient() = default;
    virtual ContainersClient& containers() = 0;
    virtual LogsClient& logs() = 0;
    virtual StatsClient& stats() = 0;
    virtual ExecClient& exec() = 0;
    virtual ImagesClient& images() = 0;
    virtual BuildsClient& builds() = 0;
    virtual SystemClient& system() = 0;
    // How long the call that has waited longest for the beginning of its answer has done so. Any thread.
    [[nodiscard]] virtual std::chrono::milliseconds unanswered() const { return {}; }
};

// A client of the engine at a unix socket. Never fails: a missing socket is the error of each call (Unavailable).
[[nodiscard]] std::unique_ptr<EngineClient> makeHttpEngineClient(const std::string& unixSocketPath);

} // namespace slipway
