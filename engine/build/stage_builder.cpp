// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/stage_builder.h"

#include <algorithm>
#include <format>

#include "base/ids.h"
#include "build/dockerfile/expand.h"
#include "build/dockerfile/text.h"
#include "runtime/oci_spec.h"
#include "state/database.h"
#include "store/layer_store.h"

namespace slipway::build
{

namespace df = dockerfile;
using Kind = BuildProgress::Kind;

StageBuilder::StageBuilder(Session& session, const df::Stage& stage, std::size_t slot, int firstStep, int total)
    : m_session(session), m_stage(stage), m_slot(slot), m_step(firstStep), m_total(total)
{
}

void StageBuilder::say(BuildProgress progress)
{
    progress.step = m_step;
    progress.total = m_total;
    progress.line = m_line;
    m_session.output.send(m_slot, std::move(progress));
}

void StageBuilder::sayStep(const df::Instruction& instruction)
{
    m_line = instruction.node->firstLine;
    m_layerSize = 0;
    say({.kind = Kind::Step, .text = std::string(df::trimmed(instruction.node->line)), .id = {}, .vertex = vertexOf(instruction), .pull = {}});
}

std::string StageBuilder::vertexOf(const df::Instruction& instruction)
{
    const auto makesFiles = [](const df::Instruction& each) { return each.as<df::Run>() || each.as<df::Copy>() || each.as<df::Workdir>(); };
    const bool fromImage = !m_session.file.stage(m_stage.base().image, m_stage.index) && m_stage.base().image != "scratch";
    if (instruction.as<df::From>() ? !fromImage : !makesFiles(instruction))
        return {};
    const auto total = (fromImage ? 1 : 0) + std::ranges::count_if(m_stage.instructions, makesFiles);
    const auto joins = [](const df::Instruction& each) { // another stage or image: to BuildKit the Dockerfile has several then
        const auto* run = each.as<df::Run>();
        return (each.as<df::Copy>() && !each.as<df::Copy>()->from.empty()) || (run && std::ranges::any_of(run->mounts, [](const std::string& text) {
                   const auto mount = df::parseMount(text, {});
                   return mount && (!mount->from.empty() || mount->type != df::Mount::Type::Bind);
               }));
    };
    const std::string name = m_session.file.stages.size() > 1 || std::ranges::any_of(m_stage.instructions, joins) ? m_stage.name() : m_stage.base().name;
    const std::string line(df::trimmed(instruction.node->line));
    std::string text = instruction.name + line.substr(std::min(instruction.name.size(), line.size()));
    if (instruction.as<df::From>()) {
        const auto reference = Reference::parse(m_stage.base().image);
        text = "FROM " + (reference ? reference->canonical() : m_stage.base().image);
    }
    return std::format("[{}{:>{}}/{}] {}", name.empty() ? "" : name + ' ', ++m_vertices, std::to_string(total).size(), total, text);
}

Result<ImageState> StageBuilder::build(bool isTarget)
{
    m_forecast.stage = m_stage.name();
    const Status done = steps(isTarget);
    if (!done)
        say({.kind = Kind::Failed, .text = done.error().message, .id = {}, .isCancelled = done.error().kind == ErrorKind::Cancelled, .pull = {}});
    const Status kept = remember(); // also what was done before a failure
    TRY_STATUS(done);
    TRY_STATUS(kept);
    return m_state;
}

Status StageBuilder::steps(bool isTarget)
{
    const Status begun = begin();
    tellForecast(m_stage.from, begun);
    if (!m_session.forecast)
        TRY_STATUS(begun);
    for (const df::Instruction& instruction : m_stage.instructions) {
        ++m_step;
        sayStep(instruction);
        const Status done = step(instruction);
        tellForecast(instruction, done);
        if (!m_session.forecast)
            TRY_STATUS(done);
        say({.kind = Kind::Done, .text = {}, .id = shortId(m_state.id().hex()), .size = m_layerSize, .pull = {}});
    }
    if (isTarget && !m_session.request.classic) {
        for (const auto& [name, value] : m_session.request.labels)
            m_state.config["Labels"][name] = value;
        if (!m_session.request.labels.empty())
            m_state.base = {};
    } else if (isTarget) {
        m_line = 0;
        m_layerSize = 0;
        for (const auto& [name, value] : m_session.request.labels) {
            ++m_step;
            say({.kind = Kind::Step, .text = "LABEL " + name + '=' + value, .id = {}, .pull = {}});
            m_state.config["Labels"][name] = value;
            noteMetadata("LABEL " + name + '=' + value);
            tellForecast(m_stage.from, {});
            say({.kind = Kind::Done, .text = {}, .id = shortId(m_state.id().hex()), .pull = {}});
        }
    }
    return {};
}

Status StageBuilder::begin()
{
    const df::From& from = m_stage.base();
    sayStep(m_stage.from);
    const df::Lookup globals = [this](std::string_view name) -> std::optional<std::string> {
        const auto found = m_session.globals.find(name);
        return found == m_session.globals.end() ? std::nullopt : std::optional(found->second);
    };
    const df::ExpandOptions options{.escape = m_session.file.syntax.escape};
    TRY(const auto base, df::expand(from.image, globals, options));
    if (base.text.empty())
        return fail(ErrorKind::InvalidArgument, "base name (" + from.image + ") should not be blank");
    std::string platform = m_session.request.platform;
    if (!from.platform.empty()) {
        TRY(const auto wanted, df::expand(from.platform, globals, options));
        if (wanted.text.empty())
            return fail(ErrorKind::InvalidArgument, "empty platform value from expression " + from.platform);
        platform = wanted.text;
    }
    const df::Stage* named = m_session.file.stage(base.text, m_stage.index);
    if (named && named->base().name == df::toLower(base.text)) {
        TRY(m_state, m_session.source(base.text, m_stage.index, m_slot));
        m_state.cmdSet = false;
    } else {
        TRY(m_state, m_session.image(base.text, platform, m_slot));
        m_baseFiles = m_state.files;
        if (m_session.forecast && m_session.forecast->doubtOf(m_state.files).state != ForecastStep::State::Hit)
            mark(ForecastStep::State::Unknown, ForecastStep::Reason::Pull);
    }
    TRY_STATUS(triggers());
    const bool nothing = m_state.history.empty() && m_state.layers.empty();
    say({.kind = Kind::Done, .text = {}, .id = nothing ? "" : shortId(m_state.id().hex()), .pull = {}});
    return {};
}

Status StageBuilder::triggers()
{
    const auto list = jsonValue<std::vector<std::string>>(m_state.config, "OnBuild");
    m_state.config.erase("OnBuild");
    if (list.empty())
        return {};
    note("# Executing " + std::to_string(list.size()) + " build trigger" + (list.size() > 1 ? "s" : ""));
    for (const std::string& text : list) {
        TRY(const auto instruction, df::parseTrigger(text));
        TRY_STATUS(step(instruction));
    }
    return {};
}

Status StageBuilder::step(const df::Instruction& written)
{
    if (m_session.stop.stop_requested())
        return fail(ErrorKind::Cancelled, "build cancelled");
    TRY(const df::Instruction instruction, expanded(written));
    if (const auto* declared = instruction.as<df::Arg>())
        return arg(*declared);
    if (const auto* folder = instruction.as<df::Workdir>())
        return workdir(*folder);
    if (const auto* command = instruction.as<df::Run>())
        return run(*command);
    if (const auto* files = instruction.as<df::Copy>())
        return copy(*files);
    return metadata(instruction);
}

Status StageBuilder::metadata(const df::Instruction& instruction)
{
    if (const Json& before = jsonMember(jsonMember(m_state.config, "Healthcheck"), "Test"); instruction.as<df::Healthcheck>() && before.is_array() && !before.empty()) {
        std::string words;
        for (const Json& word : before)
            words += (words.empty() ? "" : " ") + word.get<std::string>();
        note("Note: overriding previous HEALTHCHECK: [" + words + "]");
    }
    const auto applied = applyMetadata(m_state, instruction, m_session.request.classic);
    if (!applied)
        return fail(ErrorKind::Internal, instruction.name + " is not handled");
    TRY(const std::string text, *applied);
    if (text.empty())
        m_state.base = {};
    else
        noteMetadata(text);
    return {};
}

std::string StageBuilder::historyText(const std::string& text) const
{
    if (!m_session.request.classic)
        return text;
    std::string words;
    for (const std::string& word : m_state.shell())
        words += word + ' ';
    return words + "#(nop) " + text;
}

void StageBuilder::noteMetadata(const std::string& said)
{
    const std::string text = historyText((m_session.request.classic ? " " : "") + said);
    const Digest key = keyOf({"metadata", m_state.step.str(), m_state.files.str(), text});
    const auto known = m_session.request.noCache ? std::nullopt : findCached(key, text);
    if (known)
        say({.kind = Kind::Cached, .text = {}, .id = known->id, .pull = {}});
    else
        m_new.push_back({.id = key.hex(), .description = text, .parent = m_state.step.hex(), .layer = {}, .created = now()});
    if (m_session.forecast)
        markMetadata(known.has_value());
    const TimePoint created = m_session.epoch ? *m_session.epoch : known ? known->created : m_new.back().created;
    m_state.record(text, created, {}, m_session.request.classic);
    m_state.step = key;
}

Status StageBuilder::remember()
{
    if (m_new.empty() || m_session.forecast)
        return {};
    return m_session.needs.db.transaction([this]() -> Status {
        for (const CacheRecord& each : m_new)
            TRY_STATUS(m_session.cache.keep(each));
        return {};
    });
}

Status StageBuilder::arg(const df::Arg& declared)
{
    std::string text = "ARG";
    for (const df::ArgDefinition& definition : declared.args) {
        std::optional<std::string> value = definition.value;
        text += ' ' + definition.name + (value ? '=' + *value : "");
        if (const auto given = m_session.request.args.find(definition.name); given != m_session.request.args.end()) {
            value = given->second;
            const std::scoped_lock lock(m_session.mutex);
            m_session.usedArgs.insert(definition.name);
        } else if (const auto global = m_session.globals.find(definition.name); !value && global != m_session.globals.end())
            value = global->second;
        if (!m_args.contains(definition.name))
            m_argNames.push_back(definition.name);
        m_args[definition.name] = value;
    }
    noteMetadata(text);
    return {};
}

Status StageBuilder::workdir(const df::Workdir& wanted)
{
    const std::string path = joinWorkdir(m_state.workdir(), wanted.path);
    m_state.config["WorkingDir"] = path;
    const std::string text = "WORKDIR " + path;
    if (path == "/") {
        noteMetadata(text);
        return {};
    }
    StepInputs inputs("workdir", m_state.files);
    inputs.add("path", path);
    const std::string user = m_session.request.classic ? "" : m_state.user();
    inputs.add("option USER", user);
    return layerStep(
        {.text = historyText(text), .inputs = std::move(inputs), .shortcut = {}, .always = !m_session.request.classic},
        [&](Workspace& workspace) -> Status {
            TRY(const UniqueFd root, workspace.open());
            CopyRules rules;
            if (!user.empty()) {
                TRY(const auto owner, resolveUser(workspace.rootfs().string(), user, {}));
                rules.uid = owner.uid;
                rules.gid = owner.gid;
            }
            return makeFolders(root.get(), path, rules).transform([](const UniqueFd&) {});
        });
}

// Without files.
std::optional<CacheRecord> StageBuilder::findCached(const Digest& key, const std::string& text)
{
    if (!m_session.request.onlyCacheFrom)
        return m_session.cache.find(key, m_session.lease);
    return m_session.imported(m_state, key, text, m_slot);
}

std::optional<CacheRecord> StageBuilder::takeCached(const Digest& key, const std::string& text, bool always,
                                                    const StepInputs* inputs)
{
    if (m_session.request.noCache && !always) {
        const std::scoped_lock lock(m_session.mutex);
        if (!m_session.madeSteps.contains(key))
            return std::nullopt;
    }
    auto known = m_session.request.onlyCacheFrom ? std::nullopt : m_session.cache.find(key, m_session.lease);
    if (!known && inputs && !m_session.forecast && (always || !m_session.request.noCache)) {
        known = m_session.imported(m_state, key, text, m_slot);
        if (known && !m_session.cache.keep(*known, *inputs))
            return std::nullopt;
    }
    if (!known)
        return std::nullopt;
    const bool isAlias = known->kind == "alias";
    const auto stands = Digest::parse("sha256:" + known->parent);
    say({.kind = Kind::Cached, .text = {}, .id = isAlias ? known->parent : known->id, .size = known->size, .pull = {}});
    appendLayer(text, isAlias && stands ? *stands : key, *known);
    return known;
}

Status StageBuilder::layerStep(const Step& step, const Make& make)
{
    const Digest key = step.inputs.key();
    const auto claim = m_session.cache.claim(key, m_session.stop);
    if (!claim)
        return fail(ErrorKind::Cancelled, "build cancelled");
    auto record = takeCached(key, step.text, step.always, &step.inputs);
    if (!record && m_session.forecast) {
        forecastMiss(step);
        return {};
    }
    if (!record) {
        TRY(const auto workspace, Workspace::make(m_session.needs.snapshots, m_state.layers, step.withInit));
        TRY_STATUS(make(*workspace));
        TRY_STATUS(workspace->unmount());
        CacheRecord made{.id = key.hex(), .description = step.text, .parent = m_state.step.hex(), .layer = {}};
        TRY(record, m_session.cache.keep(std::move(made), workspace->upper(), m_session.lease, m_session.stop, step.inputs));
        appendLayer(step.text, key, *record);
        const std::scoped_lock lock(m_session.mutex);
        m_session.madeSteps.insert(key);
    }
    if (!step.shortcut.empty()) {
        m_new.push_back(*record);
        m_new.back().id = step.shortcut.hex();
        m_new.back().kind = "alias";
        m_new.back().parent = key.hex();
    }
    return {};
}

void StageBuilder::appendLayer(const std::string& text, const Digest& key, const CacheRecord& record)
{
    m_layerSize += record.size;
    m_state.record(text, m_session.epoch.value_or(record.created), record.layer, m_session.request.classic);
    if (m_session.request.inlineCache) {
        const std::scoped_lock lock(m_session.mutex);
        m_session.steps.insert_or_assign(key, record);
    }
    m_state.files = keyOf({key.str(), record.layer.str()});
    m_state.step = keyOf({m_state.step.str(), text, m_state.files.str()});
}

std::optional<std::string> StageBuilder::variable(std::string_view name) const
{
    if (auto value = m_state.variable(name))
        return value;
    if (const auto declared = m_args.find(name); declared != m_args.end())
        return declared->second;
    return std::nullopt;
}

StageBuilder::Text StageBuilder::word(const std::string& text) const
{
    const df::Lookup lookup = [this](std::string_view name) { return variable(name); };
    TRY(auto expansion, df::expand(text, lookup, {.escape = m_session.file.syntax.escape}));
    return std::move(expansion.text);
}

Status StageBuilder::expandWords(std::vector<std::string>& words) const
{
    for (std::string& each : words) {
        TRY(each, word(each));
    }
    return {};
}

Result<df::Instruction> StageBuilder::expanded(const df::Instruction& written) const
{
    df::Instruction made = written;
    const df::Lookup lookup = [this](std::string_view name) { return variable(name); };
    const df::ExpandOptions options{.escape = m_session.file.syntax.escape};
    const auto pairs = [this](std::vector<df::KeyValue>& list) -> Status {
        for (df::KeyValue& pair : list) {
            TRY(pair.name, word(pair.name));
            TRY(pair.value, word(pair.value));
        }
        return {};
    };
    if (auto* env = std::get_if<df::Env>(&made.body))
        TRY_STATUS(pairs(env->pairs));
    if (auto* label = std::get_if<df::Label>(&made.body))
        TRY_STATUS(pairs(label->pairs));
    if (auto* declared = std::get_if<df::Arg>(&made.body)) {
        for (df::ArgDefinition& definition : declared->args) {
            TRY(definition.name, word(definition.name));
            if (definition.value) {
                TRY(definition.value, word(*definition.value));
            }
        }
    }
    if (auto* expose = std::get_if<df::Expose>(&made.body)) {
        std::vector<std::string> ports;
        for (const std::string& port : expose->ports) { // the one instruction where a variable can be several words
            TRY(const auto split, df::expand(port, lookup, options));
            ports.insert(ports.end(), split.words.begin(), split.words.end());
        }
        expose->ports = std::move(ports);
    }
    if (auto* volume = std::get_if<df::Volume>(&made.body))
        TRY_STATUS(expandWords(volume->paths));
    if (auto* user = std::get_if<df::User>(&made.body)) {
        TRY(user->user, word(user->user));
    }
    if (auto* folder = std::get_if<df::Workdir>(&made.body)) {
        TRY(folder->path, word(folder->path));
    }
    if (auto* stopSignal = std::get_if<df::StopSignal>(&made.body)) {
        TRY(stopSignal->signal, word(stopSignal->signal));
    }
    if (auto* copy = std::get_if<df::Copy>(&made.body)) {
        TRY_STATUS(expandWords(copy->sources));
        TRY_STATUS(expandWords(copy->exclude));
        for (std::string* text : {&copy->destination, &copy->chown, &copy->chmod, &copy->checksum}) {
            TRY(*text, word(*text));
        }
        for (df::Heredoc& heredoc : copy->heredocs) {
            if (!heredoc.expand)
                continue;
            TRY(auto content, df::expand(heredoc.content, lookup, {.plainQuotes = true}));
            heredoc.content = std::move(content.text);
        }
    }
    return made;
}

} // namespace slipway::build
