// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/lint.h"

#include <algorithm>
#include <filesystem>

#include "build/dockerfile/expand.h"
#include "build/dockerfile/lint_checks.h"
#include "build/dockerfile/practices.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
class Linter
{
public:
    Linter(const File& file, const LintOptions& options) : m_file(file), m_options(options)
    {
        m_switches.skip = options.skip;
        m_switches.experimental = options.experimental;
        if (const Directive* check = file.syntax.directive("check"))
            m_switches.read(check->value);
        if (options.practices)
            m_everywhere = ignoredEverywhere(file);
    }

    std::vector<Diagnostic> run()
    {
        for (const Diagnostic& each : m_file.diagnostics) {
            if (each.severity == Severity::Warning && !m_switches.skips(each.rule))
                m_found.push_back(each);
        }
        names();
        casing();
        globals();
        for (const Stage& stage : m_file.stages) {
            from(stage);
            if (m_options.allStages || reachable().contains(stage.index))
                body(stage);
        }
        std::ranges::stable_sort(m_found, {}, [](const Diagnostic& each) { return each.range.start; });
        return std::move(m_found);
    }

private:
    void warn(std::string_view rule, const Node& node, Range range, std::string message, std::optional<std::string> fix = {})
    {
        Switches switches = m_switches;
        const std::string_view practice = m_options.practices ? practiceOf(rule) : std::string_view();
        if (!practice.empty() && m_everywhere.contains(practice))
            return;
        for (const std::string& comment : node.comments) {
            if (!practice.empty() && hadolintComment(comment).codes.contains(practice))
                return;
            if (const auto equals = comment.find('='); equals != std::string::npos && toLower(trimmed(comment.substr(0, equals))) == "check")
                switches.read(std::string_view(comment).substr(equals + 1));
        }
        const auto* known = &*std::ranges::find(lintRules(), rule, &LintRule::name);
        if (known->experimental ? !switches.asks(rule) : switches.skips(rule))
            return;
        m_found.push_back({Severity::Warning, std::string(rule), range, std::move(message), fix.value_or(""), fix.has_value()});
    }
    static Range wholeOf(const Instruction& instruction) { return instruction.node->range(); }

    void names();
    void casing();
    void caseOf(const Instruction& instruction, bool lower);
    void globals();
    void description(const Instruction& instruction, const char* kind, const std::vector<std::string>& keys);
    void from(const Stage& stage);
    void platform(const Stage& stage, const Lookup& lookup);
    void undefinedInFrom(const Stage& stage, const Expansion& expansion);
    void body(const Stage& stage);
    void instruction(const Instruction& each);
    void legacy(const Instruction& each, const std::vector<KeyValue>& pairs);
    void secrets(const Instruction& each, const char* kind, const std::vector<std::string>& keys);
    void once(const Instruction& each);
    void command(const Instruction& each, const CommandLine& line);
    void expose(const Instruction& each, const Expose& ports);
    void copy(const Instruction& each, const Copy& copy);
    void undefined(const Instruction& each);
    std::vector<std::string> expandedWords(const Instruction& each) const;
    void workdir(const Instruction& each, const Workdir& workdir);
    const std::set<int>& reachable();

    struct StageState // what later stages start from
    {
        std::map<std::string, std::string, std::less<>> env;
        bool envKnown = true, workdirSet = false, shellSet = false;
    };
    Lookup variables() const;

    const File& m_file;
    const LintOptions& m_options;
    Switches m_switches;
    std::set<std::string, std::less<>> m_everywhere; // of hadolint's codes: those that are ignored
    std::vector<Diagnostic> m_found;
    Values m_globals;
    std::map<int, StageState> m_states;
    StageState m_state; // of the stage at hand
    std::map<std::string, std::optional<std::string>, std::less<>> m_args;
    std::map<std::string, const Instruction*> m_last; // CMD, ENTRYPOINT, HEALTHCHECK
    std::set<int> m_reachable;
};

