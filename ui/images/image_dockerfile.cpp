// SPDX-License-Identifier: GPL-3.0-or-later
#include "images/image_dockerfile.h"

#include <QRegularExpression>

#include "images/image_detail.h"

namespace slipway::ui
{
namespace
{
constexpr int widest = 100;
constexpr std::size_t mostBases = 60; // images that are looked at as a base

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ImageDockerfile)
};

QString createdBy(const Json& entry) { return QString::fromStdString(jsonValue<std::string>(entry, "CreatedBy")); }

// A command that is too wide for a line, broken behind its &&, where no quotes are open.
QString broken(const QString& command)
{
    if (command.size() <= widest)
        return command;
    QString made;
    QChar quote;
    for (qsizetype i = 0; i < command.size(); ++i) {
        const QChar c = command[i];
        if (quote.isNull() && command.sliced(i).startsWith(QLatin1StringView(" && "))) {
            made += QStringLiteral(" && \\\n    ");
            i += 3;
            while (i + 1 < command.size() && command[i + 1] == QLatin1Char(' '))
                ++i;
            continue;
        }
        if (c == QLatin1Char('\\') && i + 1 < command.size()) {
            made += c;
            made += command[++i];
            continue;
        }
        if (quote.isNull() && (c == QLatin1Char('"') || c == QLatin1Char('\'')))
            quote = c;
        else if (c == quote)
            quote = {};
        made += c;
    }
    return made;
}

QString run(QString command)
{
    // "|2 A=b C=d /bin/sh -c make": the build arguments come first
    static const QRegularExpression arguments(QStringLiteral("^\\|\\d+ .*?(/bin/\\S*sh -[a-z]*c) "), QRegularExpression::DotMatchesEverythingOption);
    if (const auto match = arguments.match(command); match.hasMatch())
        command = command.sliced(match.capturedEnd());
    static const QRegularExpression shell(QStringLiteral("^/bin/\\S*sh (-o pipefail )?-[a-z]*c "));
    if (const auto match = shell.match(command); match.hasMatch())
        command = command.sliced(match.capturedEnd());
    command = command.trimmed();
    if (!command.contains(QLatin1Char('\n')))
        return QStringLiteral("RUN ") + broken(command);
    return QStringLiteral("RUN <<EOF\n%1\nEOF").arg(command);
}

// ["nginx" "-g" "daemon off;"] → ["nginx", "-g", "daemon off;"]
QString list(const QString& text)
{
    static const QRegularExpression between(QStringLiteral("\" +\""));
    return text.startsWith(QLatin1Char('[')) ? QString(text).replace(between, QStringLiteral("\", \"")) : text;
}

QString quoted(const QString& value)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_./:@%+=,~-]+$"));
    if (plain.match(value).hasMatch())
        return value;
    QString made = value;
    made.replace(QLatin1Char('\\'), QLatin1StringView("\\\\")).replace(QLatin1Char('"'), QLatin1StringView("\\\"")).replace(QLatin1Char('$'), QLatin1StringView("\\$"));
    return QLatin1Char('"') + made + QLatin1Char('"');
}

// "A=hello world B=c" → "A=\"hello world\" B=c": the names are those that VALUES knows.
QString pairs(const QString& text, const std::map<QString, QString>& values)
{
    QStringList made;
    for (qsizetype at = 0; at < text.size();) {
        const QStringView rest = QStringView(text).sliced(at);
        const auto known = std::ranges::find_if(values, [&](const auto& each) { return rest.startsWith(QString(each.first + QLatin1Char('=') + each.second)); });
        if (known != values.end()) {
            made << known->first + QLatin1Char('=') + quoted(known->second);
            at += known->first.size() + 1 + known->second.size();
        } else {
            const qsizetype space = rest.indexOf(QLatin1Char(' '));
            made << rest.left(space < 0 ? rest.size() : space).toString();
            at += made.last().size();
        }
        while (at < text.size() && text[at] == QLatin1Char(' '))
            ++at;
    }
    return made.join(QLatin1Char(' '));
}

