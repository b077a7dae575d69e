// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/completion.h"

#include <set>

#include <QCoreApplication>

#include "build/dockerfile/flags.h"
#include "build/dockerfile/line_parser.h"

namespace slipway::ui
{
namespace
{
namespace df = dockerfile;
using Kind = Completion::Item::Kind;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Dockerfile)
};

// The instruction that the cursor stands in, from its beginning to the cursor, continuations joined.
struct Typed
{
    QString text;
    int line = 0; // of the cursor, from 0
};

Typed typedBefore(const QString& text, int position, QChar escape)
{
    const QStringView before = QStringView(text).left(position);
    Typed typed;
    typed.line = int(before.count(QLatin1Char('\n')));
    qsizetype begin = before.lastIndexOf(QLatin1Char('\n')) + 1;
    typed.text = before.mid(begin).toString();
    while (begin > 0) {
        const qsizetype end = begin - 1;
        begin = before.left(end).lastIndexOf(QLatin1Char('\n')) + 1;
        const QStringView line = before.mid(begin, end - begin).trimmed();
        if (line.startsWith(QLatin1Char('#')))
            continue;
        if (!line.endsWith(escape))
            break;
        typed.text.prepend(line.chopped(1).toString() + QLatin1Char(' '));
    }
    while (!typed.text.isEmpty() && typed.text.front().isSpace())
        typed.text.remove(0, 1);
    return typed;
}

class Collector
{
public:
    Collector(Completion& completion, const QString& prefix) : m_completion(completion), m_prefix(prefix) {}

    void add(Kind kind, const QString& text, const QString& detail = {})
    {
        if (text.startsWith(m_prefix, Qt::CaseInsensitive) && text != m_prefix && m_seen.insert(text).second)
            m_completion.items.push_back({kind, text, detail});
    }

private:
    Completion& m_completion;
    QString m_prefix;
    std::set<QString> m_seen;
};

const df::Stage* stageAt(const df::File& file, int line)
{
    const df::Stage* found = nullptr;
    for (const df::Stage& stage : file.stages)
        if (stage.from.node->firstLine - 1 <= line)
            found = &stage;
    return found;
}

// Those before LINE; the one that LINE is in only when LINE begins another (a FROM).
void addStages(Collector& out, const df::File& file, int line, bool atFrom)
{
    const df::Stage* current = stageAt(file, line);
    for (const df::Stage& stage : file.stages) {
        if (stage.from.node->firstLine - 1 >= line || (!atFrom && &stage == current))
            break;
        if (!stage.base().name.empty())
            out.add(Kind::Stage, QString::fromStdString(stage.base().name),
                    Text::tr("stage, from %1").arg(QString::fromStdString(stage.base().image)));
    }
}

void addImages(Collector& out, const CompletionSources& sources)
{
    for (const QString& image : sources.images)
        out.add(Kind::Image, image.endsWith(QLatin1StringView(":latest")) ? image.chopped(7) : image, Text::tr("image"));
}

void addVariables(Collector& out, const df::File& file, int line)
{
    const auto addPairs = [&](const df::Instruction& instruction) {
        if (instruction.node->firstLine - 1 > line)
            return;
        if (const auto* env = instruction.as<df::Env>())
            for (const df::KeyValue& pair : env->pairs)
                out.add(Kind::Variable, QString::fromStdString(pair.name), QString::fromStdString(pair.value));
        if (const auto* arg = instruction.as<df::Arg>())
            for (const df::ArgDefinition& each : arg->args)
                out.add(Kind::Variable, QString::fromStdString(each.name),
                        each.value ? QString::fromStdString(*each.value) : Text::tr("build argument"));
    };
    const df::Stage* stage = stageAt(file, line);
    const bool inFrom = !stage || stage->from.node->firstLine - 1 == line;
    if (inFrom) {
        for (const df::Instruction& arg : file.globalArgs)
            addPairs(arg);
        for (const auto& [name, value] : df::platformArgs("linux/amd64", {}))
            out.add(Kind::Variable, QString::fromStdString(name), Text::tr("platform"));
        return;
    }
    for (const df::Instruction& instruction : stage->instructions)
        addPairs(instruction);
}