void Linter::names()
{
    std::set<std::string> seen;
    for (const Stage& stage : m_file.stages) {
        const Node& node = *stage.from.node;
        const std::string& name = stage.base().name;
        if (name.empty())
            continue;
        const Word& as = node.args[1];
        const Word& word = node.args[2];
        if (word.text != name)
            warn("StageNameCasing", node, node.range(word), "Stage name '" + word.text + "' should be lowercase", name);
        const std::string& keyword = node.keyword.text;
        const bool lower = keyword == toLower(keyword), upper = keyword == toUpper(keyword);
        const std::string wanted = lower ? toLower(as.text) : toUpper(as.text);
        if ((lower || upper) && as.text != wanted)
            warn("FromAsCasing", node, node.range(as), "'" + as.text + "' and '" + keyword + "' keywords' casing do not match", wanted);
        if (name == "context" || name == "scratch")
            warn("ReservedStageName", node, node.range(word), "Stage name should not use the same name as reserved stage " + inQuotes(name));
        if (!seen.insert(name).second)
            warn("DuplicateStageName", node, node.range(word), "Duplicate stage name " + inQuotes(name) + ", stage names should be unique");
    }
}

void Linter::casing()
{
    int lower = 0, upper = 0;
    const auto count = [&](const Instruction& each) {
        const std::string& keyword = each.node->keyword.text;
        if (keyword == toLower(keyword))
            ++lower;
        else if (keyword == toUpper(keyword))
            ++upper;
    };
    for (const Stage& stage : m_file.stages) {
        count(stage.from);
        std::ranges::for_each(stage.instructions, count);
    }
    for (const Stage& stage : m_file.stages) {
        caseOf(stage.from, lower > upper);
        for (const Instruction& each : stage.instructions)
            caseOf(each, lower > upper);
    }
}

void Linter::caseOf(const Instruction& each, bool lower)
{
    const std::string& keyword = each.node->keyword.text;
    const std::string wanted = lower ? toLower(keyword) : toUpper(keyword);
    if (keyword != wanted)
        warn("ConsistentInstructionCasing", *each.node, each.node->range(each.node->keyword),
             "Command '" + keyword + "' should match the case of the command majority (" + (lower ? "lowercase" : "uppercase") + ")", wanted);
}

void Linter::globals()
{
    Values defaults = platformArgs(m_options.platform, m_options.target);
    m_globals = defaults;
    const auto in = [](const Values& values) -> Lookup {
        return [&values](std::string_view name) -> std::optional<std::string> {
            const auto found = values.find(name);
            return found == values.end() ? std::nullopt : std::optional(found->second);
        };
    };
    const ExpandOptions escape{.escape = m_file.syntax.escape};
    for (const Instruction& each : m_file.globalArgs) {
        std::vector<std::string> keys;
        for (const ArgDefinition& arg : each.as<Arg>()->args) {
            keys.push_back(arg.name);
            if (arg.value) {
                if (const auto value = expand(*arg.value, in(defaults), escape))
                    defaults[arg.name] = value->text;
                if (const auto value = expand(*arg.value, in(m_globals), escape))
                    m_globals[arg.name] = value->text;
            }
            if (const auto given = m_options.args.find(arg.name); given != m_options.args.end())
                m_globals[arg.name] = given->second;
        }
        description(each, "ARG", keys);
    }
    for (const Stage& stage : m_file.stages) {
        const auto name = expand(stage.base().image, in(defaults), escape);
        if (name && !isImageName(name->text))
            warn("InvalidDefaultArgInFrom", *stage.from.node, stage.from.node->range(stage.from.node->args[0]),
                 "Default value for ARG " + stage.base().image + " results in empty or invalid base image name");
    }
}

void Linter::description(const Instruction& each, const char* kind, const std::vector<std::string>& keys)
{
    if (each.node->comments.empty() || keys.empty())
        return;
    const std::string first = split(each.node->comments.back(), ' ').front();
    if (std::ranges::find(keys, first) == keys.end())
        warn("InvalidDefinitionDescription", *each.node, wholeOf(each),
             std::string("Comment for ") + kind + " should follow the format: `# " + (keys.size() > 1 ? "<arg_key>" : keys[0]) + " <description>`");
}

void Linter::undefinedInFrom(const Stage& stage, const Expansion& expansion)
{
    std::vector<std::string> known;
    for (const auto& [name, value] : m_globals)
        known.push_back(name);
    for (const Instruction& each : m_file.globalArgs) {
        for (const ArgDefinition& arg : each.as<Arg>()->args)
            known.push_back(arg.name);
    }
    for (const std::string& name : expansion.unset) {
        if (std::ranges::find(known, name) == known.end())
            warn("UndefinedArgInFrom", *stage.from.node, wholeOf(stage.from),
                 "FROM argument '" + name + "' is not declared" + didYouMean(suggest(name, known, true)));
    }
}

