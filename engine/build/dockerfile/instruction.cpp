// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/instruction.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/duration.h"
#include "build/dockerfile/flags.h"
#include "build/dockerfile/line_parser.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
// Reads one node. Every refuse() is one more diagnostic; what it returns is never used then.
class InstructionReader
{
public:
    InstructionReader(const Node& node, std::vector<Diagnostic>& problems)
        : m_node(node), m_problems(problems), m_name(toUpper(node.keyword.text))
    {
    }

    std::optional<Instruction> read()
    {
        using Reader = InstructionBody (InstructionReader::*)();
        using Self = InstructionReader;
        static const std::map<std::string, Reader, std::less<>> readers = {
            {"ADD", &Self::copy},         {"ARG", &Self::arg},           {"CMD", &Self::cmd},
            {"COPY", &Self::copy},        {"ENTRYPOINT", &Self::entrypoint}, {"ENV", &Self::env},
            {"EXPOSE", &Self::expose},    {"FROM", &Self::from},         {"HEALTHCHECK", &Self::healthcheck},
            {"LABEL", &Self::label},      {"MAINTAINER", &Self::maintainer}, {"ONBUILD", &Self::onbuild},
            {"RUN", &Self::run},          {"SHELL", &Self::shell},       {"STOPSIGNAL", &Self::stopSignal},
            {"USER", &Self::user},        {"VOLUME", &Self::volume},     {"WORKDIR", &Self::workdir},
        };
        const auto reader = readers.find(m_name);
        if (reader == readers.end()) {
            const std::string near = suggest(m_node.keyword.text, instructionNames(), false);
            refuse("unknown instruction: " + m_node.keyword.text + didYouMean(near), m_node.keyword, near);
            return std::nullopt;
        }
        InstructionBody body = (this->*reader->second)();
        if (m_failed || m_node.broken)
            return std::nullopt;
        return Instruction{m_name, std::move(body), std::make_shared<const Node>(m_node)};
    }

private:
    InstructionBody refuse(std::string message, const Word& at, const std::string& fix = {})
    {
        m_failed = true;
        if (!m_node.broken) // its line already has an error of its own
            m_problems.push_back({.severity = Severity::Error,
                                  .rule = {},
                                  .range = m_node.range(at),
                                  .message = std::move(message),
                                  .fix = fix,
                                  .hasFix = !fix.empty()});
        return {};
    }
    InstructionBody refuse(std::string message) { return refuse(std::move(message), {"", 0, m_node.line.size()}); }
    InstructionBody needsOne() { return refuse(m_name + " requires at least one argument"); }

    Flags flags()
    {
        Flags read(m_node, flagsOf(m_name), m_problems);
        m_failed = m_failed || !read.valid();
        return read;
    }
    std::vector<std::string> args(std::size_t from = 0) const
    {
        std::vector<std::string> texts;
        for (std::size_t i = from; i < m_node.args.size(); ++i)
            texts.push_back(m_node.args[i].text);
        return texts;
    }
    std::string comments(const std::string& name) const;

    template <class T>
    InstructionBody single(std::string T::* member)
    {
        if (m_node.args.size() != 1)
            return refuse(m_name + " requires exactly one argument");
        T made;
        made.*member = m_node.args[0].text;
        return made;
    }
    InstructionBody user() { return flags(), single(&User::user); }
    InstructionBody workdir() { return flags(), single(&Workdir::path); }
    InstructionBody maintainer() { return flags(), single(&Maintainer::name); }
    InstructionBody stopSignal() { return single(&StopSignal::signal); }

    CommandLine commandLine(std::size_t from = 0) const
    {
        CommandLine line{args(from), !m_node.json, m_node.heredocs};
        return line;
    }
    InstructionBody cmd() { return flags(), Cmd{commandLine()}; }
    InstructionBody entrypoint() { return flags(), Entrypoint{commandLine()}; }

