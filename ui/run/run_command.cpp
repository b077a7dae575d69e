// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run_command.h"

#include <QCoreApplication>
#include <QFile>
#include <QRegularExpression>

#include "run/run_options.h"
#include "run/shell_words.h"

namespace slipway::ui
{
namespace
{

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(RunCommand)
};

std::unexpected<Error> wrong(const QString& message) { return fail(ErrorKind::InvalidArgument, message.toStdString()); }

QString withoutPrompt(const QString& text)
{
    static const QRegularExpression prompt(QStringLiteral("^\\s*(?:\\S*[$#%>]\\s+)?"));
    return text.mid(prompt.match(text).capturedLength());
}

// The words after "docker run"; an error when TEXT is something else.
Result<QStringList> argumentsOf(const QString& text)
{
    TRY(QStringList words, splitWords(withoutPrompt(text)));
    if (!words.isEmpty() && words[0] == QLatin1StringView("sudo"))
        words.removeFirst();
    static const QStringList programs{QStringLiteral("docker"), QStringLiteral("podman"), QStringLiteral("nerdctl")};
    if (words.isEmpty() || !programs.contains(words[0].section(QLatin1Char('/'), -1)))
        return wrong(Texts::tr("This is not a docker run command: it should begin with “docker run”."));
    words.removeFirst();
    if (!words.isEmpty() && words[0] == QLatin1StringView("container"))
        words.removeFirst();
    if (words.isEmpty() || (words[0] != QLatin1StringView("run") && words[0] != QLatin1StringView("create")))
        return wrong(Texts::tr("Only docker run and docker create make a container; this is “docker %1”.").arg(words.value(0)));
    words.removeFirst();
    return words;
}

class Parser
{
public:
    explicit Parser(QStringList words) : m_words(std::move(words)) {}