void Linter::from(const Stage& stage)
{
    const Lookup lookup = [this](std::string_view name) -> std::optional<std::string> {
        const auto found = m_globals.find(name);
        return found == m_globals.end() ? std::nullopt : std::optional(found->second);
    };
    m_state = {};
    m_args.clear();
    m_last.clear();
    if (!stage.base().name.empty())
        description(stage.from, "FROM", {stage.base().name});
    platform(stage, lookup);
    const auto base = expand(stage.base().image, lookup, {.escape = m_file.syntax.escape});
    if (!base) {
        m_state.envKnown = false;
        return;
    }
    undefinedInFrom(stage, *base);
    if (const Stage* earlier = m_file.stage(base->text, stage.index); earlier && earlier->base().name == toLower(base->text))
        m_state = m_states[earlier->index];
    else if (base->text != "scratch") {
        const auto image = m_options.baseImage ? m_options.baseImage(base->text) : std::nullopt;
        m_state.envKnown = image.has_value();
        for (const std::string& entry : image ? image->env : std::vector<std::string>())
            m_state.env[entry.substr(0, entry.find('='))] = entry.substr(std::min(entry.find('=') + 1, entry.size()));
        if (image && !image->platform.empty() && image->platform != m_options.platform && stage.base().platform.empty())
            warn("InvalidBaseImagePlatform", *stage.from.node, wholeOf(stage.from),
                 "Base image " + base->text + " was pulled with platform " + inQuotes(image->platform) + ", expected "
                     + inQuotes(m_options.platform) + " for current build");
    }
    m_state.env.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    m_states[stage.index] = m_state;
}

void Linter::platform(const Stage& stage, const Lookup& lookup)
{
    const std::string& text = stage.base().platform;
    if (text.empty())
        return;
    const auto value = expand(text, lookup, {.escape = m_file.syntax.escape});
    if (!value)
        return;
    const Node& node = *stage.from.node;
    const Range range = node.flags.empty() ? node.range() : node.range(node.flags[0]);
    undefinedInFrom(stage, *value);
    if (value->used.size() == 1 && value->unset.empty() && value->used.contains("TARGETPLATFORM") && value->text == m_options.platform)
        warn("RedundantTargetPlatform", node, range, "Setting platform to predefined " + text + " in FROM is redundant as this is the default behavior", "");
    if (!value->used.empty() || !value->unset.empty())
        return;
    const auto parts = split(value->text, '/');
    const std::string os = parts.size() > 1 ? parts[0] : "linux", architecture = parts.size() > 1 ? parts[1] : parts[0];
    const std::string& name = stage.base().name;
    if (name.find(os) == std::string::npos && name.find(architecture) == std::string::npos)
        warn("FromPlatformFlagConstDisallowed", node, range, "FROM --platform flag should not use constant value " + inQuotes(value->text));
}

const std::set<int>& Linter::reachable()
{
    if (!m_reachable.empty() || m_file.stages.empty())
        return m_reachable;
    const auto target = targetStage(m_file, m_options.target);
    std::vector<const Stage*> open = {target ? *target : &m_file.stages.back()};
    while (!open.empty()) {
        const Stage& stage = *open.back();
        open.pop_back();
        if (!m_reachable.insert(stage.index).second)
            continue;
        const auto add = [&](const std::string& name) {
            if (const Stage* found = name.empty() ? nullptr : m_file.stage(name, stage.index))
                open.push_back(found);
        };
        add(stage.base().image);
        for (const Instruction& each : stage.instructions) {
            if (const Copy* files = each.as<Copy>())
                add(files->from);
            for (const std::string& text : each.as<Run>() ? each.as<Run>()->mounts : std::vector<std::string>()) {
                if (const auto mount = parseMount(text, {}))
                    add(mount->from);
            }
        }
    }
    return m_reachable;
}

void Linter::body(const Stage& stage)
{
    for (const Instruction& each : stage.instructions)
        instruction(each);
    m_states[stage.index] = m_state;
}

