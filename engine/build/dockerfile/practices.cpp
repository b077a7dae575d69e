// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/practices.h"

#include <algorithm>

#include "build/dockerfile/expand.h"
#include "build/dockerfile/lint_checks.h"
#include "build/dockerfile/practice_commands.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{
namespace
{
bool endsWithOneOf(std::string_view text, std::initializer_list<std::string_view> endings)
{
    return std::ranges::any_of(endings, [&](std::string_view each) { return text.ends_with(each); });
}

std::string_view unquoted(std::string_view text)
{
    if (text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front())
        return text.substr(1, text.size() - 2);
    return text;
}

bool isUrl(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("git@") || text.starts_with("git://"); }

bool isArchive(std::string_view path)
{
    return endsWithOneOf(path, {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.lzma", ".tlz", ".tar.zst", ".tzst", ".gz", ".bz2", ".xz", ".Z"});
}

bool isDigits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }); }

// $NAME or ${NAME…} in VALUE.
bool refersTo(std::string_view value, std::string_view name)
{
    for (std::size_t at = value.find('$'); at != std::string_view::npos; at = value.find('$', at + 1)) {
        if (at > 0 && value[at - 1] == '\\')
            continue;
        std::string_view rest = value.substr(at + 1);
        if (rest.starts_with('{'))
            rest = rest.substr(1);
        const auto inName = [](char c) { return isLetter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '_'; };
        if (rest.starts_with(name) && (rest.size() == name.size() || !inName(rest[name.size()])))
            return true;
    }
    return false;
}

bool isLabelKey(std::string_view key)
{
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (key.empty() || !small(key.front()) || !(small(key.back()) || digit(key.back())))
        return false;
    if (key.starts_with("com.docker.") || key.starts_with("io.docker.") || key.starts_with("org.dockerproject."))
        return false;
    return key.find("..") == std::string_view::npos && key.find("--") == std::string_view::npos &&
           std::ranges::all_of(key, [&](char c) { return small(c) || digit(c) || c == '.' || c == '-' || c == '_' || c == '/'; });
}

class Checker
{
public:
    Checker(const File& file, const LintOptions& options) : m_file(file), m_everywhere(ignoredEverywhere(file))
    {
        m_switches.skip = options.skip;
        m_switches.experimental = options.experimental;
        if (const Directive* check = file.syntax.directive("check"))
            m_switches.read(check->value);
    }

    std::vector<Diagnostic> run()
    {
        for (const Node& node : m_file.syntax.nodes)
            for (const std::string& comment : node.comments)
                if (!hadolintComment(comment).codes.empty())
                    say("DL1001", node, node.range(node.keyword), "A comment switches rules off here");
        for (const Stage& stage : m_file.stages)
            check(stage);
        return std::move(m_found);
    }

private:
    struct StageState // what a stage built on another has of it
    {
        bool workdir = false, pipCache = true, health = false;
        ShellKind shell;
    };

    void say(std::string_view code, const Node& node, Range range, std::string message, std::optional<std::string> fix = {})
    {
        const auto known = std::ranges::find(practices(), code, &Practice::code);
        Switches switches = m_switches;
        if (m_everywhere.contains(code))
            return;
        for (const std::string& comment : node.comments) {
            if (const auto equals = comment.find('='); equals != std::string::npos && toLower(trimmed(comment.substr(0, equals))) == "check")
                switches.read(std::string_view(comment).substr(equals + 1));
            if (hadolintComment(comment).codes.contains(code))
                return;
        }
        if (known->asked ? !switches.asks(code) : switches.skips(code))
            return;
        m_found.push_back({known->severity, std::string(code), range, std::move(message), fix.value_or(""), fix.has_value()});
    }