    Result<ParsedRun> parse()
    {
        while (m_at < m_words.size()) {
            const QString word = m_words[m_at];
            if (!word.startsWith(QLatin1Char('-')) || word == QLatin1StringView("-"))
                break;
            ++m_at;
            if (word == QLatin1StringView("--"))
                break;
            TRY_STATUS(word.startsWith(QLatin1StringView("--")) ? longFlag(word.mid(2)) : letters(word.mid(1)));
        }
        if (m_at >= m_words.size())
            return wrong(Texts::tr("The command names no image."));
        m_out.spec.image = m_words[m_at];
        m_out.spec.command = quotedWords(m_words.mid(m_at + 1));
        return m_out;
    }

private:
    Status longFlag(const QString& word)
    {
        const QString name = word.section(QLatin1Char('='), 0, 0);
        const RunOption* option = findOption(name);
        if (!option)
            return wrong(Texts::tr("Slipway does not know the flag --%1.").arg(name));
        if (word.contains(QLatin1Char('=')))
            return take(*option, word.section(QLatin1Char('='), 1));
        if (!option->takesValue())
            return take(*option, QStringLiteral("true"));
        return withNext(*option);
    }
    Status letters(const QString& word)
    {
        for (qsizetype i = 0; i < word.size(); ++i) {
            const RunOption* option = findOption(word[i]);
            if (!option)
                return wrong(Texts::tr("Slipway does not know the flag -%1.").arg(word[i]));
            if (option->takesValue()) {
                const QString rest = word.mid(i + 1);
                if (rest.isEmpty())
                    return withNext(*option);
                return take(*option, rest.startsWith(QLatin1Char('=')) ? rest.mid(1) : rest);
            }
            if (i + 1 < word.size() && word[i + 1] == QLatin1Char('='))
                return take(*option, word.mid(i + 2));
            TRY_STATUS(take(*option, QStringLiteral("true")));
        }
        return {};
    }
    Status withNext(const RunOption& option)
    {
        if (m_at >= m_words.size())
            return wrong(Texts::tr("The flag --%1 needs a value.").arg(QLatin1StringView(option.name)));
        return take(option, m_words[m_at++]);
    }
    Status take(const RunOption& option, const QString& value)
    {
        const QString name = QLatin1StringView(option.name);
        switch (option.kind) {
        case OptionKind::Field: return field(name, value);
        case OptionKind::Ignored: return {};
        case OptionKind::IgnoredValue: m_out.ignored << QStringLiteral("--%1=%2").arg(name, value); return {};
        case OptionKind::NoHealthCheck:
        case OptionKind::Flag:
            if (value != QLatin1StringView("false"))
                m_out.spec.options << QStringLiteral("--") + name;
            return {};
        default: break;
        }
        Json scratch = Json::object();
        TRY_STATUS(applyOption(option, value, scratch));
        m_out.spec.options << QStringLiteral("--%1=%2").arg(name, value);
        return {};
    }
    Status field(const QString& name, const QString& value)
    {
        RunSpec& s = m_out.spec;
        const std::pair<const char*, QStringList*> lists[] = {
            {"publish", &s.ports}, {"env", &s.environment}, {"volume", &s.mounts}, {"label", &s.labels}};
        for (const auto& [flag, list] : lists)
            if (name == QLatin1StringView(flag)) {
                *list << value;
                return {};
            }
        const std::pair<const char*, QString*> texts[] = {
            {"name", &s.name}, {"network", &s.network}, {"net", &s.network}, {"restart", &s.restart}};
        for (const auto& [flag, text] : texts)
            if (name == QLatin1StringView(flag)) {
                *text = text == &s.restart && value == QLatin1StringView("no") ? QString() : value; // "no" is the default
                return {};
            }
        const std::pair<const char*, bool*> flags[] = {
            {"interactive", &s.interactive}, {"tty", &s.tty}, {"rm", &s.autoRemove}};
        for (const auto& [flag, on] : flags)
            if (name == QLatin1StringView(flag)) {
                *on = value != QLatin1StringView("false");
                return {};
            }
        if (name == QLatin1StringView("env-file"))
            return envFile(value);
        return limit(name, value);
    }
    Status limit(const QString& name, const QString& value)
    {
        bool ok = false;
        if (name == QLatin1StringView("memory")) {
            const auto bytes = parseBytes(value);
            ok = bytes.has_value();
            m_out.spec.memory = bytes.value_or(0);
        } else if (name == QLatin1StringView("cpus")) {
            m_out.spec.cpus = value.toDouble(&ok);
        } else {
            m_out.spec.pids = value.toInt(&ok);
        }
        return ok ? Status() : wrong(Texts::tr("--%1: “%2” is not a number").arg(name, value));
    }
    Status envFile(const QString& path)
    {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly | QIODevice::Text))
            return wrong(Texts::tr("--env-file %1: %2").arg(path, file.errorString()));
        m_out.spec.environment << parseEnvLines(QString::fromUtf8(file.readAll()));
        return {};
    }

    QStringList m_words;
    qsizetype m_at = 0;
    ParsedRun m_out;
};

QStringList strings(const Json& list)
{
    QStringList out;
    if (list.is_array())
        for (const Json& item : list)
            if (item.is_string())
                out << QString::fromStdString(item.get<std::string>());
    return out;
}

QStringList portsOf(const Json& bindings)
{
    QStringList out;
    if (!bindings.is_object())
        return out;
    for (const auto& [inside, list] : bindings.items())
        for (const Json& binding : list) {
            PortMapping port = parsePort(QString::fromStdString(inside));
            port.hostIp = QString::fromStdString(jsonValue<std::string>(binding, "HostIp"));
            port.hostPort = QString::fromStdString(jsonValue<std::string>(binding, "HostPort"));
            if (port.hostIp == QLatin1StringView("0.0.0.0"))
                port.hostIp.clear();
            out << port.text();
        }
    return out;
}

// CONFIG with its HOST beside it as optionsOf() wants it, without what the image or the engine filled in.
Json ownOptions(const Json& config, const Json& host, const Json& imageConfig, const std::string& id)
{
    Json own = config.is_object() ? config : Json::object();
    for (const char* key : {"User", "WorkingDir", "StopSignal", "Healthcheck"})
        if (jsonMember(own, key) == jsonMember(imageConfig, key))
            own.erase(key);
    if (jsonValue<std::string>(own, "Hostname") == id.substr(0, 12))
        own.erase("Hostname");
    own["HostConfig"] = host.is_object() ? host : Json::object();
    const auto memory = jsonValue<std::int64_t>(host, "Memory");
    if (memory > 0 && jsonValue<std::int64_t>(host, "MemorySwap") == 2 * memory)
        own["HostConfig"].erase("MemorySwap");
    return own;
}

