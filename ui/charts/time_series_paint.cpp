// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include "charts/chart_frame.h"
#include "shell/style_paint.h"
#include "terminal/cell_style.h"
#include "widgets/icons.h"

// How a chart looks.
namespace slipway::ui
{
namespace
{
constexpr int margin = 16, headTop = 11, swatch = 8;

bool isGap(const StatsHistory::Point& point)
{
    return std::ranges::all_of(point.values, [](double value) { return std::isnan(value); });
}
} // namespace

QColor TimeSeriesChart::color(int index) const
{
    const bool dark = palette().color(QPalette::Base).lightnessF() < 0.5f;
    static constexpr QRgb light[] = {0xff1769d2, 0xffd9730d, 0xff0f8a5f, 0xff8446c7};
    static constexpr QRgb night[] = {0xff5aa9ff, 0xffffab5c, 0xff4fd1a1, 0xffc39bff};
    return QColor::fromRgb((dark ? night : light)[index % 4]);
}

void TimeSeriesChart::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setLayoutDirection(Qt::LeftToRight); // time runs to the right in every language
    p.setRenderHint(QPainter::Antialiasing);
    const ViewColors colors = ViewColors::of(palette());
    p.setPen(QPen(colors.border, 1));
    p.setBrush(colors.background);
    const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    p.drawRoundedRect(box, 8, 8);
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        stylePaint::focusRing(p, box, 8);
    paintHeader(p);
    if (!measured()) {
        p.setPen(colors.dim);
        const bool waiting = !m_history || m_history->points().size() < 8;
        p.drawText(plotArea(), Qt::AlignCenter | Qt::TextWordWrap,
                   waiting ? tr("Waiting for the first readings…") : tr("not measured: %1").arg(m_notMeasured));
        return;
    }
    const Frame frame{plotArea(), niceAxis(highest(), std::clamp(plotArea().height() / 34, 2, 5), m_unit), m_window.beginNs(), m_window.spanNs};
    paintGrid(p, frame);
    paintTimes(p, frame);
    paintLimit(p, frame);
    p.save();
    p.setClipRect(frame.area.adjusted(0, -2, 1, 1));
    paintMarks(p, frame);
    for (const Series& s : m_series)
        paintSeries(p, frame, s);
    if (m_drag == Drag::Range) {
        QColor chosen = colors.accent;
        chosen.setAlphaF(0.18f);
        p.fillRect(QRectF(std::min(m_pressX, m_dragX), frame.area.top(), std::abs(m_dragX - m_pressX), frame.area.height()), chosen);
    }
    p.restore();
    paintHover(p, frame);
}

