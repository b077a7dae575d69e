// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/build_service.h"

#include <algorithm>
#include <condition_variable>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

#include "base/log.h"
#include "base/machine.h"
#include "build/build_history.h"
#include "build/cache_source.h"
#include "build/dockerfile/text.h"
#include "build/forecast.h"
#include "build/kept_context.h"
#include "build/local_folder.h"
#include "build/plan.h"
#include "build/run_container.h"
#include "build/stage_builder.h"
#include "events/event_bus.h"
#include "runtime/runtime.h"
#include "store/blob_store.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
constexpr unsigned workers = 16; // stages at once: most wait for a network or a disk

std::string hostPlatform() { return "linux/" + machineArchitecture(); }

// All errors in one message, dockerd's words for the first.
Error errorsOf(const df::File& file)
{
    std::string text;
    for (const df::Diagnostic& each : file.diagnostics) {
        if (each.severity == df::Severity::Error)
            text += (text.empty() ? "" : "\n") + std::string("dockerfile parse error on line ") + std::to_string(each.range.start.line) + ": " + each.message;
    }
    return {ErrorKind::InvalidArgument, text, 0};
}

Result<std::optional<TimePoint>> sourceDateEpoch(const std::map<std::string, std::string>& args)
{
    const auto given = args.find("SOURCE_DATE_EPOCH");
    if (given == args.end() || given->second.empty())
        return std::nullopt;
    const bool digits = given->second.size() < 11 && std::ranges::all_of(given->second, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits)
        return fail(ErrorKind::InvalidArgument, "invalid SOURCE_DATE_EPOCH: " + given->second);
    return fromUnixNano(std::stoll(given->second) * 1'000'000'000);
}

// What dockerd says of lines that are empty where an instruction goes on.
void warnOfEmptyLines(const df::File& file, OrderedSink& output)
{
    const auto say = [&](const std::string& text) {
        output.send(0, {.kind = BuildProgress::Kind::Output, .text = "[WARNING]: " + text + "\n", .id = {}, .isError = true, .pull = {}});
    };
    bool any = false;
    for (const df::Node& node : file.syntax.nodes) {
        const bool found = std::ranges::any_of(file.diagnostics, [&](const df::Diagnostic& each) {
            return each.rule == "NoEmptyContinuation" && each.range.start.line >= node.firstLine && each.range.start.line <= node.lastLine;
        });
        if (found)
            say("Empty continuation line found in: " + std::string(df::trimmed(node.line)));
        any = any || found;
    }
    if (any)
        say("Empty continuation lines will become errors in a future release.");
}

// A request that notes what secrets it was lent: what a step prints of them is not kept.
class LentSecrets
{
public:
    explicit LentSecrets(const BuildRequest& request) : m_request(request)
    {
        if (!request.findSecret)
            return;
        m_request.findSecret = [this, find = request.findSecret](const std::string& id) {
            auto secret = find(id);
            const std::scoped_lock lock(m_mutex);
            for (std::size_t at = 0; secret && at < secret->size();) { // a step may print one of its lines
                const std::size_t end = std::min(secret->find('\n', at), secret->size());
                if (end - at >= shortest)
                    m_values.push_back(secret->substr(at, end - at));
                at = end + 1;
            }
            return secret;
        };
    }
    [[nodiscard]] const BuildRequest& request() const { return m_request; }
    void hide(std::string& text) const
    {
        const std::scoped_lock lock(m_mutex);
        for (const std::string& value : m_values)
            for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at))
                text.replace(at, value.size(), "***");
    }

private:
    static constexpr std::size_t shortest = 4;
    BuildRequest m_request;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_values;
};

// Leaves nothing behind the instruction that begins at LINE.
Status endAfter(df::File& file, int line)
{
    for (std::size_t i = 0; i < file.stages.size(); ++i) {
        df::Stage& stage = file.stages[i];
        const auto begins = [line](const df::Instruction& each) { return each.node->firstLine == line; };
        const auto found = std::ranges::find_if(stage.instructions, begins);
        if (found == stage.instructions.end() && !begins(stage.from))
            continue;
        stage.instructions.erase(found == stage.instructions.end() ? stage.instructions.begin() : found + 1, stage.instructions.end());
        file.stages.resize(i + 1);
        return {};
    }
    return fail(ErrorKind::InvalidArgument, "no instruction begins at line " + std::to_string(line) + " of the Dockerfile");
}

