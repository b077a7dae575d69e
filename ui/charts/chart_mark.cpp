// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_mark.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <QCoreApplication>
#include <QStringList>

#include "charts/axis.h"
#include "models/exit_words.h"

namespace slipway::ui
{
namespace
{
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Charts)
};

QString endWords(const dockerapi::MetricsMark& mark)
{
    QStringList words{mark.exitCode ? Text::tr("Ended: %1").arg(exitWords(static_cast<int>(*mark.exitCode))) : Text::tr("Ended")};
    if (mark.oomKills.value_or(0) > 0)
        words << Text::tr("out of memory");
    if (mark.memoryPeak)
        words << Text::tr("at most %1 of memory with its cache").arg(formatValue(static_cast<double>(*mark.memoryPeak), Unit::Bytes));
    return words.join(QStringLiteral(" · "));
}
} // namespace

ChartMark chartMark(const dockerapi::MetricsMark& mark)
{
    const auto made = [&](const char* icon, Tint tint, const QString& text) { return ChartMark{mark.timeNs, icon, tint, text}; };
    if (mark.what == "start")
        return made("play", Tint::Success, Text::tr("Started"));
    if (mark.what == "die")
        return made("stop", mark.exitCode.value_or(0) == 0 ? Tint::Muted : Tint::Danger, endWords(mark));
    if (mark.what == "oom")
        return made("memory", Tint::Danger, mark.oomKills ? Text::tr("Out of memory: the kernel killed %n process(es)", nullptr, static_cast<int>(*mark.oomKills))
                                                          : Text::tr("Out of memory: the kernel killed a process"));
    if (mark.what == "restart")
        return made("restart", Tint::Accent, Text::tr("Restarted"));
    if (mark.what == "pause")
        return made("pause", Tint::Muted, Text::tr("Paused"));
    if (mark.what == "unpause")
        return made("play", Tint::Muted, Text::tr("Went on"));
    if (mark.what == "healthy")
        return made("check", Tint::Success, Text::tr("Healthy"));
    if (mark.what == "unhealthy")
        return made("warning", Tint::Warning, Text::tr("Unhealthy"));
    if (mark.what == "update")
        return made("settings", Tint::Accent, Text::tr("Its settings were changed"));
    return made("info", Tint::Muted, QString::fromStdString(mark.what));
}

dockerapi::MetricsMark markOf(const dockerapi::EventMessage& event)
{
    static constexpr std::array known{"start", "die", "oom", "restart", "pause", "unpause", "update"};
    dockerapi::MetricsMark mark;
    mark.timeNs = event.timeNano;
    if (event.type != "container")
        return mark;
    if (std::ranges::find(known, event.action) != known.end())
        mark.what = event.action;
    else if (event.action == "health_status: healthy" || event.action == "health_status: unhealthy")
        mark.what = event.action.substr(15);
    if (const auto code = event.attributes.find("exitCode"); mark.what == "die" && code != event.attributes.end()) {
        std::int64_t value = 0;
        if (std::from_chars(code->second.data(), code->second.data() + code->second.size(), value).ec == std::errc())
            mark.exitCode = value;
    }
    return mark;
}

} // namespace slipway::ui
