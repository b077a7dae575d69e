// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/ansi_text.h"

#include <algorithm>

#include "logstore/log_query.h"
#include "terminal/mono_text.h"

namespace slipway::ui
{
namespace
{

CellColor extendedColor(const std::vector<int>& p, std::size_t& i)
{
    if (i + 2 < p.size() && p[i + 1] == 5) {
        i += 2;
        return CellColor::indexed(std::clamp(p[i], 0, 255));
    }
    if (i + 4 < p.size() && p[i + 1] == 2) {
        i += 4;
        return CellColor::rgb(std::clamp(p[i - 2], 0, 255), std::clamp(p[i - 1], 0, 255), std::clamp(p[i], 0, 255));
    }
    i = p.size();
    return {};
}

void applyOne(const std::vector<int>& p, std::size_t& i, CellStyle& s)
{
    if (setRendition(p[i], s))
        return;
    if (p[i] == 38)
        s.fg = extendedColor(p, i);
    else if (p[i] == 48)
        s.bg = extendedColor(p, i);
}

void appendPlain(AnsiLine& line, std::string_view bytes)
{
    const bool simple = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c != 0x7f; });
    if (simple) {
        line.text += QLatin1StringView(bytes.data(), static_cast<qsizetype>(bytes.size()));
        return;
    }
    const QString decoded = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
    for (const QChar c : decoded) {
        if (c == QLatin1Char('\t'))
            line.text += QString(8 - line.text.size() % 8, QLatin1Char(' '));
        else if (c.unicode() < 0x20)
            line.text += QChar(static_cast<char16_t>(0x2400 + c.unicode()));
        else if (c.unicode() == 0x7f || (c.unicode() >= 0x80 && c.unicode() < 0xa0))
            line.text += QChar(0x2421);
        else
            line.text += c;
    }
}

} // namespace

void measure(AnsiLine& line)
{
    const QString& t = line.text;
    if (std::all_of(t.begin(), t.end(), [](QChar c) { return c.unicode() < 0x300 && c.unicode() != 0xad; }))
        return;
    line.columns.reserve(static_cast<std::size_t>(t.size()) + 1);
    int column = 0;
    for (qsizetype i = 0; i < t.size(); ++i) {
        const bool pair = t[i].isHighSurrogate() && i + 1 < t.size();
        line.columns.push_back(column);
        if (pair)
            line.columns.push_back(column);
        column += columnsOf(pair ? QChar::surrogateToUcs4(t[i], t[i + 1]) : t[i].unicode());
        i += pair ? 1 : 0;
    }
    line.columns.push_back(column);
}

void applySgr(std::string_view parameters, CellStyle& style)
{
    std::vector<int> p(1, 0);
    for (const char c : parameters) {
        if (c >= '0' && c <= '9')
            p.back() = std::min(p.back() * 10 + (c - '0'), 100000);
        else if (c == ';' || c == ':')
            p.push_back(0);
        else
            return; // private or malformed
        if (p.size() > 64)
            return;
    }
    for (std::size_t i = 0; i < p.size(); ++i)
        applyOne(p, i, style);
}

AnsiLine parseAnsi(std::string_view bytes)
{
    AnsiLine line;
    if (!bytes.empty() && bytes.back() == '\r')
        bytes.remove_suffix(1);
    CellStyle style;
    while (!bytes.empty()) {
        const std::size_t plain = std::min(bytes.find('\x1b'), bytes.size());
        if (plain > 0) {
            const int start = static_cast<int>(line.text.size());
            appendPlain(line, bytes.substr(0, plain));
            const int length = static_cast<int>(line.text.size()) - start;
            if (!line.runs.empty() && line.runs.back().style == style)
                line.runs.back().length += length;
            else
                line.runs.push_back({start, length, style});
            bytes.remove_prefix(plain);
            continue;
        }
        const std::size_t length = logstore::escapeLength(bytes);
        if (length > 2 && bytes[1] == '[' && bytes[length - 1] == 'm')
            applySgr(bytes.substr(2, length - 3), style);
        bytes.remove_prefix(length);
    }
    measure(line);
    return line;
}

int AnsiLine::columnOf(int index) const
{
    const int i = std::clamp(index, 0, static_cast<int>(text.size()));
    return columns.empty() ? i : columns[static_cast<std::size_t>(i)];
}

int AnsiLine::indexAt(int column) const
{
    if (column < 0)
        return 0;
    if (column >= width())
        return static_cast<int>(text.size());
    if (columns.empty())
        return column;
    const auto after = std::upper_bound(columns.begin(), columns.end(), column);
    const int at = *std::prev(after); // of units sharing a column the first is the character's
    return static_cast<int>(std::lower_bound(columns.begin(), columns.end(), at) - columns.begin());
}

std::vector<int> AnsiLine::wrap(int maxColumns) const
{
    std::vector<int> starts{0};
    const int limit = std::max(2, maxColumns);
    if (columns.empty()) {
        for (int i = limit; i < text.size(); i += limit)
            starts.push_back(i);
        return starts;
    }
    int rowColumn = 0;
    for (int i = 0; i < text.size(); ++i) {
        const std::size_t u = static_cast<std::size_t>(i);
        if (text[i].isLowSurrogate())
            continue;
        const std::size_t next = u + (text[i].isHighSurrogate() ? 2 : 1);
        const int end = columns[std::min(next, columns.size() - 1)];
        if (end - rowColumn > limit) {
            starts.push_back(i);
            rowColumn = columns[u];
        }
    }
    return starts;
}

} // namespace slipway::ui
