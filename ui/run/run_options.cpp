// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QCoreApplication>
#include <QRegularExpression>

namespace slipway::ui
{
namespace
{
using enum OptionKind;

constexpr RunOption table[] = {
    {"add-host", 0, List, "/HostConfig/ExtraHosts"},
    {"annotation", 0, Map, "/HostConfig/Annotations"},
    {"attach", 'a', IgnoredValue, ""},
    {"blkio-weight", 0, Count, "/HostConfig/BlkioWeight"},
    {"cap-add", 0, List, "/HostConfig/CapAdd"},
    {"cap-drop", 0, List, "/HostConfig/CapDrop"},
    {"cgroup-parent", 0, Text, "/HostConfig/CgroupParent"},
    {"cgroupns", 0, Text, "/HostConfig/CgroupnsMode"},
    {"cidfile", 0, IgnoredValue, ""},
    {"cpu-period", 0, Count, "/HostConfig/CpuPeriod"},
    {"cpu-quota", 0, Count, "/HostConfig/CpuQuota"},
    {"cpu-shares", 'c', Count, "/HostConfig/CpuShares"},
    {"cpus", 0, Field, ""},
    {"cpuset-cpus", 0, Text, "/HostConfig/CpusetCpus"},
    {"cpuset-mems", 0, Text, "/HostConfig/CpusetMems"},
    {"detach", 'd', Ignored, ""},
    {"detach-keys", 0, IgnoredValue, ""},
    {"device", 0, Device, "/HostConfig/Devices"},
    {"device-cgroup-rule", 0, List, "/HostConfig/DeviceCgroupRules"},
    {"disable-content-trust", 0, Ignored, ""},
    {"dns", 0, List, "/HostConfig/Dns"},
    {"dns-option", 0, List, "/HostConfig/DnsOptions"},
    {"dns-search", 0, List, "/HostConfig/DnsSearch"},
    {"domainname", 0, Text, "/Domainname"},
    {"entrypoint", 0, Entrypoint, "/Entrypoint"},
    {"env", 'e', Field, ""},
    {"env-file", 0, Field, ""},
    {"expose", 0, Set, "/ExposedPorts"},
    {"group-add", 0, List, "/HostConfig/GroupAdd"},
    {"health-cmd", 0, HealthCommand, "/Healthcheck/Test"},
    {"health-interval", 0, Duration, "/Healthcheck/Interval"},
    {"health-retries", 0, Count, "/Healthcheck/Retries"},
    {"health-start-interval", 0, Duration, "/Healthcheck/StartInterval"},
    {"health-start-period", 0, Duration, "/Healthcheck/StartPeriod"},
    {"health-timeout", 0, Duration, "/Healthcheck/Timeout"},
    {"hostname", 'h', Text, "/Hostname"},
    {"init", 0, Flag, "/HostConfig/Init"},
    {"interactive", 'i', Field, "", true},
    {"ipc", 0, Text, "/HostConfig/IpcMode"},
    {"isolation", 0, IgnoredValue, ""},
    {"label", 'l', Field, ""},
    {"link", 0, List, "/HostConfig/Links"},
    {"log-driver", 0, Text, "/HostConfig/LogConfig/Type"},
    {"log-opt", 0, Map, "/HostConfig/LogConfig/Config"},
    {"mac-address", 0, Text, "/MacAddress"},
    {"memory", 'm', Field, ""},
    {"memory-reservation", 0, Bytes, "/HostConfig/MemoryReservation"},
    {"memory-swap", 0, Bytes, "/HostConfig/MemorySwap"},
    {"memory-swappiness", 0, Count, "/HostConfig/MemorySwappiness"},
    {"mount", 0, Mount, "/HostConfig/Mounts"},
    {"name", 0, Field, ""},
    {"net", 0, Field, ""},
    {"network", 0, Field, ""},
    {"no-healthcheck", 0, NoHealthCheck, "/Healthcheck/Test"},
    {"oom-kill-disable", 0, Flag, "/HostConfig/OomKillDisable"},
    {"oom-score-adj", 0, Count, "/HostConfig/OomScoreAdj"},
    {"pid", 0, Text, "/HostConfig/PidMode"},
    {"pids-limit", 0, Field, ""},
    {"platform", 0, IgnoredValue, ""},
    {"privileged", 0, Flag, "/HostConfig/Privileged"},
    {"publish", 'p', Field, ""},
    {"publish-all", 'P', Flag, "/HostConfig/PublishAllPorts"},
    {"pull", 0, IgnoredValue, ""},
    {"quiet", 'q', Ignored, ""},
    {"read-only", 0, Flag, "/HostConfig/ReadonlyRootfs"},
    {"restart", 0, Field, ""},
    {"rm", 0, Field, "", true},
    {"runtime", 0, Text, "/HostConfig/Runtime"},
    {"security-opt", 0, List, "/HostConfig/SecurityOpt"},
    {"shm-size", 0, Bytes, "/HostConfig/ShmSize"},
    {"sig-proxy", 0, Ignored, ""},
    {"stop-signal", 0, Text, "/StopSignal"},
    {"stop-timeout", 0, Seconds, "/StopTimeout"},
    {"sysctl", 0, Map, "/HostConfig/Sysctls"},
    {"tmpfs", 0, Tmpfs, "/HostConfig/Tmpfs"},
    {"tty", 't', Field, "", true},
    {"ulimit", 0, Ulimit, "/HostConfig/Ulimits"},
    {"user", 'u', Text, "/User"},
    {"userns", 0, Text, "/HostConfig/UsernsMode"},
    {"uts", 0, Text, "/HostConfig/UTSMode"},
    {"volume", 'v', Field, ""},
    {"volume-driver", 0, Text, "/HostConfig/VolumeDriver"},
    {"volumes-from", 0, List, "/HostConfig/VolumesFrom"},
    {"workdir", 'w', Text, "/WorkingDir"},
};

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(RunOptions)
};

std::unexpected<Error> wrong(const RunOption& option, const QString& value, const QString& want)
{
    return fail(ErrorKind::InvalidArgument,
                Texts::tr("--%1: “%2” is not %3").arg(QLatin1StringView(option.name), value, want).toStdString());
}

Json& at(Json& body, const RunOption& option) { return body[Json::json_pointer(option.path)]; }

// nullptr when a member on the way is missing.
const Json* find(const Json& body, const char* path)
{
    const Json::json_pointer pointer(path);
    return body.contains(pointer) ? &body.at(pointer) : nullptr;
}

std::optional<std::int64_t> parseDuration(const QString& text)
{
    static const QRegularExpression whole(QStringLiteral("^(?:[0-9.]+(?:ns|us|ms|s|m|h))+$"));
    static const QRegularExpression part(QStringLiteral("([0-9.]+)(ns|us|ms|s|m|h)"));
    if (!whole.match(text).hasMatch())
        return {};
    double sum = 0;
    for (auto it = part.globalMatch(text); it.hasNext();) {
        const auto m = it.next();
        const QString unit = m.captured(2);
        const double scale = unit == QLatin1StringView("ns")   ? 1
                             : unit == QLatin1StringView("us") ? 1e3
                             : unit == QLatin1StringView("ms") ? 1e6
                             : unit == QLatin1StringView("s")  ? 1e9
                             : unit == QLatin1StringView("m")  ? 60e9
                                                               : 3600e9;
        sum += m.captured(1).toDouble() * scale;
    }
    return std::llround(sum);
}

QString writeDuration(std::int64_t ns)
{
    for (const auto& [unit, scale] : {std::pair{"h", std::int64_t(3'600'000'000'000)}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                                      {"ms", 1'000'000}, {"us", 1'000}})
        if (ns % scale == 0)
            return QString::number(ns / scale) + QLatin1StringView(unit);
    return QString::number(ns) + QStringLiteral("ns");
}

Status applyDevice(const RunOption& option, const QString& value, Json& body)
{
    const QStringList parts = value.split(QLatin1Char(':'));
    if (!value.startsWith(QLatin1Char('/')) || parts.size() > 3)
        return wrong(option, value, Texts::tr("a device, as in /dev/fuse:/dev/fuse:rwm"));
    const bool modeSecond = parts.size() == 2 && !parts[1].startsWith(QLatin1Char('/'));
    at(body, option).push_back({{"PathOnHost", parts[0].toStdString()},
                                {"PathInContainer", (parts.size() > 1 && !modeSecond ? parts[1] : parts[0]).toStdString()},
                                {"CgroupPermissions", (parts.size() == 3 ? parts[2] : modeSecond ? parts[1] : QStringLiteral("rwm")).toStdString()}});
    return {};
}

Status applyUlimit(const RunOption& option, const QString& value, Json& body)
{
    static const QRegularExpression form(QStringLiteral("^([a-z]+)=(-?[0-9]+)(?::(-?[0-9]+))?$"));
    const auto m = form.match(value);
    if (!m.hasMatch())
        return wrong(option, value, Texts::tr("a limit, as in nofile=1024:2048"));
    const std::int64_t soft = m.captured(2).toLongLong();
    at(body, option).push_back({{"Name", m.captured(1).toStdString()},
                                {"Soft", soft},
                                {"Hard", m.captured(3).isEmpty() ? soft : m.captured(3).toLongLong()}});
    return {};
}

Status applyMount(const RunOption& option, const QString& value, Json& body)
{
    Json mount = {{"Type", "volume"}};
    for (const QString& field : value.split(QLatin1Char(','))) {
        const QString key = field.section(QLatin1Char('='), 0, 0).toLower();
        const std::string text = field.section(QLatin1Char('='), 1).toStdString();
        if (key == QLatin1StringView("type"))
            mount["Type"] = text;
        else if (key == QLatin1StringView("source") || key == QLatin1StringView("src"))
            mount["Source"] = text;
        else if (key == QLatin1StringView("target") || key == QLatin1StringView("dst") || key == QLatin1StringView("destination"))
            mount["Target"] = text;
        else if (key == QLatin1StringView("readonly") || key == QLatin1StringView("ro"))
            mount["ReadOnly"] = text.empty() || text == "true" || text == "1";
        else if (key == QLatin1StringView("bind-propagation"))
            mount["BindOptions"]["Propagation"] = text;
        else if (key == QLatin1StringView("volume-nocopy"))
            mount["VolumeOptions"]["NoCopy"] = text.empty() || text == "true" || text == "1";
        else if (key == QLatin1StringView("tmpfs-size") && parseBytes(QString::fromStdString(text)))
            mount["TmpfsOptions"]["SizeBytes"] = *parseBytes(QString::fromStdString(text));
        else
            return wrong(option, field, Texts::tr("known here"));
    }
    if (!mount.contains("Target"))
        return wrong(option, value, Texts::tr("complete: it needs target=/path"));
    at(body, option).push_back(mount);
    return {};
}

Status applyNumber(const RunOption& option, const QString& value, Json& body)
{
    bool ok = true;
    std::optional<std::int64_t> number;
    switch (option.kind) {
    case Bytes: number = value == QLatin1StringView("-1") ? -1 : parseBytes(value); break;
    case Duration: number = parseDuration(value); break;
    default:
        number = value.toLongLong(&ok);
        if (!ok)
            number.reset();
    }
    if (!number)
        return wrong(option, value, option.kind == Bytes      ? Texts::tr("a size, as in 512m or 2g")
                                    : option.kind == Duration ? Texts::tr("a time, as in 30s or 1m30s")
                                                              : Texts::tr("a whole number"));
    at(body, option) = *number;
    return {};
}

QString word(const RunOption& option, const QString& value)
{
    return QStringLiteral("--%1=%2").arg(QLatin1StringView(option.name), value);
}

QString text(const Json& value)
{
    return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString::fromStdString(dumpJson(value));
}

QString member(const Json& object, const char* key) { return QString::fromStdString(jsonValue<std::string>(object, key)); }

QString mountWord(const Json& mount)
{
    QStringList fields{QStringLiteral("type=") + member(mount, "Type")};
    if (!member(mount, "Source").isEmpty())
        fields << QStringLiteral("source=") + member(mount, "Source");
    fields << QStringLiteral("target=") + member(mount, "Target");
    if (jsonValue<bool>(mount, "ReadOnly"))
        fields << QStringLiteral("readonly");
    if (const auto size = jsonValue<std::int64_t>(jsonMember(mount, "TmpfsOptions"), "SizeBytes"))
        fields << QStringLiteral("tmpfs-size=") + writeBytes(size);
    if (const QString p = member(jsonMember(mount, "BindOptions"), "Propagation"); !p.isEmpty())
        fields << QStringLiteral("bind-propagation=") + p;
    return fields.join(QLatin1Char(','));
}

// What an engine fills in by itself; source: dockerd 26 inspect of a container made with none of these flags.
bool isDefault(const RunOption& option, const Json& value)
{
    if (value.is_null() || (value.is_string() && value.get<std::string>().empty()) || (value.is_structured() && value.empty()) ||
        value == false || (value.is_number() && value == 0))
        return true;
    const std::string_view name = option.name;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> texts = {
        {{"ipc", "private"}, {"cgroupns", "private"}, {"runtime", "runc"}, {"runtime", "crun"}, {"log-driver", "json-file"}, {"cgroupns", "host"}}};
    if (value.is_string())
        return std::ranges::any_of(texts, [&](const auto& t) { return t.first == name && t.second == value.get_ref<const std::string&>(); });
    return name == "shm-size" && value == 67'108'864;
}

void appendWords(const RunOption& option, const Json& value, QStringList& out)
{
    switch (option.kind) {
    case Flag: out << QStringLiteral("--") + QLatin1StringView(option.name); break;
    case Text:
    case Count:
    case Seconds: out << word(option, text(value)); break;
    case Bytes: out << word(option, writeBytes(value.get<std::int64_t>())); break;
    case Duration: out << word(option, writeDuration(value.get<std::int64_t>())); break;
    case List:
        for (const Json& v : value)
            out << word(option, text(v));
        break;
    case Map:
        for (const auto& [k, v] : value.items())
            out << word(option, QString::fromStdString(k) + QLatin1Char('=') + text(v));
        break;
    case Tmpfs:
        for (const auto& [k, v] : value.items())
            out << word(option, text(v).isEmpty() ? QString::fromStdString(k) : QString::fromStdString(k) + QLatin1Char(':') + text(v));
        break;
    case Device:
        for (const Json& d : value)
            out << word(option, QStringList{member(d, "PathOnHost"), member(d, "PathInContainer"), member(d, "CgroupPermissions")}.join(QLatin1Char(':')));
        break;
    case Ulimit:
        for (const Json& u : value)
            out << word(option, QStringLiteral("%1=%2:%3").arg(member(u, "Name")).arg(jsonValue<std::int64_t>(u, "Soft")).arg(jsonValue<std::int64_t>(u, "Hard")));
        break;
    case Mount:
        for (const Json& m : value)
            out << word(option, mountWord(m));
        break;
    case HealthCommand:
        if (value.size() == 2 && value[0] == "CMD-SHELL")
            out << word(option, text(value[1]));
        break;
    case NoHealthCheck:
        if (value.size() == 1 && value[0] == "NONE")
            out << QStringLiteral("--no-healthcheck");
        break;
    default: break; // entrypoint and exposed ports: RunSpec compares them with the image
    }
}

} // namespace

const RunOption* findOption(QStringView name)
{
    const auto* it = std::ranges::find_if(table, [&](const RunOption& o) { return name == QLatin1StringView(o.name); });
    return it == std::end(table) ? nullptr : it;
}

const RunOption* findOption(QChar letter)
{
    const auto* it = std::ranges::find_if(table, [&](const RunOption& o) { return o.letter && letter == QLatin1Char(o.letter); });
    return it == std::end(table) ? nullptr : it;
}

Status applyOption(const RunOption& option, const QString& value, Json& body)
{
    const std::string bytes = value.toStdString();
    switch (option.kind) {
    case Flag: at(body, option) = value != QLatin1StringView("false"); return {};
    case Text: at(body, option) = bytes; return {};
    case List: at(body, option).push_back(bytes); return {};
    case Set: at(body, option)[value.contains(QLatin1Char('/')) ? bytes : bytes + "/tcp"] = Json::object(); return {};
    case Map: at(body, option)[value.section(QLatin1Char('='), 0, 0).toStdString()] = value.section(QLatin1Char('='), 1).toStdString(); return {};
    case Entrypoint: at(body, option) = Json::array({bytes}); return {};
    case HealthCommand: at(body, option) = Json::array({"CMD-SHELL", bytes}); return {};
    case NoHealthCheck: at(body, option) = Json::array({"NONE"}); return {};
    case Tmpfs: at(body, option)[value.section(QLatin1Char(':'), 0, 0).toStdString()] = value.section(QLatin1Char(':'), 1).toStdString(); return {};
    case Device: return applyDevice(option, value, body);
    case Ulimit: return applyUlimit(option, value, body);
    case Mount: return applyMount(option, value, body);
    case Bytes:
    case Count:
    case Seconds:
    case Duration: return applyNumber(option, value, body);
    case Field:
    case Ignored:
    case IgnoredValue: return {};
    }
    return {};
}

QStringList optionsOf(const Json& body)
{
    QStringList out;
    for (const RunOption& option : table) {
        const Json* value = option.path[0] ? find(body, option.path) : nullptr;
        if (value && !isDefault(option, *value))
            appendWords(option, *value, out);
    }
    return out;
}

std::optional<std::int64_t> parseBytes(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("^([0-9]+(?:\\.[0-9]+)?) ?([kmgtp]?)(?:i?b)?$"), QRegularExpression::CaseInsensitiveOption);
    const auto m = form.match(text.trimmed());
    if (!m.hasMatch())
        return {};
    static const QString units = QStringLiteral("kmgtp");
    const int power = m.captured(2).isEmpty() ? 0 : static_cast<int>(units.indexOf(m.captured(2).toLower())) + 1;
    const double bytes = m.captured(1).toDouble() * std::pow(1024.0, power);
    return bytes > 9e18 ? std::nullopt : std::optional(static_cast<std::int64_t>(bytes));
}

QString writeBytes(std::int64_t bytes)
{
    if (bytes > 0)
        for (const auto& [unit, shift] : {std::pair{'g', 30}, {'m', 20}, {'k', 10}})
            if (bytes % (std::int64_t(1) << shift) == 0)
                return QString::number(bytes >> shift) + QLatin1Char(unit);
    return QString::number(bytes);
}

} // namespace slipway::ui
