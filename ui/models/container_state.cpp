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

QString upDetail(const QString& status, StateView& view)
{
    static const QRegularExpression up(QStringLiteral("^Up (.+?)(?: \\((.+)\\))?$"));
    const auto match = up.match(status);
    if (!match.hasMatch())
        return {};
    const QString time = shortDuration(match.captured(1)), health = match.captured(2);
    if (health == QLatin1StringView("unhealthy")) {
        view.icon = "state-dead";
        view.tint = Tint::Danger;
        view.word = Text::tr("Unhealthy");
    } else if (health == QLatin1StringView("health: starting")) {
        view.tint = Tint::Warning;
        view.word = Text::tr("Starting");
    } else if (health == QLatin1StringView("healthy")) {
        view.word = Text::tr("Healthy");
    }
    return time;
}

QString exitDetail(const QString& status, StateView& view)
{
    static const QRegularExpression exited(QStringLiteral("^Exited \\((\\d+)\\) (.+) ago$"));
    const auto match = exited.match(status);
    if (!match.hasMatch())
        return {};
    if (match.captured(1) != QLatin1StringView("0")) {
        view.tint = Tint::Danger;
        view.word = Text::tr("Exited (%1)").arg(match.captured(1));
    }
    return Text::tr("%1 ago").arg(shortDuration(match.captured(2)));
}
} // namespace

StateView stateView(const std::string& state, const std::string& status)
{
    const QString words = QString::fromStdString(status);
    StateView view{"state-stopped", Tint::Muted, QString::fromStdString(state), {}};
    if (state == "running") {
        view = {"state-running", Tint::Success, Text::tr("Running"), {}};
        view.detail = upDetail(words, view);
    } else if (state == "paused") {
        view = {"state-paused", Tint::Warning, Text::tr("Paused"), {}};
    } else if (state == "restarting") {
        view = {"state-restarting", Tint::Warning, Text::tr("Restarting"), {}};
    } else if (state == "created") {
        view = {"state-created", Tint::Muted, Text::tr("Created"), {}};
    } else if (state == "exited") {
        view.word = Text::tr("Exited");
        view.detail = exitDetail(words, view);
    } else if (state == "removing") {
        view.word = Text::tr("Removing");
    } else if (state == "dead") {
        view = {"state-dead", Tint::Danger, Text::tr("Dead"), {}};
    }
    return view;
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
        return 10;
    if (says("minute"))
        return minute;
    return says("hour") ? 30 * minute : 12 * 60 * minute;
}

} // namespace slipway::ui
