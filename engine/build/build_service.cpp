// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/build_service.h"

#include <algorithm>
#include <condition_variable>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

#include "base/log.h"
#include "build/dockerfile/text.h"
#include "build/plan.h"
#include "build/stage_builder.h"
#include "events/event_bus.h"
#include "runtime/runtime.h"
#include "store/decompress.h"
#include "store/tar_reader.h"
#include "store/unpack.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;

namespace
{
constexpr unsigned workers = 2; // stages at once
constexpr std::size_t maxDockerfile = 16 << 20;

std::string hostPlatform()
{
    struct utsname name{};
    ::uname(&name);
    const std::string machine = name.machine;
    return "linux/" + (machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine);
}

Result<std::string> readSmall(int root, const std::string& path)
{
    TRY(const UniqueFd fd, openInRoot(root, "/" + path, O_RDONLY | O_NONBLOCK));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorKind::InvalidArgument, path + " is not a regular file");
    if (info.st_size > static_cast<off_t>(maxDockerfile))
        return fail(ErrorKind::InvalidArgument, path + " is larger than " + std::to_string(maxDockerfile) + " bytes");
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t got = ::read(fd.get(), text.data() + at, text.size() - at);
        if (got <= 0)
            return failErrno(got < 0 ? errno : EIO, "reading " + path);
        at += static_cast<std::size_t>(got);
    }
    return text;
}

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

