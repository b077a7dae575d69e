// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QString>
#include <QStringList>

#include "base/error.h"
#include "base/json.h"

// What is asked of a new container, in the words of `docker run`: the run dialog's model.
namespace slipway::ui
{

enum class RunField : std::uint8_t { Image, Name, Command, Ports, Environment, Mounts, Network, Restart, Memory, Cpus, Pids, Labels, Options };

// Something that cannot be created as it stands. ROW counts the entries of a list field, -1 = the field as a whole.
struct RunProblem
{
    RunField field = RunField::Image;
    int row = -1;
    QString text;
};

struct RunSpec
{
    QString image, name, network;
    QString command;                                // words as for a shell: sh -c 'echo hi'
    QString restart;                                // "", "always", "unless-stopped", "on-failure[:5]"
    QStringList ports, environment, mounts, labels; // as after -p, -e, -v, -l
    std::int64_t memory = 0;                        // bytes; 0 = no limit
    double cpus = 0;
    int pids = 0;
    bool interactive = false, tty = false, autoRemove = false;
    QStringList options; // further flags of the table in run_options.h, each one word: "--cap-add=NET_ADMIN"

    [[nodiscard]] Json body() const;           // of POST /containers/create; what problems() names is left out
    [[nodiscard]] QString commandLine() const; // the equivalent `docker run`
    [[nodiscard]] std::vector<RunProblem> problems() const;
    bool operator==(const RunSpec&) const = default;
};

// One entry of RunSpec::ports: "127.0.0.1:8080:80/udp". Ports may be ranges ("8000-8005"); an empty host port = any free one.
struct PortMapping
{
    QString hostIp, hostPort, containerPort, protocol = QStringLiteral("tcp");
    [[nodiscard]] QString text() const; // protocol only when it is not tcp
    // Why the engine would refuse it, or nothing.
    [[nodiscard]] QString problem() const;
    bool operator==(const PortMapping&) const = default;
};
[[nodiscard]] PortMapping parsePort(const QString& text);

// One entry of RunSpec::mounts: "/folder:/path[:ro]", "volume:/path" or "/path" (an anonymous volume).
struct MountMapping
{
    QString source, target;
    bool readOnly = false;
    QString otherOptions; // "z,cached"
    [[nodiscard]] bool isFolder() const { return source.startsWith(QLatin1Char('/')); }
    [[nodiscard]] QString text() const;
    [[nodiscard]] QString problem() const;
    bool operator==(const MountMapping&) const = default;
};
[[nodiscard]] MountMapping parseMount(const QString& text);

// The lines of an env file: comments and blank lines skipped, "export " and quotes around a value taken off.
[[nodiscard]] QStringList parseEnvLines(const QString& text);

// The field that an engine's answer to create or start is about; nothing when it is about none.
[[nodiscard]] std::optional<RunField> fieldOf(const Error& error);

// The first port from PREFERRED upwards on which nobody listens on this machine; 0 when none of 200 is free. A port that
// this user may not open at all counts as free.
[[nodiscard]] quint16 freePort(quint16 preferred);
[[nodiscard]] bool portIsFree(quint16 port);

} // namespace slipway::ui