    void check(const Stage& stage)
    {
        base(stage);
        const Instruction* user = nullptr;
        m_fetchers.clear();
        m_archives.clear();
        m_lastRun.reset();
        for (const Instruction& each : stage.instructions) {
            if (!each.as<Run>())
                m_lastRun.reset();
            if (each.as<User>())
                user = &each;
            instruction(stage, each);
        }
        if (user && isRoot(user->as<User>()->user))
            say("DL3002", *user->node, user->node->range(), "The stage ends as root: whatever gets into the container has all its rights. Add a USER that is not root");
        const bool isLast = &stage == &m_file.stages.back();
        if (isLast && !m_state.health)
            say("DL3057", *stage.from.node, stage.from.node->range(), "The image has no HEALTHCHECK: nobody sees when it hangs");
        m_states[stage.index] = m_state;
    }

    static bool isRoot(std::string_view user) { return user == "root" || user == "0" || user.starts_with("root:") || user.starts_with("0:"); }

    void base(const Stage& stage)
    {
        const Node& node = *stage.from.node;
        m_state = {};
        if (const Stage* earlier = m_file.stage(stage.base().image, stage.index); earlier && earlier->base().name == toLower(stage.base().image)) {
            m_state = m_states[earlier->index];
            return;
        }
        const Lookup globals = [this](std::string_view name) -> std::optional<std::string> {
            for (const Instruction& each : m_file.globalArgs)
                for (const ArgDefinition& arg : each.as<Arg>()->args)
                    if (arg.name == name)
                        return arg.value;
            return std::nullopt;
        };
        const auto image = expand(stage.base().image, globals, {.escape = m_file.syntax.escape});
        if (!image || !image->unset.empty() || image->text == "scratch" || image->text.empty() || image->text.find('$') != std::string::npos)
            return;
        m_state.shell.small = image->text.find("alpine") != std::string::npos || image->text.find("busybox") != std::string::npos;
        if (image->text.find('@') != std::string::npos || node.args.empty())
            return;
        const auto colon = image->text.rfind(':');
        const bool tagged = colon != std::string::npos && image->text.find('/', colon) == std::string::npos;
        if (!tagged)
            say("DL3006", node, node.range(node.args[0]), "Which version of " + image->text + " is taken depends on the day: give it a tag");
        else if (image->text.substr(colon + 1) == "latest")
            say("DL3007", node, node.range(node.args[0]), "latest is another image tomorrow: give it the tag of a version");
    }

    void instruction(const Stage& stage, const Instruction& each)
    {
        const Node& node = *each.node;
        if (const Run* run = each.as<Run>()) {
            runs(node, *run, node.args);
        } else if (const Onbuild* trigger = each.as<Onbuild>()) {
            if (const auto inner = parseTrigger(trigger->instruction); inner && inner->as<Run>())
                commands(node, *inner->as<Run>(), shellOf(*inner->as<Run>()), {});
        } else if (const Copy* files = each.as<Copy>()) {
            copy(stage, node, *files);
        } else if (const Env* env = each.as<Env>()) {
            variables(node, *env);
        } else if (const Label* label = each.as<Label>()) {
            for (const KeyValue& pair : label->pairs)
                if (!isLabelKey(unquoted(pair.name)) && pair.name.find('$') == std::string::npos)
                    say("DL3048", node, node.range(), "The key " + inQuotes(unquoted(pair.name)) + " is none that Docker allows: small letters, digits, and single . and - between them");
        } else if (const User* user = each.as<User>()) {
            const std::string_view name = std::string_view(user->user).substr(0, user->user.find(':'));
            if (!isDigits(name) && name.find('$') == std::string_view::npos && !isRoot(user->user))
                say("DL3066", node, node.range(), "The user " + std::string(name) + " is a name: where only the image knows it (Kubernetes' runAsNonRoot) a number is needed");
        } else if (each.as<Workdir>()) {
            m_state.workdir = true;
        } else if (each.as<Healthcheck>()) {
            m_state.health = true;
        } else if (const Shell* shell = each.as<Shell>()) {
            m_state.shell.set(shell->args);
        }
    }

