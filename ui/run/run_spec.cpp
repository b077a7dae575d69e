// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run_spec.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include <QCoreApplication>
#include <QRegularExpression>

#include "base/unique_fd.h"
#include "run/run_options.h"
#include "run/shell_words.h"

namespace slipway::ui
{
namespace
{

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(RunSpec)
};

std::optional<std::pair<int, int>> parseRange(const QString& text)
{
    bool first = false, last = false;
    const int from = text.section(QLatin1Char('-'), 0, 0).toInt(&first);
    const int to = text.contains(QLatin1Char('-')) ? text.section(QLatin1Char('-'), 1).toInt(&last) : (last = true, from);
    if (!first || !last || from < 1 || to > 65535 || to < from)
        return {};
    return std::pair(from, to);
}

void addPort(const PortMapping& port, Json& body, Json& host)
{
    const auto inside = parseRange(port.containerPort);
    const auto outside = port.hostPort.isEmpty() ? inside : parseRange(port.hostPort);
    if (!port.problem().isEmpty() || !inside || !outside)
        return;
    const int count = inside->second - inside->first + 1;
    // One container port with a range of host ports means any one of them.
    const bool any = !port.hostPort.isEmpty() && outside->second - outside->first + 1 != count;
    for (int i = 0; i < count; ++i) {
        const std::string key = QStringLiteral("%1/%2").arg(inside->first + i).arg(port.protocol).toStdString();
        body["ExposedPorts"][key] = Json::object();
        const QString number = port.hostPort.isEmpty() ? QString() : any ? port.hostPort : QString::number(outside->first + i);
        host["PortBindings"][key].push_back({{"HostIp", port.hostIp.toStdString()}, {"HostPort", number.toStdString()}});
    }
}

void addMounts(const QStringList& mounts, Json& body, Json& host)
{
    for (const QString& text : mounts) {
        const MountMapping mount = parseMount(text);
        if (!mount.problem().isEmpty())
            continue;
        if (mount.source.isEmpty())
            body["Volumes"][mount.target.toStdString()] = Json::object();
        else
            host["Binds"].push_back(mount.text().toStdString());
    }
}

void addLimits(const RunSpec& spec, Json& host)
{
    if (spec.memory > 0)
        host["Memory"] = spec.memory;
    if (spec.cpus > 0)
        host["NanoCpus"] = std::int64_t(spec.cpus * 1e9 + 0.5);
    if (spec.pids != 0)
        host["PidsLimit"] = spec.pids;
    if (!spec.restart.isEmpty()) {
        host["RestartPolicy"] = {{"Name", spec.restart.section(QLatin1Char(':'), 0, 0).toStdString()}};
        if (const int count = spec.restart.section(QLatin1Char(':'), 1).toInt())
            host["RestartPolicy"]["MaximumRetryCount"] = count;
    }
}

Status applyWord(const QString& word, Json& body)
{
    const QString name = word.section(QLatin1Char('='), 0, 0);
    const RunOption* option = name.startsWith(QLatin1StringView("--")) ? findOption(QStringView(name).mid(2)) : nullptr;
    if (!option)
        return fail(ErrorKind::InvalidArgument, Texts::tr("unknown flag: %1").arg(name).toStdString());
    if (option->kind == OptionKind::Field)
        return fail(ErrorKind::InvalidArgument, Texts::tr("%1 has a field of its own above").arg(name).toStdString());
    const bool valued = word.contains(QLatin1Char('='));
    if (option->takesValue() && !valued)
        return fail(ErrorKind::InvalidArgument, Texts::tr("%1 needs a value: %1=…").arg(name).toStdString());
    return applyOption(*option, word.section(QLatin1Char('='), 1), body);
}

bool validImage(const QString& image)
{
    // The reference grammar of the distribution specification: [host[:port]/]path[:tag][@digest]
    static const QRegularExpression form(QStringLiteral(
        "^(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*)*"
        "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$"));
    static const QRegularExpression id(QStringLiteral("^(?:sha256:)?[0-9a-f]{12,64}$"));
    return form.match(image).hasMatch() || id.match(image).hasMatch();
}

std::string environmentEntry(const QString& entry)
{
    if (entry.contains(QLatin1Char('=')) || !qEnvironmentVariableIsSet(entry.toLocal8Bit().constData()))
        return entry.toStdString();
    return (entry + QLatin1Char('=') + qEnvironmentVariable(entry.toLocal8Bit().constData())).toStdString();
}

} // namespace