// Runs the stages of a plan, as soon as what they need is there, some at once; the first failure stops the rest.
class Scheduler
{
public:
    Scheduler(Session& session, const Plan& plan, std::stop_source& stop) : m_session(session), m_plan(plan), m_stop(stop), m_states(plan.stages.size(), State::Waiting), m_errors(plan.stages.size()) {}

    Status run()
    {
        {
            std::vector<std::jthread> threads;
            const unsigned atOnce = m_session.forecast ? 1 : workers;
            for (unsigned i = 0; i < std::min<std::size_t>(atOnce, m_plan.stages.size()); ++i)
                threads.emplace_back([this] { work(); });
        }
        std::optional<Error> cancelled;
        for (const auto& error : m_errors) {
            if (error && error->kind != ErrorKind::Cancelled)
                return std::unexpected(*error);
            cancelled = error ? error : cancelled;
        }
        return cancelled ? Status(std::unexpected(*cancelled)) : Status();
    }

private:
    enum class State : std::uint8_t { Waiting, Running, Done };

    void work()
    {
        std::unique_lock lock(m_mutex);
        while (true) {
            const auto next = ready();
            if (!next && (m_failed || std::ranges::none_of(m_states, [](State state) { return state == State::Waiting; })))
                return;
            if (!next) {
                m_changed.wait(lock);
                continue;
            }
            m_states[*next] = State::Running;
            lock.unlock();
            const Status built = build(*next);
            lock.lock();
            m_states[*next] = State::Done;
            if (!built) {
                m_errors[*next] = built.error();
                m_failed = true;
                m_stop.request_stop();
            }
            m_changed.notify_all();
        }
    }

    std::optional<std::size_t> ready() const
    {
        for (std::size_t i = 0; i < m_states.size() && !m_failed; ++i) {
            const auto& needs = m_plan.stages[i].needs;
            if (m_states[i] == State::Waiting && std::ranges::all_of(needs, [&](std::size_t need) { return m_states[need] == State::Done; }))
                return i;
        }
        return std::nullopt;
    }

    Status build(std::size_t slot)
    {
        const PlannedStage& planned = m_plan.stages[slot];
        StageBuilder builder(m_session, *planned.stage, slot, planned.firstStep, m_plan.totalSteps);
        auto state = builder.build(slot + 1 == m_plan.stages.size());
        if (state) {
            const std::scoped_lock lock(m_session.mutex);
            m_session.finished[planned.stage->index] = *std::move(state);
        }
        m_session.output.finish(slot);
        return state ? Status() : Status(std::unexpected(state.error()));
    }

    Session& m_session;
    const Plan& m_plan;
    std::stop_source& m_stop;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<State> m_states;
    std::vector<std::optional<Error>> m_errors;
    bool m_failed = false;
};
} // namespace

struct BuildService::Impl
{
    Needs needs;
    KeptContexts contexts;
    BuildCache cache;
    BuildHistory history;

    std::mutex mutex;
    std::set<std::stop_source*> running;

    explicit Impl(Needs n) : needs(n), contexts(n.root), cache(n.db, n.layers, n.root / "cache-mounts", contexts), history(n.root / "build-history") {}
    void endLeftovers() const;
    Result<BuildResult> run(const BuildRequest& request, const BuildSink& sink, const std::stop_token& stop, std::vector<ForecastStep>* forecast);
    Result<BuildResult> perform(const BuildRequest& request, const std::string& text, UniqueFd context, const BuildSink& sink, const std::stop_token& stop,
                                const BuildSink& witness, std::vector<ForecastStep>* forecast);
    Result<BuildResult> finish(Session& session, const Plan& plan);
};

// One build among those that cancelAll ends.
class BuildService::Running
{
public:
    Running(Impl& impl, std::stop_source& stop) : m_impl(impl), m_stop(stop)
    {
        const std::scoped_lock lock(m_impl.mutex);
        m_impl.running.insert(&m_stop);
    }
    ~Running()
    {
        const std::scoped_lock lock(m_impl.mutex);
        m_impl.running.erase(&m_stop);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Impl& m_impl;
    std::stop_source& m_stop;
};

BuildService::BuildService(Needs needs) : m_impl(std::make_unique<Impl>(needs))
{
    m_impl->endLeftovers();
    needs.images.setLayerHolder([cache = &m_impl->cache] { return cache->heldLayers(); });
}

BuildService::~BuildService() { m_impl->needs.images.setLayerHolder({}); }

void BuildService::Impl::endLeftovers() const
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(needs.run / "builds", ignored)) {
        endContainer(needs.runtime, entry.path().filename(), entry.path());
        fs::remove_all(entry.path(), ignored);
    }
}