    InstructionBody run()
    {
        const Flags given = flags();
        Run made{commandLine(), given.list("mount"), given.has("network") ? given.text("network") : "default",
                 given.has("security") ? given.text("security") : "sandbox", given.list("device")};
        if (made.network != "default" && made.network != "none" && made.network != "host")
            refuse("invalid network mode " + inQuotes(made.network), flag("--network"));
        if (made.security != "sandbox" && made.security != "insecure")
            refuse("security " + inQuotes(made.security) + " is not supported", flag("--security"));
        for (const Word& word : m_node.flags) {
            if (!word.text.starts_with("--mount="))
                continue;
            if (auto mount = parseMount(word.text.substr(8), {}); !mount)
                refuse(mount.error().message, word);
        }
        if (made.command.args.empty())
            return refuse("RUN requires at least one argument");
        return made;
    }
    Word flag(std::string_view name) const
    {
        const auto found = std::ranges::find_if(m_node.flags, [&](const Word& each) { return each.text.starts_with(name); });
        return found == m_node.flags.end() ? m_node.keyword : *found;
    }

    InstructionBody from()
    {
        From made;
        made.platform = flags().text("platform");
        const auto& words = m_node.args;
        if (words.size() == 3 && toLower(words[1].text) == "as") {
            made.name = toLower(words[2].text);
            const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
            if (made.name[0] < 'a' || made.name[0] > 'z' || !std::ranges::all_of(made.name, allowed))
                return refuse("invalid name for build stage: " + inQuotes(words[2].text)
                                  + ", name can't start with a number or contain symbols",
                              words[2]);
        } else if (words.size() != 1)
            return refuse("FROM requires either one or three arguments");
        made.image = words[0].text;
        return made;
    }

    std::optional<std::vector<KeyValue>> pairs()
    {
        flags();
        const auto& words = m_node.args;
        if (words.empty()) {
            needsOne();
            return std::nullopt;
        }
        std::vector<KeyValue> made;
        for (std::size_t i = 0; i + 2 < words.size(); i += 3) {
            if (words[i].text.empty())
                refuse(m_name + " names can not be blank", words[i + 2]);
            made.push_back({words[i].text, words[i + 1].text, words[i + 2].text.empty()});
        }
        return made;
    }
    InstructionBody env() { return Env{pairs().value_or(std::vector<KeyValue>())}; }
    InstructionBody label() { return Label{pairs().value_or(std::vector<KeyValue>())}; }

    InstructionBody arg()
    {
        if (m_node.args.empty())
            return needsOne();
        Arg made;
        for (const Word& word : m_node.args) {
            const auto equals = word.text.find('=');
            if (equals == 0)
                refuse("ARG names can not be blank", word);
            ArgDefinition definition{word.text.substr(0, equals), std::nullopt};
            if (equals != std::string::npos)
                definition.value = word.text.substr(equals + 1);
            made.args.push_back(std::move(definition));
        }
        return made;
    }

    InstructionBody copy()
    {
        Copy made;
        made.add = m_name == "ADD";
        const Flags given = flags();
        if (m_node.args.size() < 2)
            return refuse(m_name + " requires at least two arguments, but only one was provided. Destination could not be determined");
        Heredoc heredoc;
        for (std::size_t i = 0; i + 1 < m_node.args.size(); ++i) {
            const std::string& source = m_node.args[i].text;
            if (m_node.json || !isHeredoc(source, heredoc)) {
                made.sources.push_back(source);
                continue;
            }
            const auto held = std::ranges::find(m_node.heredocs, heredoc.name, &Heredoc::name);
            if (held == m_node.heredocs.end())
                continue;
            made.heredocs.push_back(*held);
            if (held->chomp)
                made.heredocs.back().content = dropTabs(held->content);
        }
        made.destination = m_node.args.back().text;
        if (!m_node.json && isHeredoc(made.destination, heredoc))
            return refuse(m_name + " cannot accept a heredoc as a destination", m_node.args.back());
        made.from = given.text("from");
        made.chown = given.text("chown");
        made.chmod = given.text("chmod");
        made.checksum = given.text("checksum");
        made.link = given.on("link");
        made.parents = given.on("parents");
        made.exclude = given.list("exclude");
        if (given.has("keep-git-dir"))
            made.keepGitDir = given.on("keep-git-dir");
        if (given.has("unpack"))
            made.unpack = given.on("unpack");
        return made;
    }

    InstructionBody expose()
    {
        flags();
        if (m_node.args.empty())
            return needsOne();
        Expose made{args()};
        std::ranges::sort(made.ports);
        for (const Word& word : m_node.args) {
            if (word.text.find('$') != std::string::npos)
                continue;
            if (auto ports = parseExposed(word.text); !ports)
                refuse(ports.error().message, word);
        }
        return made;
    }