Json RunSpec::body() const
{
    Json body = {{"Image", image.toStdString()}, {"HostConfig", Json::object()}};
    for (const QString& word : options)
        (void)applyWord(word, body);
    Json& host = body["HostConfig"];
    if (const auto words = splitWords(command); words)
        for (const QString& word : *words)
            body["Cmd"].push_back(word.toStdString());
    for (const QString& entry : environment)
        if (!entry.startsWith(QLatin1Char('=')))
            body["Env"].push_back(environmentEntry(entry));
    for (const QString& label : labels)
        body["Labels"][label.section(QLatin1Char('='), 0, 0).toStdString()] = label.section(QLatin1Char('='), 1).toStdString();
    for (const QString& port : ports)
        addPort(parsePort(port), body, host);
    addMounts(mounts, body, host);
    addLimits(*this, host);
    if (!network.isEmpty())
        host["NetworkMode"] = network.toStdString();
    if (autoRemove)
        host["AutoRemove"] = true;
    if (interactive)
        body["OpenStdin"] = true;
    if (tty)
        body["Tty"] = true;
    return body;
}

QString RunSpec::commandLine() const
{
    QString letters = QStringLiteral("-d");
    if (interactive)
        letters += QLatin1Char('i');
    if (tty)
        letters += QLatin1Char('t');
    QStringList words{QStringLiteral("docker run ") + letters};
    if (autoRemove)
        words << QStringLiteral("--rm");
    const auto add = [&words](const char* flag, const QString& value) {
        if (!value.isEmpty())
            words << QLatin1StringView(flag) + QLatin1Char(' ') + quotedWord(value);
    };
    add("--name", name);
    for (const QString& port : ports)
        add("-p", port);
    for (const QString& entry : environment)
        add("-e", entry);
    for (const QString& mount : mounts)
        add("-v", mount);
    for (const QString& label : labels)
        add("-l", label);
    add("--network", network);
    add("--restart", restart);
    add("-m", memory > 0 ? writeBytes(memory) : QString());
    add("--cpus", cpus > 0 ? QString::number(cpus) : QString());
    add("--pids-limit", pids ? QString::number(pids) : QString());
    if (!options.isEmpty())
        words << quotedWords(options);
    words << (image.isEmpty() ? QStringLiteral("IMAGE") : quotedWord(image));
    if (!command.isEmpty())
        words << command;
    return words.join(QLatin1Char(' '));
}

std::vector<RunProblem> RunSpec::problems() const
{
    std::vector<RunProblem> out;
    const auto add = [&out](RunField field, int row, const QString& text) {
        if (!text.isEmpty())
            out.push_back({field, row, text});
    };
    static const QRegularExpression nameForm(QStringLiteral("^[a-zA-Z0-9][a-zA-Z0-9_.-]+$"));
    if (image.isEmpty())
        add(RunField::Image, -1, Texts::tr("An image is needed."));
    else if (!validImage(image))
        add(RunField::Image, -1, image != image.toLower() && validImage(image.toLower())
                                     ? Texts::tr("Image names are lower case: %1").arg(image.toLower())
                                     : Texts::tr("“%1” is not an image name, as in nginx:1.27 or ghcr.io/owner/app").arg(image));
    if (!name.isEmpty() && !nameForm.match(name).hasMatch())
        add(RunField::Name, -1, Texts::tr("Two or more letters, digits, “_”, “.” or “-”, beginning with a letter or digit."));
    if (const auto words = splitWords(command); !words)
        add(RunField::Command, -1, QString::fromStdString(words.error().message));
    for (int i = 0; i < ports.size(); ++i)
        add(RunField::Ports, i, parsePort(ports[i]).problem());
    for (int i = 0; i < environment.size(); ++i)
        if (environment[i].startsWith(QLatin1Char('=')))
            add(RunField::Environment, i, Texts::tr("“%1” has no name before the “=”").arg(environment[i]));
    for (int i = 0; i < mounts.size(); ++i)
        add(RunField::Mounts, i, parseMount(mounts[i]).problem());
    for (int i = 0; i < labels.size(); ++i)
        if (labels[i].startsWith(QLatin1Char('=')))
            add(RunField::Labels, i, Texts::tr("“%1” has no name before the “=”").arg(labels[i]));
    if (memory > 0 && memory < 6 * 1024 * 1024)
        add(RunField::Memory, -1, Texts::tr("At least 6 MB: less does not even start a process."));
    Json scratch = Json::object();
    for (int i = 0; i < options.size(); ++i)
        if (const Status status = applyWord(options[i], scratch); !status)
            add(RunField::Options, i, QString::fromStdString(status.error().message));
    if (autoRemove && !restart.isEmpty() && restart != QLatin1StringView("no"))
        add(RunField::Restart, -1, Texts::tr("A container that is removed when it stops cannot be restarted."));
    return out;
}