    void copy(const Stage& stage, const Node& node, const Copy& files)
    {
        const std::string destination(unquoted(files.destination));
        const bool several = files.sources.size() + files.heredocs.size() > 1;
        const bool folder = destination.ends_with('/') || destination == "." || destination == "..";
        if (several && !folder && destination.find('$') == std::string::npos && !node.json && !node.args.empty())
            say("DL3021", node, node.range(node.args.back()), "Several files go into a folder: its name ends with /", node.args.back().text + '/');
        if (files.add) {
            if (std::ranges::none_of(files.sources, [](const std::string& each) { return isUrl(unquoted(each)) || isArchive(unquoted(each)) || each.find('$') != std::string::npos; }))
                say("DL3020", node, node.range(node.keyword), "ADD also unpacks and downloads; COPY says what is meant", "COPY");
            return;
        }
        const bool relative = !destination.starts_with('/') && !destination.starts_with('$') && !(destination.size() > 1 && destination[1] == ':');
        if (relative && !m_state.workdir)
            say("DL3045", node, node.range(), "Where " + inQuotes(destination) + " is depends on the base image: give it a WORKDIR first");
        if (files.from.empty()) {
            for (const std::string& source : files.sources)
                if (isArchive(source) || source.ends_with(".zip"))
                    m_archives[source.substr(source.rfind('/') + 1)] = &node;
            return;
        }
        if (std::ranges::any_of(files.sources, [](const std::string& each) { return unquoted(each) == "/"; }) && destination == "/")
            say("DL3067", node, node.range(), "A whole file system is copied; begin the stage FROM it instead");
        const std::string from = toLower(files.from);
        if (from == stage.base().name && !from.empty())
            say("DL3023", node, node.range(), "The stage " + from + " cannot copy from itself");
        else if (from.find_first_of(":@/$") == std::string::npos && !m_file.stage(from, stage.index))
            say("DL3022", node, node.range(), "No stage above is called " + files.from + ": an image of that name is taken");
    }

    void variables(const Node& node, const Env& env)
    {
        for (const KeyValue& pair : env.pairs) {
            if (pair.name == "PIP_NO_CACHE_DIR")
                m_state.pipCache = !isTrue(unquoted(pair.value));
            const bool used = std::ranges::any_of(env.pairs, [&](const KeyValue& other) { return &other != &pair && refersTo(other.value, pair.name); });
            if (used && !m_known.contains(pair.name))
                say("DL3044", node, node.range(), "$" + pair.name + " has its new value only after this ENV: set what uses it in another");
        }
        for (const KeyValue& pair : env.pairs)
            m_known.insert(pair.name);
    }

    static bool isTrue(std::string_view value)
    {
        const std::string lower = toLower(value);
        return lower == "1" || lower == "true" || lower == "yes" || lower == "on";
    }

    // The shell text of a RUN, where each of its words stands in the node's line, or nothing when that is not known.
    struct Text
    {
        std::string text;
        std::optional<std::size_t> offset;
    };
    static Text shellOf(const Run& run)
    {
        std::string text;
        for (const Heredoc& heredoc : run.command.heredocs)
            text += heredoc.content + '\n';
        if (!run.command.heredocs.empty() || run.command.args.empty())
            return {text, {}};
        if (run.command.shell)
            return {run.command.args.front(), {}};
        const auto& args = run.command.args;
        if (args.size() > 2 && endsWithOneOf(args[0], {"sh"}) && args[1] == "-c")
            return {args[2], {}};
        for (const std::string& each : args)
            text += (text.empty() ? "" : " ") + (each.find_first_of(" \t\"'&|;<>()$`") == std::string::npos ? each : '\'' + each + '\'');
        return {text, {}};
    }

    void runs(const Node& node, const Run& run, const std::vector<Word>& args)
    {
        Text text = shellOf(run);
        if (run.command.shell && run.command.heredocs.empty() && args.size() == 1) {
            text.text = node.line.substr(args[0].begin, args[0].end - args[0].begin);
            text.offset = args[0].begin;
        }
        const bool script = !run.command.heredocs.empty();
        if (script) { // only what a shell reads: "RUN <<EOF" and "RUN bash <<EOF", without a "#!" of another program
            const std::string_view content = run.command.heredocs.front().content;
            const std::string first = run.command.args.empty() ? "" : run.command.args.front();
            const std::string_view before = trimmed(std::string_view(first).substr(0, first.find("<<")));
            if (!(before.empty() || endsWithOneOf(before, {"sh", "bash", "ash"})) || (content.starts_with("#!") && content.substr(0, content.find('\n')).find("sh") == std::string_view::npos))
                return;
        }
        commands(node, run, text, args);
    }