void Linter::instruction(const Instruction& each)
{
    undefined(each);
    const Lookup lookup = variables();
    const auto expanded = [&](const std::string& text) {
        const auto value = expand(text, lookup, {.escape = m_file.syntax.escape});
        return value ? value->text : text;
    };
    if (const Env* env = each.as<Env>()) {
        std::vector<std::string> keys;
        legacy(each, env->pairs);
        for (const KeyValue& pair : env->pairs)
            keys.push_back(pair.name);
        secrets(each, "ENV", keys);
        auto after = m_state.env;
        for (const KeyValue& pair : env->pairs)
            after[pair.name] = expanded(pair.value);
        m_state.env = std::move(after);
    } else if (const Label* label = each.as<Label>())
        legacy(each, label->pairs);
    else if (const Arg* arg = each.as<Arg>()) {
        std::vector<std::string> keys;
        for (const ArgDefinition& definition : arg->args) {
            keys.push_back(definition.name);
            const auto given = m_options.args.find(definition.name);
            const auto global = m_globals.find(definition.name);
            m_args[definition.name] = given != m_options.args.end() ? std::optional(given->second)
                                      : definition.value            ? std::optional(expanded(*definition.value))
                                      : global != m_globals.end()   ? std::optional(global->second)
                                                                    : std::nullopt;
        }
        description(each, "ARG", keys);
        secrets(each, "ARG", keys);
    } else if (each.as<Maintainer>())
        warn("MaintainerDeprecated", *each.node, wholeOf(each), "Maintainer instruction is deprecated in favor of using label",
             "LABEL org.opencontainers.image.authors=" + quotedValue(each.as<Maintainer>()->name));
    else if (const Cmd* cmd = each.as<Cmd>())
        command(each, cmd->command);
    else if (const Entrypoint* entrypoint = each.as<Entrypoint>())
        command(each, entrypoint->command);
    else if (each.as<Healthcheck>())
        once(each);
    else if (const Expose* ports = each.as<Expose>())
        expose(each, *ports);
    else if (const Copy* files = each.as<Copy>())
        copy(each, *files);
    else if (each.as<Shell>())
        m_state.shellSet = true;
    else if (const Workdir* folder = each.as<Workdir>())
        workdir(each, {expanded(folder->path)});
}

Lookup Linter::variables() const
{
    return [this](std::string_view name) -> std::optional<std::string> {
        if (const auto found = m_state.env.find(name); found != m_state.env.end())
            return found->second;
        const auto arg = m_args.find(name);
        return arg == m_args.end() ? std::nullopt : arg->second;
    };
}

void Linter::legacy(const Instruction& each, const std::vector<KeyValue>& pairs)
{
    const std::string& keyword = each.node->keyword.text;
    for (const KeyValue& pair : pairs) {
        if (pair.legacy)
            warn("LegacyKeyValueFormat", *each.node, wholeOf(each),
                 "\"" + keyword + " key=value\" should be used instead of legacy \"" + keyword + " key value\" format",
                 keyword + ' ' + pair.name + '=' + quotedValue(pair.value));
    }
}

void Linter::secrets(const Instruction& each, const char* kind, const std::vector<std::string>& keys)
{
    for (const std::string& key : keys) {
        if (looksSecret(key))
            warn("SecretsUsedInArgOrEnv", *each.node, wholeOf(each),
                 std::string("Do not use ARG or ENV instructions for sensitive data (") + kind + ' ' + inQuotes(key) + ')');
    }
}

// The one before is what is marked: it is the one that does nothing.
void Linter::once(const Instruction& each)
{
    const Instruction*& last = m_last[each.name];
    if (last)
        warn("MultipleInstructionsDisallowed", *last->node, wholeOf(*last),
             "Multiple " + each.node->keyword.text + " instructions should not be used in the same stage because only the last one will be used");
    last = &each;
}

void Linter::command(const Instruction& each, const CommandLine& line)
{
    once(each);
    if (line.shell && !m_state.shellSet)
        warn("JSONArgsRecommended", *each.node, wholeOf(each),
             "JSON arguments recommended for " + each.node->keyword.text + " to prevent unintended behavior related to OS signals");
}

void Linter::expose(const Instruction& each, const Expose&)
{
    const Lookup lookup = variables();
    for (const Word& word : each.node->args) {
        const auto ports = expand(word.text, lookup, {.escape = m_file.syntax.escape});
        for (const std::string& port : ports ? ports->words : std::vector<std::string>()) {
            const auto parsed = parseExposed(port);
            if (!parsed)
                continue;
            if (parsed->oddCase)
                warn("ExposeProtoCasing", *each.node, each.node->range(word), "Defined protocol '" + port + "' in EXPOSE instruction should be lowercase", toLower(word.text));
            if (parsed->hostPart)
                warn("ExposeInvalidFormat", *each.node, each.node->range(word), "EXPOSE instruction should not define an IP address or host-port mapping, found '" + port + "'",
                     port.substr(port.rfind(':') + 1));
        }
    }
}

