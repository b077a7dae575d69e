// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <format>
#include <fstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/log.h"
#include "build/dockerfile/text.h"
#include "build/run_container.h"
#include "build/stage_builder.h"
#include "os/mount.h"
#include "store/snapshot_store.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;
using Kind = BuildProgress::Kind;

namespace
{
// What a container had to make so that something could be mounted there: gone again from the layer, unless something was
// put into it. What ran may have put links in its place: none of them is followed out of the layer.
class MountStubs
{
public:
    explicit MountStubs(const Workspace& workspace) : m_workspace(workspace) {}

    Status note(const std::string& target)
    {
        TRY(const UniqueFd root, m_workspace.open());
        std::string path;
        for (const fs::path& part : fs::path(target).relative_path()) {
            path += '/' + part.string();
            if (!openInRoot(root.get(), path, O_PATH))
                m_made.push_back(path);
        }
        return {};
    }
    // In the upper folder, once nothing is mounted any more.
    Status remove() const
    {
        const UniqueFd upper(::open(m_workspace.upper().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!upper)
            return failErrno(errno, "opening " + m_workspace.upper().string());
        std::vector<std::string> deepest = m_made;
        std::ranges::sort(deepest, std::ranges::greater(), &std::string::size);
        for (const std::string& path : deepest) {
            const fs::path stub = path;
            const auto folder = openInRoot(upper.get(), stub.parent_path(), O_PATH | O_DIRECTORY);
            struct stat info{};
            if (!folder || ::fstatat(folder->get(), stub.filename().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            if (S_ISDIR(info.st_mode))
                ::unlinkat(folder->get(), stub.filename().c_str(), AT_REMOVEDIR);
            else if (S_ISREG(info.st_mode) && info.st_size == 0)
                ::unlinkat(folder->get(), stub.filename().c_str(), 0);
        }
        return {};
    }

private:
    const Workspace& m_workspace;
    std::vector<std::string> m_made;
};

std::string bare(const std::string& text) { return std::string(df::trimmed(text)); }

std::string joinedWords(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string pathOfFd(int fd)
{
    std::error_code ignored;
    return fs::read_symlink("/proc/self/fd/" + std::to_string(fd), ignored).string();
}

// A snapshot over the folder SOURCE that takes what is written and is thrown away. By its descriptor: a hostile context may
// have put mount options into its name.
class WritableOver
{
public:
    WritableOver(SnapshotStore& snapshots, std::string id) : m_snapshots(snapshots), m_id(std::move(id)) {}
    ~WritableOver()
    {
        if (auto gone = m_snapshots.remove(m_id); !gone)
            log::warn("build mount {}: {}", shortId(m_id), gone.error().message);
    }
    WritableOver(const WritableOver&) = delete;
    WritableOver& operator=(const WritableOver&) = delete;

    static Result<std::shared_ptr<WritableOver>> make(SnapshotStore& snapshots, int source, bool rootless)
    {
        const auto made = std::make_shared<WritableOver>(snapshots, randomId());
        TRY_STATUS(snapshots.create(made->m_id, {}));
        const std::string options = "lowerdir=/proc/self/fd/" + std::to_string(source) + ",upperdir=" + snapshots.upper(made->m_id).string() + ",workdir="
                                    + (snapshots.upper(made->m_id).parent_path() / "work").string() + (rootless ? ",userxattr" : ",index=off");
        TRY_STATUS(mountFs("overlay", snapshots.rootfs(made->m_id), "overlay", MS_NODEV, options));
        return made;
    }
    [[nodiscard]] std::string path() const { return m_snapshots.rootfs(m_id).string(); }

private:
    SnapshotStore& m_snapshots;
    std::string m_id;
};
} // namespace

std::vector<std::string> StageBuilder::runEnv() const
{
    std::vector<std::string> env = m_state.env();
    for (const std::string& name : m_argNames) {
        if (const auto& value = m_args.at(name); value && !m_state.variable(name))
            env.push_back(name + '=' + *value);
    }
    return env;
}

namespace
{
constexpr const char* scripts = "/dev/pipes"; // BuildKit's place for them

// The lone heredoc that is all of RUN.
std::optional<df::Heredoc> loneHeredoc(const df::CommandLine& line)
{
    df::Heredoc lone;
    if (!line.shell || line.heredocs.size() != 1 || !df::isHeredoc(bare(joinedWords(line.args)), lone))
        return std::nullopt;
    lone = line.heredocs[0];
    lone.name = fs::path(lone.name).filename().string();
    if (lone.chomp)
        lone.content = df::dropTabs(lone.content);
    return lone;
}

bool isScript(const df::Heredoc& heredoc) { return heredoc.content.starts_with("#!"); }
} // namespace

// Shell form goes to the stage's shell, heredocs with it; a lone heredoc is the script itself: one that begins with #! a file.
Result<std::vector<std::string>> StageBuilder::commandOf(const df::Run& run) const
{
    const df::CommandLine& line = run.command;
    if (!line.shell)
        return line.args;
    std::string text = joinedWords(line.args);
    if (const auto lone = loneHeredoc(line)) {
        text = isScript(*lone) ? std::string(scripts) + '/' + lone->name : lone->content;
    } else {
        for (const df::Heredoc& heredoc : line.heredocs)
            text += '\n' + heredoc.content + heredoc.name;
    }
    std::vector<std::string> args = m_state.shell();
    args.push_back(text);
    return args;
}

// What MOUNT is called, and whether it can be had.
Status StageBuilder::identify(MountPlan& plan) const
{
    df::Mount& mount = plan.mount;
    using Type = df::Mount::Type;
    if (mount.type != Type::Secret && mount.type != Type::Ssh) {
        if (plan.target == "/" || mount.target.empty())
            return fail(ErrorKind::InvalidArgument, "invalid mount target \"" + mount.target + "\"");
        plan.reads = mount.type == Type::Bind || (mount.type == Type::Cache && !mount.from.empty());
        return {};
    }
    if (mount.id.empty())
        mount.id = !mount.source.empty() ? mount.source : fs::path(mount.target).filename().string();
    if (mount.type == Type::Ssh && mount.required)
        return fail(ErrorKind::InvalidArgument, "no SSH agent was given to this build: RUN --mount=type=ssh,required cannot run");
    if (mount.type == Type::Secret && mount.required && !m_session.forecast && !m_session.secret(mount.id))
        return fail(ErrorKind::InvalidArgument, "secret " + mount.id + ": not found: it was not given to this build");
    if (mount.target.empty() && !mount.env)
        plan.target = "/run/secrets/" + fs::path(mount.id).filename().string();
    return {};
}

Result<std::vector<StageBuilder::MountPlan>> StageBuilder::planMounts(const df::Run& run)
{
    std::vector<MountPlan> plans;
    const auto expand = [this](const std::string& text) { return word(text); };
    for (const std::string& text : run.mounts) {
        MountPlan plan;
        plan.text = text;
        TRY(plan.mount, df::parseMount(text, expand));
        plan.target = joinWorkdir(m_state.workdir(), plan.mount.target);
        TRY_STATUS(identify(plan));
        if (plan.reads && !plan.mount.from.empty()) {
            TRY(plan.from, m_session.source(plan.mount.from, m_stage.index, m_slot));
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

Result<Digest> StageBuilder::findSource(MountPlan& plan, StepInputs& inputs)
{
    const FileTree* tree = &m_session.context;
    if (plan.from) {
        TRY(plan.tree, m_session.tree(*plan.from));
        tree = plan.tree->files.get();
    }
    auto found = tree->find(plan.mount.source.empty() ? "/" : plan.mount.source);
    if (!found)
        return wrap(found.error(), "RUN --mount");
    if (found->size() != 1)
        return fail(ErrorKind::InvalidArgument, "RUN --mount: source " + plan.mount.source + " is not one file or folder");
    plan.source = found->front().path;
    return tree->hash(found->front(), {}, m_session.stop, &inputs);
}

namespace
{
// All that it says but where its files come from: what they are counts, not what the stage is called.
std::string mountInput(const df::Mount& mount, const std::string& target)
{
    const auto number = [](const std::optional<std::uint32_t>& value) { return value ? std::to_string(*value) : std::string("-"); };
    return std::format("{} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(mount.type), target, mount.id, mount.readOnly, mount.required,
                       static_cast<int>(mount.sharing), mount.size, number(mount.mode), number(mount.uid), number(mount.gid), mount.env.value_or("-"));
}
} // namespace

Status StageBuilder::run(const df::Run& run)
{
    if (run.security == "insecure")
        return fail(ErrorKind::Forbidden, "RUN --security=insecure is not allowed: this engine gives no build more rights than a container has");
    if (!run.devices.empty())
        return fail(ErrorKind::NotImplemented, "RUN --device is not implemented");
    if (run.network == "host" && m_session.request.network != "host")
        return fail(ErrorKind::Forbidden, "RUN --network=host is not allowed: build with --network=host to allow it");
    TRY(const auto args, commandOf(run));
    const auto env = runEnv();
    TRY(auto mounts, planMounts(run));
    Step step{.text = runHistory(args), .inputs = runInputs(run, args, env), .shortcut = {}, .withInit = true};
    for (const MountPlan& plan : mounts)
        step.inputs.add("mount", mountInput(plan.mount, plan.target));
    const auto ofStage = [](const MountPlan& plan) { return plan.from.has_value(); };
    if (std::ranges::any_of(mounts, ofStage) && std::ranges::none_of(mounts, [&](const MountPlan& plan) { return plan.reads && !plan.from; })) {
        std::vector<std::string> where = {"mounted", step.inputs.key().str()};
        for (const MountPlan& plan : mounts)
            where.insert(where.end(), {plan.from ? plan.from->files.str() : "", plan.mount.source});
        step.shortcut = keyOf(where);
        if (takeCached(step.shortcut, step.text))
            return {};
    }
    if (m_session.forecast) {
        for (const MountPlan& plan : mounts) {
            const auto doubt = plan.from ? m_session.forecast->doubtOf(plan.from->files) : Forecast::Doubt();
            if (doubt.state == ForecastStep::State::Hit)
                continue;
            forecastUnknown(step.text, step.shortcut.empty() ? step.inputs.key() : step.shortcut, ForecastStep::Reason::Source, doubt.line);
            return {};
        }
    }
    for (MountPlan& plan : mounts) {
        if (plan.reads) {
            TRY(const Digest content, findSource(plan, step.inputs));
            step.inputs.add("source " + plan.mount.source, content.str());
        }
    }
    return layerStep(step, [&](Workspace& workspace) { return execute(run, args, env, mounts, workspace); });
}

StepInputs StageBuilder::runInputs(const df::Run& run, const std::vector<std::string>& args, const std::vector<std::string>& env) const
{
    StepInputs inputs("run", m_state.files);
    inputs.add("form", run.command.shell ? "shell" : "exec");
    inputs.add("command", run.command.shell ? args.back() : keyOf(args).str());
    if (const auto lone = loneHeredoc(run.command); lone && isScript(*lone))
        inputs.add("script", lone->content);
    if (run.command.shell)
        inputs.add("option SHELL", keyOf(m_state.shell()).str());
    inputs.add("option WORKDIR", m_state.workdir());
    inputs.add("option USER", m_state.user());
    inputs.add("network", run.network);
    inputs.add("option --network", m_session.request.network);
    const std::size_t own = m_state.env().size();
    for (std::size_t i = 0; i < env.size(); ++i)
        inputs.add((i < own ? "env " : "arg ") + env[i].substr(0, env[i].find('=')), env[i]);
    for (const std::string& host : m_session.request.extraHosts)
        inputs.add("option --add-host", host);
    return inputs;
}

// "RUN |1 NAME=value /bin/sh -c …": with the build arguments.
std::string StageBuilder::runHistory(const std::vector<std::string>& args) const
{
    std::string text = "RUN ";
    if (!m_argNames.empty())
        text += '|' + std::to_string(m_argNames.size()) + ' ';
    for (const std::string& name : m_argNames)
        text += name + '=' + variable(name).value_or("") + ' ';
    return text + joinedWords(args) + " # buildkit";
}

namespace
{
// The mounts of one RUN made ready on the host, and what must live until it ends.
class PreparedMounts
{
public:
    PreparedMounts(Session& session, fs::path folder) : m_session(session), m_folder(std::move(folder)) {}

    Status add(const df::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source)
    {
        using Type = df::Mount::Type;
        SpecMount made;
        made.destination = target;
        made.readOnly = mount.readOnly;
        made.propagation = "rprivate";
        switch (mount.type) {
        case Type::Tmpfs:
            made = {.source = "tmpfs", .destination = target, .type = "tmpfs", .readOnly = false, .propagation = "", .options = {"exec"}};
            if (mount.size > 0)
                made.options.push_back("size=" + std::to_string(mount.size));
            break;
        case Type::Cache: {
            TRY(made.source, cacheFolder(mount, target, tree, source));
            break;
        }
        case Type::Bind: {
            TRY(made.source, bindSource(mount, tree, source));
            break;
        }
        case Type::Secret: {
            const auto found = m_session.secret(mount.id);
            if (!found)
                return {};
            const std::string& value = *found;
            if (mount.env)
                env.push_back((mount.env->empty() ? mount.id : *mount.env) + '=' + value);
            if (mount.env && mount.target.empty())
                return {};
            TRY(made.source, secretFile(mount, value));
            break;
        }
        case Type::Ssh:
            return {};
        }
        mounts.push_back(std::move(made));
        return {};
    }

    Status addScript(const std::string& name, const std::string& content)
    {
        const fs::path folder = m_folder / "scripts";
        ::mkdir(folder.c_str(), 0755);
        const UniqueFd fd(::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
        if (!fd || ::fchmod(fd.get(), 0755) != 0 || ::write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
            return failErrno(errno, "writing the script " + name);
        SpecMount made;
        made.source = folder.string();
        made.destination = scripts;
        made.readOnly = true;
        made.propagation = "rprivate";
        mounts.push_back(std::move(made));
        return {};
    }

    std::vector<SpecMount> mounts;
    std::vector<std::string> env;

private:
    Result<std::string> cacheFolder(const df::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source)
    {
        TRY(auto cache, m_session.cache.mountFolder(mount.id.empty() ? target : mount.id, static_cast<BuildCache::Sharing>(mount.sharing),
                                                    mount.uid.value_or(0), mount.gid.value_or(0), mount.mode.value_or(0755), m_session.stop));
        if (cache.isNew && !mount.from.empty()) {
            TRY(const UniqueFd from, openInRoot(tree.root(), "/" + source, O_RDONLY | O_DIRECTORY));
            const UniqueFd to(::open(cache.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            TRY_STATUS(copyTree(from.get(), to.get()));
        }
        m_holds.push_back(cache.hold);
        return cache.path.string();
    }

    Result<std::string> bindSource(const df::Mount& mount, const FileTree& tree, const std::string& source)
    {
        TRY(const UniqueFd fd, openInRoot(tree.root(), "/" + source, O_PATH));
        struct stat info{};
        ::fstat(fd.get(), &info);
        if (mount.readOnly)
            return pathOfFd(fd.get());
        if (!S_ISDIR(info.st_mode))
            return copiedFile(tree, source);
        TRY(const auto overlay, WritableOver::make(m_session.needs.snapshots, fd.get(), m_session.needs.rootless));
        m_holds.push_back(overlay);
        return overlay->path();
    }

    // A file that may be written to is a copy of its own.
    Result<std::string> copiedFile(const FileTree& tree, const std::string& source)
    {
        TRY(auto folder, TemporaryFolder::make(m_session.needs.root));
        const UniqueFd to(::open(folder->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const std::string name = fs::path(source).filename().string();
        TRY_STATUS(copyInto(tree, {source, name, false}, to.get(), name, {}, m_session.stop));
        m_holds.push_back(folder);
        return (folder->path() / name).string();
    }

    Result<std::string> secretFile(const df::Mount& mount, const std::string& value)
    {
        const fs::path path = m_folder / ("secret-" + std::to_string(mounts.size()));
        const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
        if (!fd || ::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())
            || ::fchown(fd.get(), mount.uid.value_or(0), mount.gid.value_or(0)) != 0 || ::fchmod(fd.get(), mount.mode.value_or(0400)) != 0)
            return failErrno(errno, "making the secret " + mount.id + " ready");
        return path.string();
    }

    Session& m_session;
    fs::path m_folder;
    std::vector<std::shared_ptr<void>> m_holds;
};

// A step's own folder below RUN/builds, gone at the end; a restarted engine looks there for what a killed one left.
class RunFolder
{
public:
    explicit RunFolder(fs::path path) : m_path(std::move(path))
    {
        std::error_code ignored;
        fs::create_directories(m_path.parent_path(), ignored);
        ::mkdir(m_path.c_str(), 0700);
    }
    ~RunFolder()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};
} // namespace

Status StageBuilder::execute(const df::Run& run, const std::vector<std::string>& args, const std::vector<std::string>& env,
                             const std::vector<MountPlan>& mounts, Workspace& workspace)
{
    const BuildRequest& request = m_session.request;
    const RunFolder folder(m_session.needs.run / "builds" / workspace.id());
    {
        TRY(const UniqueFd root, workspace.open());
        TRY_STATUS(makeFolders(root.get(), m_state.workdir(), {}).transform([](const UniqueFd&) {}));
    }
    PreparedMounts prepared(m_session, folder.path());
    MountStubs stubs(workspace);
    for (const MountPlan& plan : mounts) {
        TRY_STATUS(stubs.note(plan.target));
        TRY_STATUS(prepared.add(plan.mount, plan.target, plan.tree ? *plan.tree->files : m_session.context, plan.source));
    }
    if (const auto lone = loneHeredoc(run.command); lone && isScript(*lone))
        TRY_STATUS(prepared.addScript(lone->name, lone->content));
    RunInput input;
    input.id = workspace.id();
    input.rootfs = workspace.rootfs();
    input.folder = folder.path();
    input.args = args;
    input.env = env;
    for (const auto& [name, value] : request.args) {
        if (df::isProxyArg(name) && !variable(name))
            input.env.push_back(name + '=' + value);
    }
    input.env.insert(input.env.end(), prepared.env.begin(), prepared.env.end());
    input.workdir = m_state.workdir();
    input.user = m_state.user();
    input.mounts = prepared.mounts;
    input.network = run.network == "default" ? request.network : run.network;
    input.extraHosts = request.extraHosts;
    input.resources = request.resources;
    input.ulimits = request.ulimits;
    input.shmSize = request.shmSize;
    input.cgroups = m_session.needs.cgroups;
    input.rootless = m_session.needs.rootless;
    say({.kind = Kind::Running, .text = {}, .id = shortId(input.id), .pull = {}});
    const auto output = [this](bool isError, std::string_view text) {
        say({.kind = Kind::Output, .text = std::string(text), .id = {}, .isError = isError, .pull = {}});
    };
    const auto code = runContainer(m_session.needs.runtime, m_session.needs.networks, input, output, m_session.stop);
    if (!code || *code == 0)
        say({.kind = Kind::Removed, .text = {}, .id = shortId(input.id), .pull = {}});
    if (!code)
        return std::unexpected(code.error());
    if (*code != 0)
        return fail(ErrorKind::InvalidArgument, "The command '" + joinedWords(args) + "' returned a non-zero code: " + std::to_string(*code), *code);
    TRY_STATUS(workspace.unmount());
    return stubs.remove();
}

Result<std::shared_ptr<TemporaryFolder>> TemporaryFolder::make(const fs::path& root)
{
    const fs::path path = root / "ingest" / ("build-" + randomId());
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    if (::mkdir(path.c_str(), 0700) != 0)
        return failErrno(errno, "making " + path.string());
    return std::shared_ptr<TemporaryFolder>(new TemporaryFolder(path));
}

TemporaryFolder::~TemporaryFolder()
{
    const UniqueFd parent(::open(m_path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent)
        (void)removeTree(parent.get(), m_path.filename().string());
}

} // namespace slipway::build