void addPaths(Completion& completion, const QString& typed, int position, const CompletionSources& sources)
{
    if (!sources.files)
        return;
    const qsizetype slash = typed.lastIndexOf(QLatin1Char('/'));
    const QString folder = typed.left(slash + 1);
    const QString name = typed.mid(slash + 1);
    if (folder.startsWith(QLatin1Char('/')) || folder.contains(QLatin1StringView("..")))
        return;
    completion.start = position - int(name.size());
    Collector out(completion, name);
    for (const QString& entry : sources.files(folder))
        out.add(entry.endsWith(QLatin1Char('/')) ? Kind::Folder : Kind::File, entry);
}

void addMountWords(Completion& completion, const QString& value, int position)
{
    const qsizetype comma = value.lastIndexOf(QLatin1Char(','));
    const QString part = value.mid(comma + 1);
    const qsizetype equals = part.indexOf(QLatin1Char('='));
    const QString key = equals < 0 ? QString() : part.left(equals);
    const QString prefix = part.mid(equals + 1);
    completion.start = position - int(prefix.size());
    completion.asked = true;
    Collector out(completion, prefix);
    if (key == QLatin1StringView("type")) {
        out.add(Kind::Value, QStringLiteral("cache"), Text::tr("a folder kept from build to build"));
        out.add(Kind::Value, QStringLiteral("bind"), Text::tr("files of the context or a stage"));
        out.add(Kind::Value, QStringLiteral("secret"), Text::tr("a file that stays out of the image"));
        out.add(Kind::Value, QStringLiteral("ssh"), Text::tr("keys of your agent"));
        out.add(Kind::Value, QStringLiteral("tmpfs"), Text::tr("memory"));
    } else if (key == QLatin1StringView("sharing")) {
        for (const char* word : {"shared", "private", "locked"})
            out.add(Kind::Value, QLatin1StringView(word));
    } else if (key.isEmpty()) {
        for (const char* word : {"type=", "target=", "source=", "from=", "id=", "sharing=", "mode=", "uid=", "gid=", "required", "readonly", "size=", "env="})
            out.add(Kind::Value, QLatin1StringView(word));
    }
}

void addFlagValues(Completion& completion, const QString& instruction, const QString& word, int position, const df::File& file, int line,
                   const CompletionSources& sources)
{
    const qsizetype equals = word.indexOf(QLatin1Char('='));
    const QString flag = word.mid(2, equals - 2), value = word.mid(equals + 1);
    if (flag == QLatin1StringView("mount")) {
        addMountWords(completion, value, position);
        return;
    }
    completion.start = position - int(value.size());
    completion.asked = true;
    Collector out(completion, value);
    if (flag == QLatin1StringView("from")) {
        addStages(out, file, line, false);
        addImages(out, sources);
    } else if (flag == QLatin1StringView("network")) {
        for (const char* mode : {"default", "none", "host"})
            out.add(Kind::Value, QLatin1StringView(mode));
    } else if (flag == QLatin1StringView("security")) {
        for (const char* mode : {"sandbox", "insecure"})
            out.add(Kind::Value, QLatin1StringView(mode));
    } else if (flag == QLatin1StringView("platform")) {
        for (const char* platform : {"$BUILDPLATFORM", "$TARGETPLATFORM", "linux/amd64", "linux/arm64"})
            out.add(Kind::Value, QLatin1StringView(platform));
    } else if (flag == QLatin1StringView("chown")) {
        const df::Stage* stage = stageAt(file, line);
        for (const df::Instruction& each : stage ? stage->instructions : std::vector<df::Instruction>())
            if (const auto* user = each.as<df::User>())
                out.add(Kind::Value, QString::fromStdString(user->user), Text::tr("user of this stage"));
    } else if (instruction == QLatin1StringView("HEALTHCHECK") && flag != QLatin1StringView("retries")) {
        for (const char* time : {"5s", "30s", "1m"})
            out.add(Kind::Value, QLatin1StringView(time));
    }
}