void Linter::copy(const Instruction& each, const Copy& files)
{
    if (!m_options.ignored || !files.from.empty())
        return;
    const Lookup lookup = variables();
    for (const std::string& source : files.sources) {
        if (source.starts_with("http://") || source.starts_with("https://"))
            continue;
        const auto value = expand(source, lookup, {.escape = m_file.syntax.escape});
        std::string path = std::filesystem::path(value ? value->text : source).lexically_normal().string();
        while (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        const std::string inContext = path.starts_with('/') ? path.substr(1) : path;
        const auto word = std::ranges::find(each.node->args, source, &Word::text);
        if (m_options.ignored(inContext.empty() ? "." : inContext))
            warn("CopyIgnoredFile", *each.node, word == each.node->args.end() ? wholeOf(each) : each.node->range(*word),
                 std::string("Attempting to ") + (files.add ? "Add" : "Copy") + " file " + inQuotes(path) + " that is excluded by .dockerignore");
    }
}

void Linter::workdir(const Instruction& each, const Workdir& folder)
{
    if (!m_state.workdirSet && !folder.path.starts_with('/'))
        warn("WorkdirRelativePath", *each.node, wholeOf(each), "Relative workdir " + inQuotes(folder.path) + " can have unexpected results if the base image changes");
    m_state.workdirSet = true;
}

// The words of an instruction in which variables count.
std::vector<std::string> Linter::expandedWords(const Instruction& each) const
{
    std::vector<std::string> words;
    const auto add = [&words](const std::vector<KeyValue>& pairs) {
        for (const KeyValue& pair : pairs)
            words.insert(words.end(), {pair.name, pair.value});
    };
    if (const Env* env = each.as<Env>())
        add(env->pairs);
    if (const Label* label = each.as<Label>())
        add(label->pairs);
    if (const Copy* files = each.as<Copy>()) {
        words = files->sources;
        words.insert(words.end(), {files->destination, files->chown, files->chmod, files->checksum});
        words.insert(words.end(), files->exclude.begin(), files->exclude.end());
    }
    if (const Volume* volume = each.as<Volume>())
        words = volume->paths;
    if (const User* user = each.as<User>())
        words = {user->user};
    if (const Workdir* folder = each.as<Workdir>())
        words = {folder->path};
    if (const StopSignal* stop = each.as<StopSignal>())
        words = {stop->signal};
    if (const Arg* arg = each.as<Arg>()) {
        for (const ArgDefinition& definition : arg->args)
            words.push_back(definition.value.value_or(""));
    }
    return words;
}

void Linter::undefined(const Instruction& each)
{
    std::vector<std::string> known;
    for (const auto& [name, value] : m_state.env)
        known.push_back(name);
    for (const auto& [name, value] : m_args)
        known.push_back(name);
    std::set<std::string> said;
    const Lookup lookup = variables();
    const auto look = [&](const std::string& text, const ExpandOptions& options) {
        const auto expansion = expand(text, lookup, options);
        for (const std::string& name : expansion ? expansion->unset : std::set<std::string>()) {
            if (m_args.contains(name) || !said.insert(name).second)
                continue;
            const std::string near = suggest(name, known, true);
            if (!m_state.envKnown && near.empty())
                continue;
            warn("UndefinedVar", *each.node, wholeOf(each),
                 "Usage of undefined variable '$" + name + "'" + (near.empty() ? "" : " (did you mean $" + near + "?)"));
        }
    };
    for (const std::string& word : expandedWords(each))
        look(word, {.escape = m_file.syntax.escape});
    for (const Heredoc& heredoc : each.as<Copy>() ? each.as<Copy>()->heredocs : std::vector<Heredoc>()) {
        if (heredoc.expand)
            look(heredoc.content, {.plainQuotes = true});
    }
}
} // namespace

std::vector<Diagnostic> lint(const File& file, const LintOptions& options)
{
    auto found = Linter(file, options).run();
    if (options.practices) {
        auto more = checkPractices(file, options);
        found.insert(found.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        std::ranges::stable_sort(found, {}, [](const Diagnostic& each) { return each.range.start; });
    }
    return found;
}

bool warningsAreErrors(const File& file)
{
    Switches switches;
    if (const Directive* check = file.syntax.directive("check"))
        switches.read(check->value);
    return switches.error;
}

} // namespace slipway::dockerfile