Result<std::unique_ptr<KeptContext>> BuildService::keptContext(const std::string& key)
{
    return m_impl->contexts.open(key, "local source for context");
}

Result<Context> BuildService::readFolder(FolderContext wanted, const Peer& peer, BuildRequest& request, const std::stop_token& stop)
{
    TRY(const LocalFolder folder, LocalFolder::open(std::move(wanted), peer));
    TRY(request.dockerfileText, folder.dockerfile());
    TRY(const auto ignore, folder.ignoreFile());
    TRY(auto kept, keptContext(folder.key()));
    TRY(auto entries, folder.list(ignore, *kept->index(), stop));
    TRY_STATUS(kept->update(std::move(entries), [&](const auto& files, const auto& take) { return folder.bring(files, take, stop); }));
    return Context(std::move(kept));
}

Result<std::shared_ptr<CacheSource>> BuildService::localCacheSource(const std::string& name)
{
    TRY(const Image image, m_impl->needs.images.get(name));
    TRY(const std::string document, m_impl->needs.blobs.read(image.id, maxConfig));
    return CacheSource::of(document, nullptr);
}

Result<std::shared_ptr<CacheSource>> BuildService::cacheSource(const std::string& name, const PullOptions& options,
                                                               const std::stop_token& stop)
{
    if (auto local = localCacheSource(name))
        return local;
    TRY(const Reference reference, Reference::parse(name));
    TRY(auto remote, m_impl->needs.images.remote(reference, options, stop));
    const std::string document = remote->config();
    return CacheSource::of(document, std::move(remote));
}

Result<Context> BuildService::unpackContext(ByteSource& tar, const std::string& dockerfile, const std::stop_token& stop)
{
    return Context::unpack({m_impl->needs.root, m_impl->needs.rootless}, tar, dockerfile, stop);
}

Result<Context> BuildService::fetchContext(const std::string& url, const std::string& dockerfile, const std::stop_token& stop)
{
    return Context::fetch({m_impl->needs.root, m_impl->needs.rootless}, url, dockerfile, stop);
}

BuildHistory& BuildService::history() { return m_impl->history; }

void BuildService::cancelAll()
{
    const std::scoped_lock lock(m_impl->mutex);
    for (std::stop_source* each : m_impl->running)
        each->request_stop();
}

Result<BuildResult> BuildService::build(const BuildRequest& request, const BuildSink& sink, std::stop_token stop)
{
    return m_impl->run(request, sink, stop, nullptr);
}

Result<std::vector<ForecastStep>> BuildService::forecast(const BuildRequest& request, std::stop_token stop)
{
    std::vector<ForecastStep> steps;
    TRY_STATUS(m_impl->run(request, [](const BuildProgress&) {}, stop, &steps).transform([](const BuildResult&) {}));
    return steps;
}