void addInstructions(Collector& out)
{
    for (const std::string& name : df::instructionNames()) {
        const QString text = QString::fromStdString(name);
        if (text != QLatin1StringView("MAINTAINER"))
            out.add(Kind::Instruction, text, instructionHelp(text));
    }
}

void addArguments(Completion& completion, const QString& instruction, const QString& rest, const QString& word, int position, const df::File& file,
                  int line, const CompletionSources& sources)
{
    completion.start = position - int(word.size());
    Collector out(completion, word);
    const QString before = rest.chopped(word.size());
    const auto wordsBefore = before.simplified().isEmpty() ? 0 : before.simplified().count(QLatin1Char(' ')) + 1 -
                                                                     before.simplified().count(QLatin1StringView("--"));
    if (instruction == QLatin1StringView("FROM")) {
        completion.asked = true;
        if (wordsBefore == 0) {
            addStages(out, file, line, true);
            addImages(out, sources);
            out.add(Kind::Image, QStringLiteral("scratch"), Text::tr("nothing at all"));
        } else if (wordsBefore == 1) {
            out.add(Kind::Value, QStringLiteral("AS "), Text::tr("name of the stage"));
        }
    } else if (instruction == QLatin1StringView("COPY") || instruction == QLatin1StringView("ADD")) {
        if (!before.contains(QLatin1StringView("--from=")))
            addPaths(completion, word, position, sources);
    } else if (instruction == QLatin1StringView("HEALTHCHECK") && wordsBefore == 0) {
        out.add(Kind::Instruction, QStringLiteral("CMD "), Text::tr("the command that tells"));
        out.add(Kind::Instruction, QStringLiteral("NONE"), Text::tr("no health check, whatever the base image says"));
    } else if (instruction == QLatin1StringView("STOPSIGNAL")) {
        for (const char* signal : {"SIGTERM", "SIGINT", "SIGQUIT", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH"})
            out.add(Kind::Value, QLatin1StringView(signal));
    } else if (instruction == QLatin1StringView("SHELL")) {
        for (const char* shell : {R"(["/bin/sh", "-c"])", R"(["/bin/bash", "-o", "pipefail", "-c"])", R"(["/bin/ash", "-eo", "pipefail", "-c"])"})
            out.add(Kind::Value, QLatin1StringView(shell));
    }
}

void addFlags(Completion& completion, const QString& instruction, const QString& word, int position)
{
    completion.start = position - int(word.size());
    Collector out(completion, word);
    for (const df::FlagRule& rule : df::flagsOf(instruction.toStdString())) {
        const QString name = QStringLiteral("--") + QLatin1StringView(rule.name.data(), qsizetype(rule.name.size()));
        out.add(Kind::Flag, rule.kind == df::FlagRule::Kind::Switch ? name + QLatin1Char(' ') : name + QLatin1Char('='));
    }
}

// The variable that is being typed at the end of WORD: "$", "$NA", "${NA".
std::optional<QString> variableTyped(const QString& word)
{
    const qsizetype dollar = word.lastIndexOf(QLatin1Char('$'));
    if (dollar < 0)
        return std::nullopt;
    QString name = word.mid(dollar + 1);
    if (name.startsWith(QLatin1Char('{')))
        name.remove(0, 1);
    const bool plain = std::ranges::all_of(name, [](QChar c) { return c.isLetterOrNumber() || c == QLatin1Char('_'); });
    return plain ? std::optional(name) : std::nullopt;
}
} // namespace

QString instructionHelp(const QString& name)
{
    static const std::map<QString, const char*> words = {
        {QStringLiteral("FROM"), QT_TRANSLATE_NOOP("Dockerfile", "begins a stage on an image")},
        {QStringLiteral("RUN"), QT_TRANSLATE_NOOP("Dockerfile", "runs a command and keeps the files it made")},
        {QStringLiteral("COPY"), QT_TRANSLATE_NOOP("Dockerfile", "copies files of the context or of a stage")},
        {QStringLiteral("ADD"), QT_TRANSLATE_NOOP("Dockerfile", "copies, unpacks archives, fetches URLs")},
        {QStringLiteral("CMD"), QT_TRANSLATE_NOOP("Dockerfile", "what a container runs unless told otherwise")},
        {QStringLiteral("ENTRYPOINT"), QT_TRANSLATE_NOOP("Dockerfile", "what a container always runs")},
        {QStringLiteral("ENV"), QT_TRANSLATE_NOOP("Dockerfile", "sets variables, also in the container")},
        {QStringLiteral("ARG"), QT_TRANSLATE_NOOP("Dockerfile", "a variable that the build may be given")},
        {QStringLiteral("WORKDIR"), QT_TRANSLATE_NOOP("Dockerfile", "the folder for what follows")},
        {QStringLiteral("EXPOSE"), QT_TRANSLATE_NOOP("Dockerfile", "ports that the program listens on")},
        {QStringLiteral("USER"), QT_TRANSLATE_NOOP("Dockerfile", "who runs what follows")},
        {QStringLiteral("VOLUME"), QT_TRANSLATE_NOOP("Dockerfile", "folders that live outside the container")},
        {QStringLiteral("LABEL"), QT_TRANSLATE_NOOP("Dockerfile", "says something about the image")},
        {QStringLiteral("HEALTHCHECK"), QT_TRANSLATE_NOOP("Dockerfile", "how to tell that it works")},
        {QStringLiteral("SHELL"), QT_TRANSLATE_NOOP("Dockerfile", "what runs commands in shell form")},
        {QStringLiteral("STOPSIGNAL"), QT_TRANSLATE_NOOP("Dockerfile", "the signal that stops the container")},
        {QStringLiteral("ONBUILD"), QT_TRANSLATE_NOOP("Dockerfile", "an instruction for images built on this one")},
        {QStringLiteral("MAINTAINER"), QT_TRANSLATE_NOOP("Dockerfile", "who made it; use LABEL instead")}};
    const auto found = words.find(name.toUpper());
    return found == words.end() ? QString() : Text::tr(found->second);
}

Completion completionAt(const QString& text, int position, const Analysis& analysis, const CompletionSources& sources)
{
    const df::File& file = *analysis.file;
    const QChar escape = QLatin1Char(file.syntax.escape);
    const Typed typed = typedBefore(text, position, escape);
    Completion completion;
    completion.start = position;
    if (typed.text.startsWith(QLatin1Char('#')))
        return completion;
    const auto isSpace = [](QChar c) { return c.isSpace(); };
    const auto wordBegin = std::find_if(typed.text.crbegin(), typed.text.crend(), isSpace).base() - typed.text.cbegin();
    const QString word = typed.text.mid(wordBegin);
    QString instruction = typed.text.section(QLatin1Char(' '), 0, 0).toUpper();
    QString rest = typed.text.section(QLatin1Char(' '), 1);
    if (instruction == QLatin1StringView("ONBUILD") && typed.text.contains(QLatin1Char(' '))) {
        instruction = rest.section(QLatin1Char(' '), 0, 0).toUpper();
        rest = rest.contains(QLatin1Char(' ')) ? rest.section(QLatin1Char(' '), 1) : QString();
        if (word.toUpper() == instruction) {
            completion.start = position - int(word.size());
            Collector out(completion, word);
            addInstructions(out);
            return completion;
        }
    }
    if (wordBegin == 0) {
        completion.start = position - int(word.size());
        Collector out(completion, word);
        addInstructions(out);
        return completion;
    }
    if (const auto name = variableTyped(word); name && instruction != QLatin1StringView("ARG")) {
        completion.start = position - int(name->size());
        completion.asked = true;
        Collector out(completion, *name);
        addVariables(out, file, typed.line);
        return completion;
    }
    const bool flagsMayStand = std::ranges::all_of(rest.chopped(word.size()).simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts),
                                                   [](const QString& each) { return each.startsWith(QLatin1StringView("--")); });
    if (word.startsWith(QLatin1Char('-')) && flagsMayStand) {
        if (word.contains(QLatin1Char('=')))
            addFlagValues(completion, instruction, word, position, file, typed.line, sources);
        else
            addFlags(completion, instruction, word, position);
        return completion;
    }
    addArguments(completion, instruction, rest, word, position, file, typed.line, sources);
    return completion;
}

} // namespace slipway::ui