PortMapping parsePort(const QString& text)
{
    PortMapping port;
    QString rest = text;
    if (const qsizetype slash = rest.lastIndexOf(QLatin1Char('/')); slash >= 0) {
        port.protocol = rest.mid(slash + 1).toLower();
        rest.truncate(slash);
    }
    const qsizetype last = rest.lastIndexOf(QLatin1Char(':'));
    port.containerPort = rest.mid(last + 1);
    if (last < 0)
        return port;
    rest.truncate(last);
    const qsizetype middle = rest.endsWith(QLatin1Char(']')) ? -1 : rest.lastIndexOf(QLatin1Char(':'));
    port.hostPort = rest.mid(middle + 1);
    if (middle >= 0)
        port.hostIp = rest.left(middle);
    if (port.hostIp.startsWith(QLatin1Char('[')) && port.hostIp.endsWith(QLatin1Char(']')))
        port.hostIp = port.hostIp.mid(1, port.hostIp.size() - 2);
    return port;
}

QString PortMapping::text() const
{
    const QString ip = hostIp.contains(QLatin1Char(':')) ? QLatin1Char('[') + hostIp + QLatin1Char(']') : hostIp;
    QString out;
    if (!ip.isEmpty())
        out = ip + QLatin1Char(':') + hostPort + QLatin1Char(':');
    else if (!hostPort.isEmpty())
        out = hostPort + QLatin1Char(':');
    out += containerPort;
    return protocol == QLatin1StringView("tcp") ? out : out + QLatin1Char('/') + protocol;
}

QString PortMapping::problem() const
{
    const auto inside = parseRange(containerPort);
    const auto outside = parseRange(hostPort);
    if (containerPort.isEmpty())
        return Texts::tr("Which port of the container?");
    if (!inside)
        return Texts::tr("“%1” is not a port: 1 to 65535").arg(containerPort);
    if (!hostPort.isEmpty() && !outside)
        return Texts::tr("“%1” is not a port: 1 to 65535").arg(hostPort);
    if (outside && inside->second != inside->first && outside->second - outside->first != inside->second - inside->first)
        return Texts::tr("The two ranges have different lengths.");
    in6_addr address;
    const QByteArray ip = hostIp.toLatin1();
    if (!hostIp.isEmpty() && inet_pton(AF_INET, ip.constData(), &address) != 1 && inet_pton(AF_INET6, ip.constData(), &address) != 1)
        return Texts::tr("“%1” is not an address of this machine").arg(hostIp);
    if (protocol != QLatin1StringView("tcp") && protocol != QLatin1StringView("udp") && protocol != QLatin1StringView("sctp"))
        return Texts::tr("“%1” is not a protocol: tcp, udp or sctp").arg(protocol);
    return {};
}

