// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/line_look.h"

#include <algorithm>

#include <QCoreApplication>
#include <QRegularExpression>

#include <nlohmann/json.hpp>

namespace slipway::ui
{
namespace
{

constexpr std::size_t longestJson = 64 * 1024;

using OrderedJson = nlohmann::ordered_json;

bool isOneOf(const std::string& key, std::initializer_list<const char*> names)
{
    return std::ranges::any_of(names, [&](const char* name) { return key == name; });
}

// The library writes nested values by recursion: a line must not choose how deep.
bool isDeep(std::string_view bytes)
{
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (inText && bytes[i] == '\\')
            ++i;
        else if (bytes[i] == '"')
            inText = !inText;
        else if (!inText && (bytes[i] == '{' || bytes[i] == '['))
            ++depth;
        else if (!inText && (bytes[i] == '}' || bytes[i] == ']'))
            --depth;
        if (depth > 64)
            return true;
    }
    return false;
}

std::optional<OrderedJson> objectOf(std::string_view bytes)
{
    while (!bytes.empty() && (bytes.back() == '\r' || bytes.back() == ' '))
        bytes.remove_suffix(1);
    if (!bytes.starts_with('{') || !bytes.ends_with('}') || bytes.size() > longestJson || isDeep(bytes))
        return std::nullopt;
    auto json = OrderedJson::parse(bytes, nullptr, false);
    if (json.is_discarded() || !json.is_object() || json.empty())
        return std::nullopt;
    return json;
}

QString textOf(const OrderedJson& value)
{
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    return QString::fromStdString(text);
}

// What of a text may act on the view is shown as parseAnsi() shows it.
QString harmless(const QString& text) { return parseAnsi(text.toStdString()).text; }

AnsiLine fold(const OrderedJson& object)
{
    AnsiLine line;
    const auto add = [&line](const QString& text, CellStyle style) {
        if (text.isEmpty())
            return;
        line.runs.push_back({static_cast<int>(line.text.size()), static_cast<int>(text.size()), style});
        line.text += text;
    };
    CellStyle plain, dim, strong;
    dim.set(CellStyle::Dim, true);
    strong.set(CellStyle::Bold, true);
    for (const auto& [key, value] : object.items())
        if (isOneOf(key, {"level", "lvl", "severity", "levelname", "loglevel"})) {
            QString level = textOf(value).toUpper();
            if (value.is_number()) // bunyan's and pino's
                level = levelName(static_cast<logstore::Level>(std::clamp(value.get<int>() / 10, 1, 6))).toUpper();
            add(harmless(level).leftJustified(6), strong);
        }
    for (const auto& [key, value] : object.items())
        if (isOneOf(key, {"msg", "message", "event"}) && value.is_string())
            add(harmless(textOf(value)) + QStringLiteral("  "), plain);
    for (const auto& [key, value] : object.items()) {
        const bool said = isOneOf(key, {"level", "lvl", "severity", "levelname", "loglevel", "time", "ts", "timestamp", "@timestamp"})
                          || (isOneOf(key, {"msg", "message", "event"}) && value.is_string());
        if (said)
            continue;
        add(harmless(QString::fromStdString(key)) + QLatin1Char('='), dim);
        add(harmless(textOf(value)) + QLatin1Char(' '), plain);
    }
    measure(line);
    return line;
}

void findLinks(LineLook& look)
{
    static const QRegularExpression url(QStringLiteral("https?://[^\\s\"'<>\\x{2400}-\\x{2421}]+"));
    if (!look.line.text.contains(QLatin1String("://")))
        return;
    for (auto it = url.globalMatch(look.line.text); it.hasNext() && look.links.size() < 50;) {
        const QRegularExpressionMatch match = it.next();
        qsizetype length = match.capturedLength();
        while (length > 8 && QStringLiteral(".,;:!?)]}").contains(match.capturedView()[length - 1]))
            --length; // the sentence's, not the address's
        look.links.emplace_back(static_cast<int>(match.capturedStart()), static_cast<int>(length));
    }
}

} // namespace

LineLook lookOf(std::string_view bytes, bool foldJson)
{
    LineLook look;
    look.level = logstore::levelOf(bytes);
    std::optional<OrderedJson> object;
    if (foldJson && bytes.starts_with('{'))
        object = objectOf(bytes);
    look.line = object ? fold(*object) : parseAnsi(bytes);
    look.coloured = !object && std::ranges::any_of(look.line.runs, [](const StyleRun& run) { return run.style != CellStyle(); });
    findLinks(look);
    return look;
}

std::optional<std::vector<std::pair<QString, QString>>> jsonFields(std::string_view bytes)
{
    const auto object = objectOf(bytes);
    if (!object)
        return std::nullopt;
    std::vector<std::pair<QString, QString>> fields;
    for (const auto& [key, value] : object->items())
        fields.emplace_back(QString::fromStdString(key), textOf(value));
    return fields;
}

QString levelName(logstore::Level level)
{
    switch (level) {
    case logstore::Level::None: return {};
    case logstore::Level::Trace: return QCoreApplication::translate("LineLook", "Trace");
    case logstore::Level::Debug: return QCoreApplication::translate("LineLook", "Debug");
    case logstore::Level::Info: return QCoreApplication::translate("LineLook", "Info");
    case logstore::Level::Warn: return QCoreApplication::translate("LineLook", "Warning");
    case logstore::Level::Error: return QCoreApplication::translate("LineLook", "Error");
    case logstore::Level::Fatal: return QCoreApplication::translate("LineLook", "Fatal");
    }
    return {};
}

} // namespace slipway::ui