void takeLimits(const Json& host, RunSpec& spec)
{
    spec.memory = jsonValue<std::int64_t>(host, "Memory");
    spec.cpus = static_cast<double>(jsonValue<std::int64_t>(host, "NanoCpus")) / 1e9;
    spec.pids = static_cast<int>(std::max<std::int64_t>(0, jsonValue<std::int64_t>(host, "PidsLimit")));
    const Json& restart = jsonMember(host, "RestartPolicy");
    spec.restart = QString::fromStdString(jsonValue<std::string>(restart, "Name"));
    if (spec.restart == QLatin1StringView("no"))
        spec.restart.clear();
    if (const auto count = jsonValue<int>(restart, "MaximumRetryCount"); count > 0 && !spec.restart.isEmpty())
        spec.restart += QLatin1Char(':') + QString::number(count);
}

} // namespace

bool looksLikeRunCommand(const QString& text)
{
    static const QRegularExpression start(QStringLiteral(
        "^(?:\\S*[$#%>]\\s+)?(?:sudo\\s+)?(?:docker|podman|nerdctl)\\s+(?:container\\s+)?(?:run|create)\\s"));
    return start.match(text.trimmed() + QLatin1Char(' ')).hasMatch();
}

Result<ParsedRun> parseRunCommand(const QString& text)
{
    TRY(QStringList words, argumentsOf(text));
    return Parser(std::move(words)).parse();
}

RunSpec specOfContainer(const Json& container, const Json& image)
{
    const Json& config = jsonMember(container, "Config");
    const Json& host = jsonMember(container, "HostConfig");
    const Json& imageConfig = jsonMember(image, "Config");
    RunSpec spec;
    spec.image = QString::fromStdString(jsonValue<std::string>(config, "Image"));
    spec.name = QString::fromStdString(jsonValue<std::string>(container, "Name"));
    if (spec.name.startsWith(QLatin1Char('/')))
        spec.name.remove(0, 1);
    const QStringList imageEnv = strings(jsonMember(imageConfig, "Env"));
    for (const QString& entry : strings(jsonMember(config, "Env")))
        if (!imageEnv.contains(entry))
            spec.environment << entry;
    for (const auto& [key, value] : jsonMember(config, "Labels").items())
        if (jsonMember(jsonMember(imageConfig, "Labels"), key.c_str()) != value)
            spec.labels << QString::fromStdString(key) + QLatin1Char('=') +
                               (value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString());
    spec.ports = portsOf(jsonMember(host, "PortBindings"));
    spec.mounts = strings(jsonMember(host, "Binds"));
    for (const auto& [path, unused] : jsonMember(config, "Volumes").items())
        if (!jsonMember(imageConfig, "Volumes").contains(path))
            spec.mounts << QString::fromStdString(path);
    spec.network = QString::fromStdString(jsonValue<std::string>(host, "NetworkMode"));
    if (spec.network == QLatin1StringView("default") || spec.network == QLatin1StringView("bridge"))
        spec.network.clear();
    takeLimits(host, spec);
    spec.interactive = jsonValue<bool>(config, "OpenStdin");
    spec.tty = jsonValue<bool>(config, "Tty");
    spec.autoRemove = jsonValue<bool>(host, "AutoRemove");
    spec.options = optionsOf(ownOptions(config, host, imageConfig, jsonValue<std::string>(container, "Id")));
    QStringList words = strings(jsonMember(config, "Cmd"));
    QStringList entry = strings(jsonMember(config, "Entrypoint"));
    if (entry == strings(jsonMember(imageConfig, "Entrypoint"))) {
        if (words == strings(jsonMember(imageConfig, "Cmd")))
            words.clear();
    } else if (!entry.isEmpty()) {
        spec.options << QStringLiteral("--entrypoint=") + entry.takeFirst();
        words = entry + words;
    }
    spec.command = quotedWords(words);
    return spec;
}

} // namespace slipway::ui