// Removes what IGNORE names below the folder DIR.
Status removeIgnored(int dir, const std::string& prefix, const IgnoreFile& ignore)
{
    TRY(const auto names, namesIn(dir));
    for (const std::string& name : names) {
        const std::string path = prefix.empty() ? name : prefix + '/' + name;
        struct stat info{};
        if (::fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const bool ignored = ignore.ignores(path);
        if (S_ISDIR(info.st_mode) && (!ignored || ignore.hasExceptions())) {
            const UniqueFd child(::openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            TRY_STATUS(removeIgnored(child.get(), path, ignore));
            if (ignored)
                ::unlinkat(dir, name.c_str(), AT_REMOVEDIR); // when nothing was excepted in it
        } else if (ignored && S_ISDIR(info.st_mode)) {
            TRY_STATUS(removeTree(dir, name));
        } else if (ignored)
            ::unlinkat(dir, name.c_str(), 0);
    }
    return {};
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
            for (unsigned i = 0; i < std::min<std::size_t>(workers, m_plan.stages.size()); ++i)
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
    BuildCache cache;

    explicit Impl(Needs n) : needs(n), cache(n.db, n.layers, n.root / "cache-mounts") {}
    void endLeftovers() const;
    Result<BuildResult> finish(Session& session, const Plan& plan);
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
        const std::string id = entry.path().filename();
        if (auto gone = needs.runtime.destroy(id); !gone)
            log::warn("build step {}: {}", id, gone.error().message);
        fs::remove_all(entry.path(), ignored);
    }
}

BuildService::Context::~Context()
{
    if (m_folder.empty())
        return;
    const UniqueFd parent(::open(m_folder.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent)
        (void)removeTree(parent.get(), m_folder.filename().string());
}

Result<BuildService::Context> BuildService::unpackContext(ByteSource& tar, const std::string& dockerfile, const std::stop_token& stop)
{
    TRY(const auto temporary, TemporaryFolder::make(m_impl->needs.root));
    const fs::path folder = temporary->path().string() + "-context";
    if (::mkdir(folder.c_str(), 0755) != 0)
        return failErrno(errno, "making " + folder.string());
    Context context(folder);
    const UniqueFd dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto plain = decompressed(tar);
    TarReader reader(*plain);
    UnpackLimits limits;
    limits.whiteouts = false;
    TRY(const auto done, unpackLayer(reader, dir.get(), m_impl->needs.rootless, limits, stop));
    TRY_STATUS(reader.drain());
    if (done.skippedDevices > 0)
        log::warn("build context: {} device nodes were not unpacked", done.skippedDevices);
    if (const auto own = readSmall(dir.get(), dockerfile + ".dockerignore"); own) {
        TRY(const auto ignore, IgnoreFile::parse(*own));
        TRY(const std::string text, readSmall(dir.get(), dockerfile));
        TRY_STATUS(removeIgnored(dir.get(), "", ignore));
        if (ignore.ignores(dockerfile)) // it is read all the same
            context.setDockerfile(text);
        return context;
    }
    if (const auto shared = readSmall(dir.get(), ".dockerignore"); shared) {
        TRY(const auto ignore, IgnoreFile::parse(*shared));
        if (ignore.ignores(dockerfile)) {
            TRY(const std::string text, readSmall(dir.get(), dockerfile));
            context.setDockerfile(text);
            ::unlinkat(dir.get(), dockerfile.c_str(), 0);
        }
        if (ignore.ignores(".dockerignore"))
            ::unlinkat(dir.get(), ".dockerignore", 0);
    }
    return context;
}

Result<BuildResult> BuildService::build(const BuildRequest& request, const BuildSink& sink, std::stop_token stop)
{
    UniqueFd root(::open(request.context.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return failErrno(errno, "opening the build context " + request.context.string());
    std::string text;
    if (request.dockerfileText)
        text = *request.dockerfileText;
    else {
        auto read = readSmall(root.get(), request.dockerfile);
        if (!read)
            return fail(ErrorKind::InvalidArgument, read.error().kind == ErrorKind::NotFound ? "Cannot locate specified Dockerfile: " + request.dockerfile : read.error().message);
        text = *std::move(read);
    }
    const df::File file = df::parse(text);
    if (file.firstError())
        return std::unexpected(errorsOf(file));
    const std::string platform = request.platform.empty() ? hostPlatform() : request.platform;
    TRY(const auto epoch, sourceDateEpoch(request.args));
    TRY(auto globals, globalValues(file, request.args, platform, request.target));
    TRY(const Plan plan, makePlan(file, request.target, globals, static_cast<int>(request.labels.size())));

    std::stop_source stopping;
    const std::stop_callback forward(stop, [&stopping] { stopping.request_stop(); });
    BuildCache::Lease lease(m_impl->cache);
    const FileTree context(std::move(root), true);
    OrderedSink output(plan.stages.size(), sink);
    Session session{.needs = m_impl->needs, .request = request, .cache = m_impl->cache, .lease = lease, .file = file,
                    .context = context, .output = output, .stop = stopping.get_token(), .platform = platform, .epoch = epoch,
                    .globals = std::move(globals), .usedArgs = {}, .mutex = {}, .finished = {}, .trees = {}};
    int step = 0;
    for (const df::Instruction& arg : file.globalArgs)
        output.send(0, {.kind = BuildProgress::Kind::Step, .step = ++step, .total = plan.totalSteps, .text = std::string(df::trimmed(arg.node->line)), .id = {}, .pull = {}});
    TRY_STATUS(Scheduler(session, plan, stopping).run());
    return m_impl->finish(session, plan);
}

Result<BuildResult> BuildService::Impl::finish(Session& session, const Plan& plan)
{
    const ImageState& state = session.finished.at(plan.stages.back().stage->index);
    TimePoint created{};
    if (!state.history.empty())
        created = parseRfc3339(jsonValue<std::string>(state.history.back(), "created")).value_or(TimePoint{});
    TRY(const Image image, needs.images.create(state.document(created), session.request.tags));
    BuildResult result{image.id, {}};
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
    TRY(auto pruned, m_impl->cache.prune(what, inImages));
    m_impl->needs.events.publish({.type = "builder", .action = "prune", .actorId = "", .attributes = {{"reclaimed", std::to_string(pruned.bytes)}}});
    return pruned;
}

} // namespace slipway::build
