// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/container_state.h"

#include <array>

#include <QCoreApplication>
#include <QRegularExpression>

namespace slipway::ui
{
namespace
{
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ContainerState)
};

// HEALTH as inspect says it: "healthy", "unhealthy", "starting", else nothing.
StateView running(const QString& health)
{
    if (health == QLatin1StringView("unhealthy"))
        return {"state-dead", Tint::Danger, Text::tr("Unhealthy"), {}};
    if (health == QLatin1StringView("starting"))
        return {"state-running", Tint::Warning, Text::tr("Starting"), {}};
    return {"state-running", Tint::Success, health == QLatin1StringView("healthy") ? Text::tr("Healthy") : Text::tr("Running"), {}};
}

StateView exited(int code)
{
    if (code == 0)
        return {"state-stopped", Tint::Muted, Text::tr("Exited"), {}};
    return {"state-stopped", Tint::Danger, Text::tr("Exited (%1)").arg(code), {}};
}

StateView viewOf(const std::string& state, const QString& health, int exitCode)
{
    if (state == "running")
        return running(health);
    if (state == "exited")
        return exited(exitCode);
    if (state == "paused")
        return {"state-paused", Tint::Warning, Text::tr("Paused"), {}};
    if (state == "restarting")
        return {"state-restarting", Tint::Warning, Text::tr("Restarting"), {}};
    if (state == "created")
        return {"state-created", Tint::Muted, Text::tr("Created"), {}};
    if (state == "removing")
        return {"state-stopped", Tint::Muted, Text::tr("Removing"), {}};
    if (state == "dead")
        return {"state-dead", Tint::Danger, Text::tr("Dead"), {}};
    return {"state-stopped", Tint::Muted, QString::fromStdString(state), {}};
}
} // namespace

StateView stateView(const std::string& state, const std::string& status)
{
    static const QRegularExpression up(QStringLiteral("^Up (.+?)(?: \\((?:health: )?(.+)\\))?$"));
    static const QRegularExpression ended(QStringLiteral("^Exited \\((\\d+)\\) (.+) ago$"));
    const QString words = QString::fromStdString(status);
    const auto upMatch = up.match(words), endMatch = ended.match(words);
    StateView view = viewOf(state, upMatch.captured(2), endMatch.captured(1).toInt());
    if (state == "running" && upMatch.hasMatch())
        view.detail = shortDuration(upMatch.captured(1));
    else if (state == "exited" && endMatch.hasMatch())
        view.detail = endMatch.captured(2) == QLatin1StringView("Less than a second")
                          ? Text::tr("just now")
                          : Text::tr("%1 ago").arg(shortDuration(endMatch.captured(2)));
    return view;
}

StateView stateView(const Json& inspect)
{
    const Json& state = jsonMember(inspect, "State");
    return viewOf(jsonValue<std::string>(state, "Status"),
                  QString::fromStdString(jsonValue<std::string>(jsonMember(state, "Health"), "Status")), jsonValue<int>(state, "ExitCode"));
}

QString shortDuration(const QString& words)
{
    if (words == QLatin1StringView("Less than a second"))
        return Text::tr("%1 s").arg(0);
    if (words == QLatin1StringView("About a minute"))
        return Text::tr("%1 min").arg(1);
    if (words == QLatin1StringView("About an hour"))
        return Text::tr("%1 h").arg(1);
    static const QRegularExpression counted(QStringLiteral("^(\\d+) (second|minute|hour|day|week|month|year)s?$"));
    const auto match = counted.match(words);
    if (!match.hasMatch())
        return words;
    static constexpr std::array units{std::pair{"second", QT_TRANSLATE_NOOP("ContainerState", "%1 s")},
                                      std::pair{"minute", QT_TRANSLATE_NOOP("ContainerState", "%1 min")},
                                      std::pair{"hour", QT_TRANSLATE_NOOP("ContainerState", "%1 h")},
                                      std::pair{"day", QT_TRANSLATE_NOOP("ContainerState", "%1 d")},
                                      std::pair{"week", QT_TRANSLATE_NOOP("ContainerState", "%1 wk")},
                                      std::pair{"month", QT_TRANSLATE_NOOP("ContainerState", "%1 mo")},
                                      std::pair{"year", QT_TRANSLATE_NOOP("ContainerState", "%1 y")}};
    for (const auto& [unit, text] : units)
        if (match.captured(2) == QLatin1StringView(unit))
            return Text::tr(text).arg(match.captured(1));
    return words;
}

bool isUp(const std::string& state)
{
    return state == "running" || state == "paused" || state == "restarting";
}

int secondsUntilStale(const std::string& status)
{
    constexpr int minute = 60;
    const auto says = [&status](const char* word) { return status.find(word) != std::string::npos; };
    if (says("second"))
        return says("Less than") ? 2 : 10;
    if (says("minute"))
        return minute;
    return says("hour") ? 30 * minute : 12 * 60 * minute;
}

} // namespace slipway::ui