    void commands(const Node& node, const Run& run, const Text& text, const std::vector<Word>&)
    {
        if (!m_state.shell.posix)
            return;
        const ShellScript script = readShell(text.text);
        const auto place = [&](std::size_t begin, std::size_t end) { return text.offset ? node.range(*text.offset + begin, *text.offset + end) : node.range(); };
        for (CommandFinding& each : checkCommands(script, text.text, {.mounts = run.mounts, .pipCache = m_state.pipCache, .shell = m_state.shell}))
            say(each.code, node, place(each.begin, each.end), std::move(each.message), text.offset ? std::move(each.fix) : std::nullopt);
        if (script.hasPipe && m_state.shell.needsPipefail(text.text))
            say("DL4006", node, node.range(node.keyword), "Only the last command of the pipe can fail the build: set pipefail before",
                text.offset ? std::optional("SHELL [" + m_state.shell.pipefail() + "]\n" + node.keyword.text) : std::nullopt);
        fetchers(node, script, place);
        archives(script);
        neighbours(node, run, script);
    }

    void fetchers(const Node& node, const ShellScript& script, const auto& place)
    {
        for (const ShellCommand& each : script.commands) {
            if (!each.is("curl") && !each.is("wget"))
                continue;
            m_fetchers.insert(each.program());
            if (m_fetchers.size() > 1) {
                say("DL4001", node, place(each.words[0].begin, each.words[0].end), "The stage needs both curl and wget: one of them does");
                return;
            }
        }
    }

    void archives(const ShellScript& script)
    {
        for (const ShellCommand& each : script.commands) {
            const bool tar = each.is("tar") && each.words.size() > 1 && (each.hasFlag({"x", "extract", "get"}) || each.words[1].text.find('x') == 0);
            if (!tar && !each.is("unzip") && !each.is("gunzip") && !each.is("bunzip2") && !each.is("unxz") && !each.is("unlzma"))
                continue;
            for (const ShellWord& operand : each.operands()) {
                const auto found = m_archives.find(operand.text.substr(operand.text.rfind('/') + 1));
                if (found == m_archives.end() || found->first.ends_with(".zip"))
                    continue;
                say("DL3010", *found->second, found->second->range(found->second->keyword), found->first + " is unpacked later: ADD does both, and keeps no copy in a layer", "ADD");
                m_archives.erase(found);
            }
        }
    }

    struct LastRun
    {
        std::vector<Word> flags;
        std::size_t commands = 0;
    };
    void neighbours(const Node& node, const Run&, const ShellScript& script)
    {
        const auto texts = [](const std::vector<Word>& words) {
            std::vector<std::string> all;
            for (const Word& each : words)
                all.push_back(each.text);
            return all;
        };
        const bool one = m_lastRun && texts(m_lastRun->flags) == texts(node.flags) && script.commands.size() <= 2 && m_lastRun->commands <= 2;
        if (one)
            say("DL3059", node, node.range(node.keyword), "This RUN and the one above can be one, and one layer");
        else
            m_lastRun = LastRun{node.flags, script.commands.size()};
    }

    const File& m_file;
    std::set<std::string, std::less<>> m_everywhere;
    Switches m_switches;
    std::vector<Diagnostic> m_found;
    std::map<int, StageState> m_states;
    StageState m_state;
    std::set<std::string, std::less<>> m_known; // variables that were set before
    std::set<std::string> m_fetchers;           // curl, wget
    std::map<std::string, const Node*> m_archives; // copied, by their names
    std::optional<LastRun> m_lastRun;
};
} // namespace

std::vector<Diagnostic> checkPractices(const File& file, const LintOptions& options)
{
    auto found = Checker(file, options).run();
    std::ranges::stable_sort(found, {}, [](const Diagnostic& each) { return each.range.start; });
    return found;
}

} // namespace slipway::dockerfile
