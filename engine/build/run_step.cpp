// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <format>

#include "base/ids.h"
#include "build/dockerfile/text.h"
#include "build/run_container.h"
#include "build/run_mounts.h"
#include "build/stage_builder.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;
using Kind = BuildProgress::Kind;

namespace
{
std::string bare(const std::string& text) { return std::string(df::trimmed(text)); }

std::string joinedWords(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}
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
        text = isScript(*lone) ? std::string(scriptsFolder) + '/' + lone->name : lone->content;
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
    mount.id = mount.secretId();
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

// "RUN |1 NAME=value /bin/sh -c …": with the build arguments; the classic builder's knows only those with a value.
std::string StageBuilder::runHistory(const std::vector<std::string>& args) const
{
    if (m_session.request.classic) {
        const auto env = runEnv();
        std::vector<std::string> given(env.begin() + static_cast<std::ptrdiff_t>(m_state.env().size()), env.end());
        std::ranges::sort(given);
        return (given.empty() ? "" : '|' + std::to_string(given.size()) + ' ' + joinedWords(given) + ' ') +
               joinedWords(args);
    }
    std::string text = "RUN ";
    if (!m_argNames.empty())
        text += '|' + std::to_string(m_argNames.size()) + ' ';
    for (const std::string& name : m_argNames)
        text += name + '=' + variable(name).value_or("") + ' ';
    return text + joinedWords(args) + " # buildkit";
}

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

} // namespace slipway::build
