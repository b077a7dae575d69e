// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>

#include <QBackingStore>
#include <QDateTime>
#include <QElapsedTimer>
#include <QLocale>
#include <QPaintEngine>
#include <QPaintEvent>
#include <QPainter>
#include <QPaintEvent>
#include <QScrollBar>
#include <QTimeZone>

#include "logs/log_canvas.h"

namespace slipway::ui
{

void LogCanvas::paintEvent(QPaintEvent* event)
{
    QElapsedTimer watch;
    watch.start();
    QPainter p(viewport());
    const QRegion& region = event->region();
    for (const QRect& each : region)
        p.fillRect(each, m_colors.background);
    if (m_model.count() == 0) {
        m_picture.known = false;
        paintMessage(p);
        return;
    }
    QBackingStore* const screen = backingStore();
    const bool elsewhere = !screen || p.paintEngine()->paintDevice() != screen->paintDevice(); // grab(), render()
    const bool whole = QRegion(viewport()->rect()).subtracted(region).isEmpty();
    std::vector<Placed> fresh = placed();
    const int end = fresh.back().y + fresh.back().height;
    for (Placed& each : fresh) {
        const QRect box = QRect(0, each.y, viewport()->width(), each.height) & viewport()->rect();
        if (region.intersects(box))
            paintLine(p, each);
        // Of what is not painted, or not all of it, the window has what it had.
        if (!elsewhere && !whole && !QRegion(box).subtracted(region).isEmpty() &&
            !std::ranges::contains(m_picture.lines, each))
            each.y = nowhere;
    }
    if (m_widest > m_scrolledWidest)
        QMetaObject::invokeMethod(this, &LogCanvas::syncScrollBars, Qt::QueuedConnection);
    if (elsewhere)
        return;
    if (whole)
        m_picture = {std::move(fresh), end, textLeft(), m_model.firstTimeNs(), true};
    else
        m_picture.lines = std::move(fresh), m_picture.end = std::max(m_picture.end, end);
    m_slowestPaintMs = std::max(m_slowestPaintMs, static_cast<double>(watch.nsecsElapsed()) / 1e6);
}

void LogCanvas::paintLine(QPainter& p, const Placed& at)
{
    ++m_paintedLines;
    const auto line = at.waiting ? std::nullopt : m_model.line(at.line);
    const Shown* const text = line ? shown(at.line) : nullptr;
    if (!text)
        return paintWaiting(p, at.y);
    const int left = textLeft();
    const int offset = m_wrap ? 0 : horizontalScrollBar()->value();
    const AnsiLine& ansi = text->look.line;
    static const std::vector<int> whole{0};
    const std::vector<int>& starts = m_wrap ? breaks(*text) : whole;
    const int rows = static_cast<int>(starts.size());
    paintGutter(p, at.line, *line, at.y, at.height);
    p.save();
    p.setClipRect(left, 0, viewport()->width() - left, viewport()->height());
    int y = at.y;
    for (int sub = at.hidden; sub < rows && y < viewport()->height(); ++sub) {
        int from = starts[static_cast<std::size_t>(sub)];
        int to = sub + 1 < rows ? starts[static_cast<std::size_t>(sub) + 1] : static_cast<int>(ansi.text.size());
        const bool last = to == ansi.text.size();
        int x = left;
        if (!m_wrap) {
            const int first = offset / m_text.cellWidth();
            from = ansi.indexAt(first);
            to = std::min(to, ansi.indexAt(first + textColumns() + 2));
            x = left - offset + ansi.columnOf(from) * m_text.cellWidth();
        }
        if (line->isContext)
            p.setOpacity(0.55);
        paintHighlights(p, at.line, *text, from, to, x, y);
        paintText(p, text->look, from, to, x, y);
        if (last && line->length > line->text.size())
            paintRest(p, *line,
                      x + (ansi.columnOf(static_cast<int>(ansi.text.size())) - ansi.columnOf(from)) * m_text.cellWidth(), y);
        p.setOpacity(1);
        y += m_text.lineHeight();
    }
    p.restore();
}

// A line that is on its way.
void LogCanvas::paintWaiting(QPainter& p, int y) const
{
    const int width = (20 + (y * 7) % 31) * m_text.cellWidth();
    p.fillRect(QRectF(textLeft(), y + m_text.lineHeight() * 0.4, width, std::max(2.0, m_text.lineHeight() * 0.25)), m_colors.faint);
}

// How much of a line is not shown.
void LogCanvas::paintRest(QPainter& p, const LogLineView& line, int x, int y) const
{
    const QString text = tr(" … %1 more ").arg(QLocale().formattedDataSize(static_cast<qint64>(line.length - line.text.size())));
    const int right = viewport()->width() - 12 - static_cast<int>(text.size()) * m_text.cellWidth();
    const int left = std::min(x + 6, right), width = static_cast<int>(text.size()) * m_text.cellWidth();
    const QRect chip(left, y + 1, left == right ? viewport()->width() - left : width, m_text.lineHeight() - 2); // or to the edge
    p.setPen(Qt::NoPen);
    p.setBrush(mix(m_colors.background, m_colors.accent, 0.18));
    p.drawRoundedRect(chip, 3, 3);
    p.setPen(m_colors.accent);
    m_text.draw(p, chip.left(), y, text);
}

QColor LogCanvas::textColor(const LineLook& look) const
{
    if (look.coloured)
        return m_colors.text; // it chose its own
    switch (look.level) {
    case logstore::Level::Fatal:
    case logstore::Level::Error: return m_colors.error;
    case logstore::Level::Warn: return m_colors.warning;
    case logstore::Level::Debug:
    case logstore::Level::Trace: return m_colors.dim;
    default: return m_colors.text;
    }
}

void LogCanvas::paintText(QPainter& p, const LineLook& look, int from, int to, int x, int y) const
{
    const AnsiLine& text = look.line;
    const QColor plain = textColor(look);
    const int origin = x - text.columnOf(from) * m_text.cellWidth();
    // A line can have a million runs: only those in view are looked at.
    auto run = std::ranges::partition_point(text.runs, [from](const StyleRun& each) { return each.start + each.length <= from; });
    for (; run != text.runs.end() && run->start < to; ++run) {
        const int start = std::max(run->start, from);
        const int end = std::min(run->start + run->length, to);
        if (start >= end)
            continue;
        const CellStyle& style = run->style;
        QColor fg = m_colors.resolve(style.fg, plain, style.has(CellStyle::Bold));
        QColor bg = m_colors.resolve(style.bg, m_colors.background);
        const bool filled = style.bg.kind != CellColor::Default || style.has(CellStyle::Reverse);
        if (style.has(CellStyle::Reverse))
            std::swap(fg, bg);
        if (style.has(CellStyle::Dim))
            fg = mix(fg, bg, 0.4);
        const int left = origin + text.columnOf(start) * m_text.cellWidth();
        const int width = (text.columnOf(end) - text.columnOf(start)) * m_text.cellWidth();
        if (filled)
            p.fillRect(left, y, width, m_text.lineHeight(), bg);
        p.setPen(fg);
        m_text.draw(p, left, y, QStringView(text.text).mid(start, end - start), style.has(CellStyle::Bold),
                    style.has(CellStyle::Italic));
        if (style.has(CellStyle::Underline))
            p.fillRect(left, y + m_text.ascent() + 1, width, 1, fg);
        if (style.has(CellStyle::Strike))
            p.fillRect(left, y + m_text.ascent() * 2 / 3, width, 1, fg);
    }
    for (const auto& [start, length] : look.links) {
        const int begin = std::max(start, from), end = std::min(start + length, to);
        if (begin < end)
            p.fillRect(origin + text.columnOf(begin) * m_text.cellWidth(), y + m_text.ascent() + 1,
                       (text.columnOf(end) - text.columnOf(begin)) * m_text.cellWidth(), 1, m_colors.accent);
    }
}

void LogCanvas::paintHighlights(QPainter& p, std::uint64_t line, const Shown& shown, int from, int to, int x, int y) const
{
    const AnsiLine& text = shown.look.line;
    const int origin = x - text.columnOf(from) * m_text.cellWidth();
    const auto fill = [&](int start, int end, const QColor& color) {
        start = std::max(start, from), end = std::min(end, to);
        if (start < end)
            p.fillRect(origin + text.columnOf(start) * m_text.cellWidth(), y,
                       (text.columnOf(end) - text.columnOf(start)) * m_text.cellWidth(), m_text.lineHeight(), color);
    };
    const bool current = m_model.currentMatch() == line;
    if (current || (m_caret && !hasSelection() && m_caret->line == line))
        p.fillRect(0, y, viewport()->width(), m_text.lineHeight(), mix(m_colors.background, m_colors.accent, current ? 0.16 : 0.08));
    if (hasSelection()) {
        const auto [first, last] = std::minmax(*m_anchor, *m_caret);
        if (line >= first.line && line <= last.line) {
            fill(line == first.line ? first.index : 0, line == last.line ? last.index : to, m_colors.selection);
            if (line != last.line && to == text.text.size()) // the line break is selected too
                p.fillRect(origin + text.columnOf(to) * m_text.cellWidth(), y, m_text.cellWidth() / 2,
                           m_text.lineHeight(), m_colors.selection);
        }
    }
    for (const LogModel::Span& span : shown.found)
        fill(span.start, span.start + span.length, current ? m_colors.currentMatch : m_colors.match);
}

void LogCanvas::paintGutter(QPainter& p, std::uint64_t number, const LogLineView& line, int y, int height) const
{
    if (line.isStderr)
        p.fillRect(3, y + 2, 3, std::max(1, height - 4), mix(m_colors.background, m_colors.error, 0.75));
    else if (line.isNote)
        p.fillRect(3, y + 2, 3, std::max(1, height - 4), m_colors.warning);
    if (height < m_text.lineHeight())
        return;
    int x = 12;
    if (m_numbers) {
        const QString text = QLocale().toString(static_cast<qulonglong>(number + 1));
        p.setPen(mix(m_colors.dim, m_colors.background, 0.25));
        m_text.draw(p, x + numberWidth() - (static_cast<int>(text.size()) + 2) * m_text.cellWidth(), y, text);
        x += numberWidth();
    }
    if (m_times != Times::None) {
        p.setPen(m_colors.dim);
        m_text.draw(p, x, y, timeText(line.timeNs));
        x += timeWidth();
    }
    const auto& sources = m_model.sources();
    if (sources.size() > 1 && line.source < sources.size()) {
        const int cells = nameWidth() / m_text.cellWidth() - 2;
        QString name = sources[line.source].name;
        if (name.size() > cells)
            name = name.left(cells - 1) + QChar(0x2026);
        p.setPen(sources[line.source].color);
        m_text.draw(p, x, y, name, true);
        p.fillRect(x + nameWidth() - m_text.cellWidth() - 3, y, 2, height, mix(m_colors.background, sources[line.source].color, 0.6));
    }
}

QString LogCanvas::timeText(std::int64_t timeNs) const
{
    if (timeNs == 0)
        return {};
    if (m_times == Times::SinceFirst) {
        const std::int64_t ms = (timeNs - m_model.firstTimeNs()) / 1'000'000;
        return QStringLiteral("%1%2:%3:%4.%5")
            .arg(ms < 0 ? QLatin1Char('-') : QLatin1Char('+'))
            .arg(std::abs(ms) / 3'600'000, 2, 10, QLatin1Char('0'))
            .arg(std::abs(ms) / 60'000 % 60, 2, 10, QLatin1Char('0'))
            .arg(std::abs(ms) / 1000 % 60, 2, 10, QLatin1Char('0'))
            .arg(std::abs(ms) % 1000, 3, 10, QLatin1Char('0'));
    }
    const QDateTime t = m_times == Times::Utc ? QDateTime::fromMSecsSinceEpoch(timeNs / 1'000'000, QTimeZone::UTC)
                                              : QDateTime::fromMSecsSinceEpoch(timeNs / 1'000'000);
    const QString text = t.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
    return m_times == Times::Utc ? text + QLatin1Char('Z') : text;
}

void LogCanvas::paintMessage(QPainter& p) const
{
    const QRect area = viewport()->rect().adjusted(24, 0, -24, 0);
    QFont title = font();
    title.setPointSizeF(title.pointSizeF() * 1.25);
    title.setWeight(QFont::DemiBold);
    p.setFont(title);
    p.setPen(m_colors.text);
    p.drawText(area.adjusted(0, 0, 0, -area.height() / 2), Qt::AlignHCenter | Qt::AlignBottom, m_title);
    p.setFont(font());
    p.setPen(m_colors.dim);
    p.drawText(area.adjusted(0, area.height() / 2 + 8, 0, 0), Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_detail);
}

} // namespace slipway::ui
