// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/run_spec.h"

#include <cstring>

#include <QProcess>
#include <QRegularExpression>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::ui
{
namespace
{
QString quoted(const QString& word)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_./:=@,+-]+$"));
    if (plain.match(word).hasMatch())
        return word;
    QString inner = word;
    return QStringLiteral("'%1'").arg(inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")));
}

void addPorts(const QStringList& ports, Json& body, Json& host)
{
    for (const QString& port : ports) {
        QStringList parts = port.split(QLatin1Char(':'));
        QString inside = parts.takeLast();
        if (!inside.contains(QLatin1Char('/')))
            inside += QStringLiteral("/tcp");
        body["ExposedPorts"][inside.toStdString()] = Json::object();
        if (parts.isEmpty())
            parts << QString();
        const std::string number = parts.takeLast().toStdString();
        host["PortBindings"][inside.toStdString()].push_back(
            {{"HostIp", parts.join(QLatin1Char(':')).toStdString()}, {"HostPort", number}});
    }
}
} // namespace

Json RunSpec::body() const
{
    Json host = Json::object();
    Json body = {{"Image", image.toStdString()}};
    for (const QString& word : QProcess::splitCommand(command))
        body["Cmd"].push_back(word.toStdString());
    for (const QString& entry : environment)
        body["Env"].push_back(entry.toStdString());
    addPorts(ports, body, host);
    for (const QString& mount : mounts)
        host["Binds"].push_back(mount.toStdString());
    if (!network.isEmpty())
        host["NetworkMode"] = network.toStdString();
    if (!restart.isEmpty())
        host["RestartPolicy"] = {{"Name", restart.toStdString()}};
    if (memoryMiB)
        host["Memory"] = std::int64_t(memoryMiB) * 1024 * 1024;
    if (cpus > 0)
        host["NanoCpus"] = std::int64_t(cpus * 1e9);
    if (pids)
        host["PidsLimit"] = pids;
    body["HostConfig"] = host;
    return body;
}

QString RunSpec::commandLine() const
{
    QStringList words{QStringLiteral("docker run -d")};
    const auto add = [&words](const char* flag, const QString& value) {
        if (!value.isEmpty())
            words << QLatin1StringView(flag) + QLatin1Char(' ') + quoted(value);
    };
    add("--name", name);
    for (const QString& port : ports)
        add("-p", port);
    for (const QString& entry : environment)
        add("-e", entry);
    for (const QString& mount : mounts)
        add("-v", mount);
    add("--network", network);
    add("--restart", restart);
    add("-m", memoryMiB ? QStringLiteral("%1m").arg(memoryMiB) : QString());
    add("--cpus", cpus > 0 ? QString::number(cpus) : QString());
    add("--pids-limit", pids ? QString::number(pids) : QString());
    words << quoted(image);
    if (!command.isEmpty())
        words << command;
    return words.join(QLatin1Char(' '));
}

quint16 freePort(quint16 preferred)
{
    for (int port = preferred; port < preferred + 200 && port < 65536; ++port) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address;
        std::memset(&address, 0, sizeof address);
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(quint16(port));
        sockaddr generic;
        std::memcpy(&generic, &address, sizeof generic);
        // A published port has no listener of its own here but accepts connections: both must be refused.
        const bool answered = connect(fd, &generic, sizeof generic) == 0;
        close(fd);
        if (!answered)
            return quint16(port);
    }
    return 0;
}

} // namespace slipway::ui