void TimeSeriesChart::paintHeader(QPainter& p) const
{
    const ViewColors colors = ViewColors::of(palette());
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics boldMetrics(bold);
    const int height = fontMetrics().height();
    p.setFont(bold);
    p.setPen(colors.text);
    p.drawText(QRect(margin, headTop, width() - 2 * margin, height), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    const StatsHistory::Point* point = shownPoint();
    const auto valueOf = [&](const Series& s) { return point ? formatValue(point->value(s.metric), m_unit) : QStringLiteral("–"); };
    const auto widthOf = [&](const Series& s) { return boldMetrics.horizontalAdvance(valueOf(s)) + fontMetrics().horizontalAdvance(s.name) + 6 + 8 + swatch; };
    int all = -14;
    for (const Series& s : m_series)
        all += widthOf(s) + 14;
    const bool below = all + boldMetrics.horizontalAdvance(m_title) + 3 * margin > width(); // no room beside the title
    const int top = below ? headTop + height + 2 : headTop;
    int x = below ? margin : width() - 18 - all;
    for (const Series& s : m_series) {
        p.setPen(Qt::NoPen);
        p.setBrush(color(s.color));
        p.drawRoundedRect(QRectF(x, top + height / 2.0 - swatch / 2.0, swatch, swatch), 2, 2);
        p.setFont(font());
        p.setPen(colors.dim);
        const int nameWidth = fontMetrics().horizontalAdvance(s.name);
        p.drawText(QRect(x + swatch + 8, top, nameWidth + 1, height), Qt::AlignVCenter, s.name);
        p.setFont(bold);
        p.setPen(colors.text);
        p.drawText(QRect(x + swatch + 8 + nameWidth + 6, top, boldMetrics.horizontalAdvance(valueOf(s)) + 1, height), Qt::AlignVCenter, valueOf(s));
        x += widthOf(s) + 14;
    }
    p.setFont(font());
}

void TimeSeriesChart::paintGrid(QPainter& p, const Frame& f) const
{
    const ViewColors colors = ViewColors::of(palette());
    const QColor line = mix(colors.background, colors.text, 0.09);
    for (const double tick : f.axis.ticks) {
        const double y = std::round(f.y(tick)) + 0.5;
        p.setPen(QPen(tick == 0 ? colors.border : line, 1));
        p.drawLine(QPointF(f.area.left(), y), QPointF(f.area.right(), y));
        p.setPen(colors.dim);
        p.drawText(QRectF(0, y - 10, f.area.left() - 8, 20), Qt::AlignRight | Qt::AlignVCenter, formatTick(tick, m_unit));
    }
    // Where nobody measured.
    const QBrush hatch(mix(colors.background, colors.text, 0.10), Qt::BDiagPattern);
    std::int64_t last = 0;
    bool gap = false;
    for (const StatsHistory::Point& point : m_history->points()) {
        if (isGap(point)) {
            gap = true;
            continue;
        }
        if (gap && last != 0 && f.x(point.timeNs) - f.x(last) > 3)
            p.fillRect(QRectF(QPointF(std::max(f.x(last), f.area.left()), f.area.top()), QPointF(std::min(f.x(point.timeNs), f.area.right()), f.area.bottom())).intersected(f.area), hatch);
        last = point.timeNs;
        gap = false;
    }
}

void TimeSeriesChart::paintTimes(QPainter& p, const Frame& f) const
{
    const ViewColors colors = ViewColors::of(palette());
    const QColor line = mix(colors.background, colors.text, 0.09);
    static constexpr std::int64_t steps[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800};
    const std::int64_t span = f.spanNs / 1'000'000'000;
    const auto wanted = std::max<std::int64_t>(1, static_cast<std::int64_t>(f.area.width() / 90));
    std::int64_t step = steps[0];
    for (const std::int64_t s : steps)
        if (span / (step = s) <= wanted)
            break;
    const QString form = step < 60 ? QStringLiteral("HH:mm:ss") : step < 43200 ? QStringLiteral("HH:mm") : QStringLiteral("d MMM");
    // Round in the person's own time.
    const std::int64_t offset = QDateTime::fromSecsSinceEpoch(f.beginNs / 1'000'000'000).offsetFromUtc();
    for (std::int64_t t = (f.beginNs / 1'000'000'000 + offset) / step * step + step - offset; t * 1'000'000'000 <= f.beginNs + f.spanNs; t += step) {
        const double x = std::round(f.x(t * 1'000'000'000)) + 0.5;
        p.setPen(QPen(line, 1));
        p.drawLine(QPointF(x, f.area.top()), QPointF(x, f.area.bottom()));
        if (x < f.area.left() + 14 || x > f.area.right() - 14)
            continue;
        p.setPen(colors.dim);
        p.drawText(QRectF(x - 45, f.area.bottom() + 6, 90, 18), Qt::AlignHCenter | Qt::AlignTop, QLocale().toString(QDateTime::fromSecsSinceEpoch(t), form));
    }
}

void TimeSeriesChart::paintLimit(QPainter& p, const Frame& f) const
{
    if (!m_limit)
        return;
    const ViewColors colors = ViewColors::of(palette());
    const bool inside = *m_limit <= f.axis.max;
    p.setPen(QPen(colors.warning, 1.2, Qt::DashLine));
    if (inside)
        p.drawLine(QPointF(f.area.left(), f.y(*m_limit)), QPointF(f.area.right(), f.y(*m_limit)));
    p.setPen(colors.warning);
    const double y = inside ? std::max(f.y(*m_limit) + 2, f.area.top()) : f.area.top();
    p.drawText(QRectF(f.area.left() + 6, y, f.area.width() - 12, 18), Qt::AlignLeft | Qt::AlignTop, m_limitLabel);
}

void TimeSeriesChart::paintMarks(QPainter& p, const Frame& f) const
{
    if (!m_marks)
        return;
    for (const ChartMark& mark : *m_marks) {
        if (mark.timeNs < f.beginNs || mark.timeNs > f.beginNs + f.spanNs)
            continue;
        QColor line = tintColor(mark.tint);
        line.setAlphaF(0.55f);
        p.setPen(QPen(line, 1, Qt::DotLine));
        const double x = std::round(f.x(mark.timeNs)) + 0.5;
        p.drawLine(QPointF(x, f.area.top()), QPointF(x, f.area.bottom()));
    }
}

void TimeSeriesChart::paintSeries(QPainter& p, const Frame& f, const Series& series) const
{
    const QColor c = color(series.color);
    QLinearGradient gradient(f.area.topLeft(), f.area.bottomLeft());
    QColor top = c, bottom = c;
    top.setAlphaF(m_series.size() > 1 ? 0.20f : 0.30f);
    bottom.setAlphaF(0.02f);
    gradient.setColorAt(0, top);
    gradient.setColorAt(1, bottom);
    std::vector<QPointF> line;
    const auto flush = [&] {
        if (line.size() == 1) {
            p.setPen(Qt::NoPen);
            p.setBrush(c);
            p.drawEllipse(line[0], 1.5, 1.5);
        } else if (line.size() > 1) {
            QPolygonF area(QList<QPointF>(line.begin(), line.end()));
            area << QPointF(line.back().x(), f.area.bottom()) << QPointF(line.front().x(), f.area.bottom());
            p.setPen(Qt::NoPen);
            p.setBrush(gradient);
            p.drawPolygon(area);
            p.setPen(QPen(c, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            p.drawPolyline(line.data(), static_cast<int>(line.size()));
        }
        line.clear();
    };
    const std::int64_t edge = std::max<std::int64_t>(f.spanNs / 20, 5'000'000'000);
    for (const StatsHistory::Point& point : m_history->points()) {
        if (point.timeNs < f.beginNs - edge || point.timeNs > f.beginNs + f.spanNs + edge)
            continue;
        const double value = point.value(series.metric);
        if (std::isnan(value))
            flush();
        else
            line.emplace_back(f.x(point.timeNs), f.y(value));
    }
    flush();
}

void TimeSeriesChart::paintHover(QPainter& p, const Frame& f) const
{
    if (!m_hover || *m_hover < f.beginNs || *m_hover > f.beginNs + f.spanNs)
        return;
    const ViewColors colors = ViewColors::of(palette());
    const StatsHistory::Point* point = shownPoint();
    const std::int64_t at = point ? std::clamp(point->timeNs, f.beginNs, f.beginNs + f.spanNs) : *m_hover;
    const double x = f.x(at);
    p.setPen(QPen(colors.dim, 1));
    p.drawLine(QPointF(x, f.area.top()), QPointF(x, f.area.bottom()));
    if (point)
        for (const Series& s : m_series)
            if (!std::isnan(point->value(s.metric))) {
                p.setPen(QPen(colors.background, 2));
                p.setBrush(color(s.color));
                p.drawEllipse(QPointF(x, f.y(point->value(s.metric))), 4.5, 4.5);
            }
    const QDateTime when = QDateTime::fromMSecsSinceEpoch(at / 1'000'000);
    const QString time = QLocale().toString(when, f.spanNs > 43'200 * ChartWindow::second ? QStringLiteral("d MMM HH:mm") : QStringLiteral("HH:mm:ss"));
    const QString text = point ? time : tr("%1 no data").arg(time);
    const double w = fontMetrics().horizontalAdvance(text) + 14;
    QRectF label(std::clamp(x - w / 2, f.area.left(), std::max(f.area.left(), f.area.right() - w)), f.area.bottom() + 4, w, 20);
    p.setPen(Qt::NoPen);
    p.setBrush(colors.text);
    p.drawRoundedRect(label, 4, 4);
    p.setPen(colors.background);
    p.drawText(label, Qt::AlignCenter, text);
}

} // namespace slipway::ui