std::map<QString, QString> variables(const Json& config)
{
    std::map<QString, QString> values;
    for (const Json& each : jsonValue<Json>(config, "Env", Json::array())) {
        const QString text = QString::fromStdString(each.is_string() ? each.get<std::string>() : "");
        values[text.section(QLatin1Char('='), 0, 0)] = text.section(QLatin1Char('='), 1);
    }
    return values;
}

std::map<QString, QString> labels(const Json& config)
{
    std::map<QString, QString> values;
    for (const auto& [name, value] : jsonValue<std::map<std::string, std::string>>(config, "Labels"))
        values[QString::fromStdString(name)] = QString::fromStdString(value);
    return values;
}

QString health(const Json& config)
{
    const Json& check = jsonMember(config, "Healthcheck");
    const auto test = jsonValue<std::vector<std::string>>(check, "Test");
    if (test.empty() || test[0] == "NONE")
        return QStringLiteral("HEALTHCHECK NONE");
    QString made = QStringLiteral("HEALTHCHECK");
    for (const auto& [key, flag] : {std::pair("Interval", "interval"), {"Timeout", "timeout"}, {"StartPeriod", "start-period"}})
        if (const auto ns = jsonValue<std::int64_t>(check, key); ns > 0)
            made += QStringLiteral(" --%1=%2ms").arg(QLatin1StringView(flag)).arg(ns / 1'000'000);
    if (const int retries = jsonValue<int>(check, "Retries"); retries > 0)
        made += QStringLiteral(" --retries=%1").arg(retries);
    const Json words(std::vector<std::string>(test.begin() + 1, test.end()));
    return made + QStringLiteral(" CMD ") + QString::fromStdString(test[0] == "CMD-SHELL" && test.size() > 1 ? test[1] : dumpJson(words));
}

// EXPOSE map[80/tcp:{}] and VOLUME [/data] are how an engine prints what it keeps.
QString unwrapped(const QString& text)
{
    static const QRegularExpression map(QStringLiteral("^map\\[(.*)\\]$"));
    QString made = text;
    if (const auto match = map.match(text); match.hasMatch())
        made = match.captured(1).remove(QStringLiteral(":{}"));
    else if (text.startsWith(QLatin1Char('[')) && !text.contains(QLatin1Char('"')))
        made = text.sliced(1).chopped(text.endsWith(QLatin1Char(']')) ? 1 : 0);
    return made.simplified();
}

QString line(const Json& entry, const Json& config)
{
    const QString said = instructionOf(createdBy(entry));
    if (said.isEmpty())
        return {};
    const QString word = said.section(QLatin1Char(' '), 0, 0), rest = said.section(QLatin1Char(' '), 1).trimmed();
    static const QRegularExpression hashed(QStringLiteral("^(file|dir|multi):[0-9a-f]+ in "));
    if (word == QLatin1StringView("RUN"))
        return run(rest);
    if (said.startsWith(QLatin1Char('|')))
        return run(said);
    if ((word == QLatin1StringView("COPY") || word == QLatin1StringView("ADD")) && hashed.match(rest).hasMatch())
        return Text::tr("# %1 of files that the history does not name: … %2").arg(word, rest.section(QStringLiteral(" in "), 1).trimmed());
    if (word == QLatin1StringView("CMD") || word == QLatin1StringView("ENTRYPOINT") || word == QLatin1StringView("SHELL"))
        return word + QLatin1Char(' ') + list(rest);
    if (word == QLatin1StringView("ENV"))
        return QStringLiteral("ENV ") + pairs(rest, variables(config));
    if (word == QLatin1StringView("LABEL"))
        return QStringLiteral("LABEL ") + pairs(rest, labels(config));
    if (word == QLatin1StringView("HEALTHCHECK"))
        return health(config);
    if (word == QLatin1StringView("EXPOSE") || word == QLatin1StringView("VOLUME"))
        return word + QLatin1Char(' ') + unwrapped(rest);
    static const QStringList known{QStringLiteral("COPY"), QStringLiteral("ADD"),   QStringLiteral("ARG"),        QStringLiteral("USER"),
                                   QStringLiteral("WORKDIR"), QStringLiteral("ONBUILD"), QStringLiteral("STOPSIGNAL"), QStringLiteral("MAINTAINER")};
    return known.contains(word) ? said : QStringLiteral("# ") + said.simplified();
}

