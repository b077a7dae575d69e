// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdlib>

#include <QDateTime>
#include <QPainter>
#include <QPaintEvent>
#include <QScrollBar>
#include <QTimeZone>

#include "logs/log_canvas.h"

namespace slipway::ui
{

void LogCanvas::paintEvent(QPaintEvent*)
{
    QPainter p(viewport());
    p.fillRect(viewport()->rect(), m_colors.background);
    if (m_rows.count() == 0) {
        paintMessage(p);
        return;
    }
    const int height = m_text.lineHeight();
    const int left = textLeft();
    const int offset = m_wrap ? 0 : horizontalScrollBar()->value();
    int y = 4;
    int skip = m_top.sub;
    for (std::uint64_t row = m_top.row; row < m_rows.count() && y < viewport()->height(); ++row) {
        const std::uint64_t number = m_rows.lineAt(row);
        const LineStore::Line line = m_store.line(number);
        const AnsiLine& text = parsed(number);
        const std::vector<int> starts = m_wrap ? breaks(text) : std::vector<int>{0};
        const int count = static_cast<int>(starts.size());
        paintGutter(p, line, y, (count - skip) * height);
        p.save();
        p.setClipRect(left, 0, viewport()->width() - left, viewport()->height());
        for (int sub = skip; sub < count && y < viewport()->height(); ++sub) {
            int from = starts[static_cast<std::size_t>(sub)];
            int to = sub + 1 < count ? starts[static_cast<std::size_t>(sub) + 1] : static_cast<int>(text.text.size());
            int x = left;
            if (!m_wrap) {
                const int first = offset / m_text.cellWidth();
                from = text.indexAt(first);
                to = std::min(to, text.indexAt(first + textColumns() + 2));
                x = left - offset + text.columnOf(from) * m_text.cellWidth();
            }
            paintHighlights(p, number, text, from, to, x, y);
            paintRow(p, number, text, from, to, x, y);
            y += height;
        }
        p.restore();
        skip = 0;
    }
}

void LogCanvas::paintRow(QPainter& p, std::uint64_t, const AnsiLine& text, int from, int to, int x, int y) const
{
    const int origin = x - text.columnOf(from) * m_text.cellWidth();
    for (const StyleRun& run : text.runs) {
        const int start = std::max(run.start, from);
        const int end = std::min(run.start + run.length, to);
        if (start >= end)
            continue;
        const CellStyle& style = run.style;
        QColor fg = m_colors.resolve(style.fg, m_colors.text, style.has(CellStyle::Bold));
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
}

void LogCanvas::paintHighlights(QPainter& p, std::uint64_t line, const AnsiLine& text, int from, int to, int x, int y) const
{
    const int origin = x - text.columnOf(from) * m_text.cellWidth();
    const auto fill = [&](int start, int end, const QColor& color) {
        start = std::max(start, from), end = std::min(end, to);
        if (start < end)
            p.fillRect(origin + text.columnOf(start) * m_text.cellWidth(), y,
                       (text.columnOf(end) - text.columnOf(start)) * m_text.cellWidth(), m_text.lineHeight(), color);
    };
    if (hasSelection()) {
        const auto [first, last] = std::minmax(*m_anchor, *m_caret);
        if (line >= first.line && line <= last.line) {
            fill(line == first.line ? first.index : 0, line == last.line ? last.index : to, m_colors.selection);
            if (line != last.line && to == text.text.size()) // the line break is selected too
                p.fillRect(origin + text.columnOf(to) * m_text.cellWidth(), y, m_text.cellWidth() / 2,
                           m_text.lineHeight(), m_colors.selection);
        }
    }
    if (m_search.active()) {
        const auto [begin, end] = m_search.ofLine(line);
        for (std::size_t i = begin; i < end; ++i) {
            const LogSearch::Match& match = m_search.matches()[i];
            fill(match.start, match.start + match.length, i == m_currentMatch ? m_colors.currentMatch : m_colors.match);
        }
    }
}

void LogCanvas::paintGutter(QPainter& p, const LineStore::Line& line, int y, int height) const
{
    if (line.isStderr)
        p.fillRect(3, y + 2, 3, std::max(1, height - 4), mix(m_colors.background, m_colors.error, 0.75));
    if (m_times != Times::None && height >= m_text.lineHeight()) {
        p.setPen(m_colors.dim);
        m_text.draw(p, 12, y, timeText(line.timeNs));
    }
}

QString LogCanvas::timeText(std::int64_t timeNs) const
{
    if (timeNs == 0)
        return {};
    if (m_times == Times::SinceFirst) {
        const std::int64_t ms = (timeNs - m_store.line(m_store.firstLine()).timeNs) / 1'000'000;
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