    InstructionBody volume()
    {
        flags();
        if (m_node.args.empty())
            return needsOne();
        Volume made;
        for (const Word& word : m_node.args) {
            made.paths.emplace_back(trimmed(word.text));
            if (made.paths.back().empty())
                refuse("VOLUME specified can not be an empty string", word);
        }
        return made;
    }

    InstructionBody shell()
    {
        flags();
        if (m_node.args.empty())
            return needsOne();
        if (!m_node.json)
            return refuse("SHELL requires the arguments to be in JSON form");
        return Shell{args()};
    }

    InstructionBody healthcheck()
    {
        if (m_node.args.empty())
            return needsOne();
        const std::string type = toUpper(m_node.args[0].text);
        Healthcheck made;
        if (type == "NONE") {
            if (m_node.args.size() > 1)
                return refuse("HEALTHCHECK NONE takes no arguments", m_node.args[1]);
            made.test = {"NONE"};
            return made;
        }
        const Flags given = flags();
        if (type != "CMD") {
            const std::vector<std::string> types = {"CMD", "NONE"};
            return refuse("Unknown type " + inQuotes(type) + " in HEALTHCHECK (try CMD)", m_node.args[0], suggest(type, types, true));
        }
        if (m_node.args.size() < 2)
            return refuse("Missing command after HEALTHCHECK CMD");
        made.test = args(1);
        made.test.insert(made.test.begin(), m_node.json ? "CMD" : "CMD-SHELL");
        interval(given, "interval", made.interval);
        interval(given, "timeout", made.timeout);
        interval(given, "start-period", made.startPeriod);
        interval(given, "start-interval", made.startInterval);
        if (const std::string retries = given.text("retries"); !retries.empty()) {
            const auto [end, failed] = std::from_chars(retries.data(), retries.data() + retries.size(), made.retries);
            if (failed != std::errc() || end != retries.data() + retries.size())
                return refuse("strconv.ParseInt: parsing " + inQuotes(retries) + ": invalid syntax", flag("--retries"));
            if (made.retries < 0)
                return refuse("--retries cannot be negative (" + retries + ")", flag("--retries"));
        }
        return made;
    }
    void interval(const Flags& given, std::string_view name, std::chrono::nanoseconds& into)
    {
        const std::string text = given.text(name);
        if (text.empty())
            return;
        const Word at = flag("--" + std::string(name) + "=");
        const auto duration = parseDuration(text);
        if (!duration)
            refuse(duration.error().message, at);
        else if (duration->count() != 0 && *duration < std::chrono::milliseconds(1))
            refuse("Interval " + inQuotes(name) + " cannot be less than 1ms", at);
        else
            into = *duration;
    }

    InstructionBody onbuild()
    {
        flags();
        if (m_node.trigger.empty())
            return needsOne();
        const Node& child = m_node.trigger[0];
        const std::string name = toUpper(child.keyword.text);
        if (name == "ONBUILD")
            return refuse("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
        if (name == "MAINTAINER" || name == "FROM")
            return refuse(name + " isn't allowed as an ONBUILD trigger");
        std::vector<Diagnostic> problems;
        if (!readInstruction(child, problems)) {
            m_failed = true;
            m_problems.insert(m_problems.end(), problems.begin(), problems.end());
        }
        Onbuild made{std::string(trimmed(child.line))};
        for (const Heredoc& heredoc : m_node.heredocs)
            made.instruction += '\n' + heredoc.content + heredoc.name;
        return made;
    }

    const Node& m_node;
    std::vector<Diagnostic>& m_problems;
    const std::string m_name;
    bool m_failed = false;
};
} // namespace

std::optional<Instruction> readInstruction(const Node& node, std::vector<Diagnostic>& problems)
{
    return InstructionReader(node, problems).read();
}

Result<Instruction> parseTrigger(const std::string& text)
{
    Syntax syntax = parseSyntax(text);
    std::vector<Diagnostic> problems = std::move(syntax.diagnostics);
    std::erase_if(problems, [](const Diagnostic& each) { return each.severity != Severity::Error; });
    std::optional<Instruction> made;
    if (syntax.nodes.size() == 1)
        made = readInstruction(syntax.nodes[0], problems);
    if (made && problems.empty())
        return *std::move(made);
    return fail(ErrorKind::InvalidArgument,
                problems.empty() ? "an ONBUILD trigger is one instruction, not: " + inQuotes(text) : problems[0].message);
}

} // namespace slipway::dockerfile
