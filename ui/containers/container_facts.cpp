// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/container_facts.h"

#include <algorithm>
#include <csignal>

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include "models/exit_words.h"

namespace slipway::ui
{
namespace
{

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(ContainerFacts)
};
QString text(const Json& object, const char* member) { return QString::fromStdString(jsonValue<std::string>(object, member)); }

StopReason bySignal(int number, int code, bool oom, std::int64_t limit)
{
    StopReason reason;
    reason.title = Texts::tr("Killed by %1 (exit code %2)").arg(signalName(number)).arg(code);
    reason.bad = true;
    if (oom) {
        reason.title = Texts::tr("Out of memory (exit code %1)").arg(code);
        reason.meaning = limit > 0 ? Texts::tr("It needed more than its limit of %1, so the kernel killed it. Give it a higher limit, or make it need less.")
                                         .arg(QLocale().formattedDataSize(limit, 0, QLocale::DataSizeTraditionalFormat))
                                   : Texts::tr("The machine ran out of memory, so the kernel killed it.");
        return reason;
    }
    switch (number) {
    case SIGKILL:
        reason.meaning = Texts::tr("Somebody killed it, or it did not end in time when it was asked to stop. There is no sign of too little memory.");
        break;
    case SIGTERM:
        reason.bad = false;
        reason.meaning = Texts::tr("It was asked to stop and did.");
        break;
    case SIGINT:
        reason.bad = false;
        reason.meaning = Texts::tr("It was interrupted, as by Ctrl+C.");
        break;
    case SIGSEGV:
    case SIGBUS: reason.meaning = Texts::tr("The program touched memory that is not its own: a bug in it, or a build for another processor."); break;
    case SIGABRT: reason.meaning = Texts::tr("The program gave up by itself, usually after an assertion or an uncaught exception."); break;
    case SIGILL: reason.meaning = Texts::tr("The program used an instruction that this processor does not have."); break;
    default: reason.meaning = Texts::tr("A signal ended it."); break;
    }
    return reason;
}

} // namespace

std::optional<StopReason> stopReason(const Json& inspect)
{
    const Json& state = jsonMember(inspect, "State");
    const QString status = text(state, "Status");
    const QString error = text(state, "Error");
    const bool stopped = status == QLatin1StringView("exited") || status == QLatin1StringView("dead") || status == QLatin1StringView("restarting");
    if (!stopped && !(status == QLatin1StringView("created") && !error.isEmpty()))
        return {};
    if (!error.isEmpty())
        return StopReason{true, Texts::tr("It could not be started"), error};
    const int code = jsonValue<int>(state, "ExitCode");
    const bool oom = jsonValue<bool>(state, "OOMKilled");
    const auto limit = jsonValue<std::int64_t>(jsonMember(inspect, "HostConfig"), "Memory");
    if (code > 128 && code <= 128 + 64)
        return bySignal(code - 128, code, oom, limit);
    StopReason reason{code != 0, Texts::tr("Exit code %1").arg(code), {}};
    switch (code) {
    case 0:
        reason.title = Texts::tr("It finished (exit code 0)");
        reason.meaning = Texts::tr("The program ended by itself and reported no error.");
        break;
    case 125: reason.meaning = Texts::tr("The engine could not run it."); break;
    case 126: reason.meaning = Texts::tr("The command was found but could not be executed: is it a program, and may it be run?"); break;
    case 127: reason.meaning = Texts::tr("The command was not found in the image: check its name and path."); break;
    default: reason.meaning = Texts::tr("The program ended with an error of its own; its last lines usually say which."); break;
    }
    if (oom)
        reason.meaning += QLatin1Char(' ') + Texts::tr("A process in it was killed for want of memory.");
    return reason;
}

bool looksSecret(const QString& variable)
{
    static const QRegularExpression form(
        QStringLiteral("(?:^|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|SECRETS|TOKEN|APIKEY|KEY|CREDENTIALS?|AUTH|PRIVATE|DSN)(?:_|$)|PASSWORD|SECRET|TOKEN"),
        QRegularExpression::CaseInsensitiveOption);
    return form.match(variable).hasMatch();
}

ResourceLimits resourceLimits(const Json& inspect)
{
    const Json& host = jsonMember(inspect, "HostConfig");
    const double cores = jsonValue<double>(host, "NanoCpus") / 1e9;
    const double quota = jsonValue<double>(host, "CpuQuota"), period = jsonValue<double>(host, "CpuPeriod");
    return {cores > 0 ? cores : quota > 0 ? quota / (period > 0 ? period : 100'000) : 0, std::max(0.0, jsonValue<double>(host, "Memory")),
            std::max(0.0, jsonValue<double>(host, "PidsLimit"))};
}

std::optional<HealthOutput> lastHealthOutput(const Json& inspect)
{
    const Json& log = jsonMember(jsonMember(jsonMember(inspect, "State"), "Health"), "Log");
    if (!log.is_array() || log.empty())
        return {};
    return HealthOutput{jsonValue<int>(log.back(), "ExitCode"), engineTime(log.back(), "End"), text(log.back(), "Output").trimmed()};
}

std::vector<PublishedPort> publishedPorts(const Json& inspect)
{
    std::vector<PublishedPort> out;
    for (const auto& [inside, bindings] : jsonMember(jsonMember(inspect, "NetworkSettings"), "Ports").items()) {
        if (!bindings.is_array())
            continue;
        for (const Json& binding : bindings) {
            const QString ip = text(binding, "HostIp");
            if (ip == QLatin1StringView("::")) // the same port once more
                continue;
            PublishedPort port;
            port.inside = QString::fromStdString(inside);
            const bool all = ip.isEmpty() || ip == QLatin1StringView("0.0.0.0");
            const QString number = text(binding, "HostPort");
            port.outside = all ? number : ip + QLatin1Char(':') + number;
            if (port.inside.endsWith(QLatin1StringView("/tcp"))) {
                const QString scheme = port.inside.startsWith(QLatin1StringView("443/")) || port.inside.startsWith(QLatin1StringView("8443/"))
                                           ? QStringLiteral("https") : QStringLiteral("http");
                port.url = QStringLiteral("%1://%2:%3/").arg(scheme, all ? QStringLiteral("localhost") : ip, number);
            }
            out.push_back(port);
        }
    }
    return out;
}

QDateTime engineTime(const Json& object, const char* member)
{
    const QString stamp = text(object, member);
    if (stamp.isEmpty() || stamp.startsWith(QLatin1StringView("0001-")))
        return {};
    static const QRegularExpression fraction(QStringLiteral("\\.(\\d{3})\\d*"));
    QString milliseconds = stamp;
    return QDateTime::fromString(milliseconds.replace(fraction, QStringLiteral(".\\1")), Qt::ISODateWithMs);
}

QString since(const QDateTime& time, const QDateTime& now)
{
    const qint64 seconds = std::max<qint64>(0, time.secsTo(now));
    if (seconds < 60)
        return seconds == 1 ? Texts::tr("1 second") : Texts::tr("%1 seconds").arg(seconds);
    if (seconds < 3600)
        return seconds < 120 ? Texts::tr("1 minute") : Texts::tr("%1 minutes").arg(seconds / 60);
    if (seconds < 48 * 3600)
        return seconds < 7200 ? Texts::tr("1 hour") : Texts::tr("%1 hours").arg(seconds / 3600);
    return Texts::tr("%1 days").arg(seconds / 86400);
}

QString ago(const QDateTime& time, const QDateTime& now) { return Texts::tr("%1 ago").arg(since(time, now)); }

} // namespace slipway::ui