// FORECAST: only that is wanted, and goes there.
Result<BuildResult> BuildService::Impl::run(const BuildRequest& request, const BuildSink& sink, const std::stop_token& stop,
                                            std::vector<ForecastStep>* wanted)
{
    UniqueFd root(::open(request.context.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return failErrno(errno, "opening the build context " + request.context.string());
    std::string text;
    if (request.dockerfileText)
        text = *request.dockerfileText;
    else {
        TRY(text, readDockerfile(root.get(), request.dockerfile));
    }
    if (text.empty())
        return fail(ErrorKind::InvalidArgument, "the Dockerfile (" + request.dockerfile + ") cannot be empty");
    if (wanted || request.untilLine > 0)
        return perform(request, text, std::move(root), sink, stop, {}, wanted);
    const auto recording = history.begin(BuildRecord::of(request, text), text);
    const LentSecrets secrets(request);
    auto built = perform(secrets.request(), text, std::move(root), sink, stop, [&](BuildProgress progress) {
        secrets.hide(progress.text);
        recording->take(progress);
    }, nullptr);
    recording->end(built.transform([](const BuildResult& result) { return result.image.str(); }));
    return built;
}

// WITNESS hears of each step as it happens.
Result<BuildResult> BuildService::Impl::perform(const BuildRequest& request, const std::string& text, UniqueFd root, const BuildSink& sink,
                                                const std::stop_token& stop, const BuildSink& witness, std::vector<ForecastStep>* wanted)
{
    df::File file = df::parse(text);
    if (file.firstError())
        return std::unexpected(errorsOf(file));
    if (request.untilLine > 0)
        TRY_STATUS(endAfter(file, request.untilLine));
    if (file.stages.empty() && file.globalArgs.empty())
        return fail(ErrorKind::InvalidArgument, "failed to parse " + request.dockerfile + ": file with no instructions");
    const std::string platform = request.platform.empty() ? hostPlatform() : request.platform;
    TRY(const auto epoch, sourceDateEpoch(request.args));
    TRY(auto globals, globalValues(file, request.args, platform, request.target));
    TRY(const Plan plan, makePlan(file, request.target, globals, request.classic ? static_cast<int>(request.labels.size()) : 0));

    std::stop_source stopping;
    const std::stop_callback forward(stop, [&stopping] { stopping.request_stop(); });
    const Running listed(*this, stopping);
    BuildCache::Lease lease(cache, !wanted);
    Forecast forecast(plan.stages.size());
    const FileTree context(std::move(root), true, request.contextIndex);
    OrderedSink output(plan.stages.size(), request.ordered, sink, witness);
    Session session{.needs = needs,
                    .request = request,
                    .cache = cache,
                    .lease = lease,
                    .file = file,
                    .context = context,
                    .output = output,
                    .forecast = wanted ? &forecast : nullptr,
                    .stop = stopping.get_token(),
                    .platform = platform,
                    .epoch = epoch,
                    .globals = std::move(globals),
                    .usedArgs = {},
                    .mutex = {},
                    .madeSteps = {},
                    .finished = {},
                    .trees = {},
                    .steps = {}};
    warnOfEmptyLines(file, output);
    int step = 0;
    for (const df::Instruction& arg : file.globalArgs)
        output.send(0, {.kind = BuildProgress::Kind::Step, .step = ++step, .total = plan.totalSteps, .line = arg.node->firstLine, .text = std::string(df::trimmed(arg.node->line)), .id = {}, .pull = {}});
    TRY_STATUS(Scheduler(session, plan, stopping).run());
    if (wanted) {
        *wanted = forecast.take();
        return BuildResult();
    }
    return finish(session, plan);
}

Result<BuildResult> BuildService::Impl::finish(Session& session, const Plan& plan)
{
    const ImageState& state = session.finished.at(plan.stages.back().stage->index);
    if (state.layers.empty() && state.history.empty())
        return fail(ErrorKind::InvalidArgument, "No image was generated. Is your Dockerfile empty?");
    BuildResult result{state.base, {}};
    if (session.request.takeFiles) {
        result.image = {};
        const auto epoch = session.epoch.transform([](TimePoint at) { return toUnixNano(at) / 1'000'000'000; });
        TRY(const auto workspace, Workspace::make(needs.snapshots, state.layers, false));
        TRY(const UniqueFd root, workspace->open());
        TRY_STATUS(session.request.takeFiles(root.get(), epoch));
    } else if (state.base.empty()) {
        TRY(const Image image,
            needs.images.create(session.request.inlineCache ? CacheSource::written(state, session.steps) : state.document(),
                                session.request.tags));
        result.image = image.id;
    } else {
        for (const Reference& tag : session.request.tags)
            TRY_STATUS(needs.images.tag(state.base.str(), tag));
    }
    for (const auto& [name, value] : session.request.args) {
        const bool global = std::ranges::any_of(session.file.globalArgs, [&](const df::Instruction& each) {
            return std::ranges::any_of(each.as<df::Arg>()->args, [&](const df::ArgDefinition& arg) { return arg.name == name; });
        });
        if (!global && !session.usedArgs.contains(name) && !df::isProxyArg(name) && name != "SOURCE_DATE_EPOCH")
            result.unusedArgs.push_back(name);
    }
    return result;
}

Result<std::vector<CacheRecord>> BuildService::cache() const
{
    TRY(auto records, m_impl->cache.list());
    std::set<Digest> inImages;
    TRY(const auto images, m_impl->needs.images.list());
    for (const Image& image : images)
        inImages.insert(image.layers.begin(), image.layers.end());
    for (CacheRecord& record : records)
        record.shared = !record.layer.empty() && inImages.contains(record.layer);
    return records;
}

Result<BuildService::Pruned> BuildService::prune(const CachePrune& what)
{
    std::set<Digest> inImages;
    TRY(const auto images, m_impl->needs.images.list());
    for (const Image& image : images)
        inImages.insert(image.layers.begin(), image.layers.end());
    std::vector<Digest> freed;
    TRY(auto pruned, m_impl->cache.prune(what, inImages, freed));
    pruned.bytes += m_impl->needs.images.drop(freed);
    m_impl->needs.events.publish({.type = "builder", .action = "prune", .actorId = "", .attributes = {{"reclaimed", std::to_string(pruned.bytes)}}});
    return pruned;
}

} // namespace slipway::build