struct Reading // what is asked for, one after the other
{
    EngineBridge& bridge;
    QString name;
    QObject* context;
    std::function<void(Result<QString>)> callback;
    Json history, image;
    std::vector<std::pair<QString, std::string>> bases; // name, id
    QString base;
    std::size_t baseLayers = 0;
    std::string baseId;
};

std::vector<std::string> layersOf(const Json& image) { return jsonValue<std::vector<std::string>>(jsonMember(image, "RootFS"), "Layers"); }

void finish(const std::shared_ptr<Reading>& reading)
{
    const auto done = [reading](std::size_t steps) { reading->callback(dockerfileOf(reading->name, reading->history, reading->image, reading->base, steps)); };
    if (reading->base.isEmpty())
        return done(0);
    reading->bridge.keep(reading->bridge.client().images().history(reading->baseId, onGui<Result<Json>>(reading->context, [done](const Result<Json>& history) {
        done(history && history->is_array() ? history->size() : 0);
    })));
}

void lookAtBases(const std::shared_ptr<Reading>& reading)
{
    if (reading->bases.empty())
        return finish(reading);
    const auto [name, id] = reading->bases.back();
    reading->bases.pop_back();
    reading->bridge.keep(reading->bridge.client().images().inspect(id, onGui<Result<Json>>(reading->context, [reading, name, id](const Result<Json>& image) {
        const auto all = layersOf(reading->image), some = image ? layersOf(*image) : std::vector<std::string>();
        const bool below = !some.empty() && some.size() < all.size() && std::equal(some.begin(), some.end(), all.begin());
        if (below && some.size() > reading->baseLayers) {
            reading->base = name;
            reading->baseId = id;
            reading->baseLayers = some.size();
        }
        lookAtBases(reading);
    })));
}
} // namespace

QString dockerfileOf(const QString& name, const Json& history, const Json& image, const QString& base, std::size_t baseSteps)
{
    std::vector<Json> steps(history.begin(), history.end());
    std::ranges::reverse(steps);
    const Json& config = jsonMember(image, "Config");
    QStringList lines{Text::tr("# Read from the history of %1.").arg(name)};
    if (base.isEmpty())
        lines << Text::tr("# Which image it was built on is not known: put it here, and take away the lines that are its own.");
    lines << QStringLiteral("FROM ") + (base.isEmpty() ? QStringLiteral("scratch") : base);
    for (std::size_t i = base.isEmpty() ? 0 : std::min(baseSteps, steps.size()); i < steps.size(); ++i)
        if (const QString text = line(steps[i], config); !text.isEmpty())
            lines << text;
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void readDockerfile(EngineBridge& bridge, const QString& name, const std::string& id, QObject* context, std::function<void(Result<QString>)> callback)
{
    auto reading = std::make_shared<Reading>(Reading{bridge, name, context, std::move(callback), {}, {}, {}, {}, 0, {}});
    auto& images = bridge.client().images();
    bridge.keep(images.history(id, onGui<Result<Json>>(context, [reading, id](const Result<Json>& history) {
        if (!history || !history->is_array())
            return reading->callback(fail(ErrorKind::Internal, history ? "the engine's answer is no history" : history.error().message));
        reading->history = *history;
        reading->bridge.keep(reading->bridge.client().images().inspect(id, onGui<Result<Json>>(reading->context, [reading, id](const Result<Json>& image) {
            if (!image)
                return reading->callback(std::unexpected(image.error()));
            reading->image = *image;
            using Images = Result<std::vector<dockerapi::ImageSummary>>;
            reading->bridge.keep(reading->bridge.client().images().list(onGui<Images>(reading->context, [reading, id](const Images& all) {
                for (const auto& each : all.value_or(std::vector<dockerapi::ImageSummary>()))
                    if (each.id != id && !each.repoTags.empty() && each.repoTags[0] != "<none>:<none>" && reading->bases.size() < mostBases)
                        reading->bases.emplace_back(QString::fromStdString(each.repoTags[0]), each.id);
                lookAtBases(reading);
            })));
        })));
    })));
}

} // namespace slipway::ui