MountMapping parseMount(const QString& text)
{
    MountMapping mount;
    const QStringList parts = text.split(QLatin1Char(':'));
    if (parts.size() == 1) {
        mount.target = parts[0];
        return mount;
    }
    mount.source = parts[0];
    mount.target = parts[1];
    QStringList others;
    for (const QString& option : parts.mid(2).join(QLatin1Char(':')).split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (option == QLatin1StringView("ro"))
            mount.readOnly = true;
        else if (option != QLatin1StringView("rw"))
            others << option;
    mount.otherOptions = others.join(QLatin1Char(','));
    return mount;
}

QString MountMapping::text() const
{
    if (source.isEmpty())
        return target;
    QStringList flags;
    if (readOnly)
        flags << QStringLiteral("ro");
    if (!otherOptions.isEmpty())
        flags << otherOptions;
    const QString both = source + QLatin1Char(':') + target;
    return flags.isEmpty() ? both : both + QLatin1Char(':') + flags.join(QLatin1Char(','));
}

QString MountMapping::problem() const
{
    static const QRegularExpression volume(QStringLiteral("^[a-zA-Z0-9][a-zA-Z0-9_.-]*$"));
    if (!source.isEmpty() && !isFolder() && !volume.match(source).hasMatch())
        return source.contains(QLatin1Char('/')) || source.contains(QLatin1Char('$')) || source.startsWith(QLatin1Char('.'))
                   ? Texts::tr("“%1” is not a full path: choose the folder").arg(source)
                   : Texts::tr("“%1” is not a volume name: letters, digits, “_”, “.” and “-”").arg(source);
    if (target.isEmpty())
        return Texts::tr("Where in the container?");
    if (!target.startsWith(QLatin1Char('/')))
        return Texts::tr("“%1” must begin with “/”: it is a path in the container").arg(target);
    if (target == QLatin1StringView("/"))
        return Texts::tr("The container's root itself cannot be replaced: choose a path below it.");
    return {};
}

QStringList parseEnvLines(const QString& text)
{
    QStringList out;
    for (QString line : text.split(QLatin1Char('\n'))) {
        line = line.trimmed();
        if (line.isEmpty() || line.startsWith(QLatin1Char('#')))
            continue;
        if (line.startsWith(QLatin1StringView("export ")))
            line = line.mid(7).trimmed();
        const QString name = line.section(QLatin1Char('='), 0, 0).trimmed();
        QString value = line.section(QLatin1Char('='), 1).trimmed();
        const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                            (value.front() == QLatin1Char('"') || value.front() == QLatin1Char('\''));
        if (quoted)
            value = value.mid(1, value.size() - 2);
        out << (line.contains(QLatin1Char('=')) ? name + QLatin1Char('=') + value : name);
    }
    return out;
}

std::optional<RunField> fieldOf(const Error& error)
{
    const QString text = QString::fromStdString(error.message).toLower();
    static const std::pair<const char*, RunField> words[] = {
        {"port is already allocated", RunField::Ports}, {"failed to bind port", RunField::Ports}, {"address already in use", RunField::Ports},
        {"container name", RunField::Name},             {"invalid container name", RunField::Name}, {"no such image", RunField::Image},
        {"invalid reference", RunField::Image},         {"manifest", RunField::Image},              {"bind source", RunField::Mounts},
        {"invalid mount", RunField::Mounts},            {"invalid volume", RunField::Mounts},       {"mount", RunField::Mounts},
        {"network", RunField::Network},                 {"executable file", RunField::Command},     {"memory", RunField::Memory},
        {"cpus", RunField::Cpus}};
    for (const auto& [word, field] : words)
        if (text.contains(QLatin1StringView(word)))
            return field;
    return {};
}

bool portIsFree(quint16 port)
{
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1; // a connection in TIME_WAIT does not keep an engine from listening
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    return bind(fd.get(), &generic, sizeof generic) == 0 || errno != EADDRINUSE;
}

quint16 freePort(quint16 preferred)
{
    for (int port = preferred; port < preferred + 200 && port < 65536; ++port)
        if (portIsFree(static_cast<quint16>(port)))
            return static_cast<quint16>(port);
    return 0;
}

} // namespace slipway::ui
