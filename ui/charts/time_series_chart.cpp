// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/time_series_chart.h"

#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include "terminal/cell_style.h"

namespace slipway::ui
{

struct TimeSeriesChart::Frame
{
    QRectF area;
    Axis axis;
    std::int64_t beginNs, spanNs;
    [[nodiscard]] double x(std::int64_t t) const
    {
        return area.left() + static_cast<double>(t - beginNs) / static_cast<double>(spanNs) * area.width();
    }
    [[nodiscard]] double y(double v) const { return area.bottom() - v / axis.max * area.height(); }
};

TimeSeriesChart::TimeSeriesChart(const QString& title, Unit unit, std::vector<Series> series, QWidget* parent)
    : QWidget(parent), m_title(title), m_unit(unit), m_series(std::move(series))
{
    setMouseTracking(true);
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void TimeSeriesChart::setHistory(const StatsHistory* history)
{
    m_history = history;
    update();
}

void TimeSeriesChart::setWindow(std::int64_t endNs, std::int64_t spanNs)
{
    m_endNs = endNs;
    m_spanNs = spanNs;
    if (const StatsHistory::Point* last = shownPoint(); last && !m_hover) {
        QString text;
        for (const Series& s : m_series)
            text += QStringLiteral("%1: %2. ").arg(s.name, formatValue(last->value(s.metric), m_unit));
        setAccessibleDescription(text);
    }
    update();
}

void TimeSeriesChart::setLimit(std::optional<double> value, const QString& label)
{
    m_limit = value;
    m_limitLabel = label;
}

void TimeSeriesChart::setHover(std::optional<std::int64_t> timeNs)
{
    m_hover = timeNs;
    update();
}

QRect TimeSeriesChart::plotArea() const { return rect().adjusted(72, 48, -18, -32); }

QColor TimeSeriesChart::color(int index) const
{
    const bool dark = palette().color(QPalette::Base).lightnessF() < 0.5f;
    static constexpr QRgb light[] = {0xff1769d2, 0xffd9730d, 0xff0f8a5f, 0xff8446c7};
    static constexpr QRgb night[] = {0xff5aa9ff, 0xffffab5c, 0xff4fd1a1, 0xffc39bff};
    return QColor::fromRgb((dark ? night : light)[index % 4]);
}

bool TimeSeriesChart::measured() const
{
    return m_history && std::any_of(m_series.begin(), m_series.end(),
                                    [this](const Series& s) { return m_history->everMeasured(s.metric); });
}

double TimeSeriesChart::highest() const
{
    double top = 0;
    for (const StatsHistory::Point& point : m_history->points())
        if (point.timeNs >= m_endNs - m_spanNs && point.timeNs <= m_endNs)
            for (const Series& s : m_series)
                if (!std::isnan(point.value(s.metric)))
                    top = std::max(top, point.value(s.metric));
    // A limit far above the use would flatten the line: then only its label is shown.
    if (m_limit && top >= *m_limit * 0.2)
        top = std::max(top, *m_limit);
    return top;
}

const StatsHistory::Point* TimeSeriesChart::shownPoint() const
{
    if (!m_history || m_history->empty())
        return nullptr;
    return m_history->nearest(m_hover.value_or(m_endNs), m_hover ? std::max<std::int64_t>(m_spanNs / 150, 1'500'000'000)
                                                                 : 3'500'000'000);
}

void TimeSeriesChart::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setLayoutDirection(Qt::LeftToRight); // time runs to the right in every language
    p.setRenderHint(QPainter::Antialiasing);
    const ViewColors colors = ViewColors::of(palette());
    p.setPen(QPen(colors.border, 1));
    p.setBrush(colors.background);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    paintHeader(p);
    if (!measured()) {
        p.setPen(colors.dim);
        const bool waiting = !m_history || m_history->points().size() < 3;
        p.drawText(plotArea(), Qt::AlignCenter | Qt::TextWordWrap,
                   waiting ? tr("Waiting for the first readings…") : tr("not measured: %1").arg(m_notMeasured));
        return;
    }
    const Frame frame{plotArea(), niceAxis(highest(), std::clamp(plotArea().height() / 34, 2, 5), m_unit),
                      m_endNs - m_spanNs, m_spanNs};
    paintGrid(p, frame);
    p.save();
    p.setClipRect(frame.area.adjusted(0, -2, 1, 1));
    for (const Series& s : m_series)
        paintSeries(p, frame, s);
    p.restore();
    paintHover(p, frame);
}

void TimeSeriesChart::paintHeader(QPainter& p) const
{
    const ViewColors colors = ViewColors::of(palette());
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    p.setFont(bold);
    p.setPen(colors.text);
    const int height = fontMetrics().height();
    p.drawText(QRect(16, 12, width() - 32, height), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    int x = width() - 18;
    const StatsHistory::Point* point = shownPoint();
    for (auto s = m_series.rbegin(); s != m_series.rend(); ++s) {
        const QString value = point ? formatValue(point->value(s->metric), m_unit) : QStringLiteral("–");
        p.setFont(bold);
        p.setPen(colors.text);
        const int valueWidth = QFontMetrics(bold).horizontalAdvance(value);
        p.drawText(QRect(x - valueWidth, 12, valueWidth + 1, height), Qt::AlignVCenter, value);
        x -= valueWidth + 6;
        p.setFont(font());
        p.setPen(colors.dim);
        const int nameWidth = fontMetrics().horizontalAdvance(s->name);
        p.drawText(QRect(x - nameWidth, 12, nameWidth + 1, height), Qt::AlignVCenter, s->name);
        x -= nameWidth + 8;
        p.setPen(Qt::NoPen);
        p.setBrush(color(s->color));
        p.drawRoundedRect(QRectF(x - 6, 12 + height / 2.0 - 4, 8, 8), 2, 2);
        x -= 22;
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
    static constexpr std::int64_t steps[] = {10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};
    const std::int64_t span = f.spanNs / 1'000'000'000;
    const auto wanted = std::max<std::int64_t>(1, static_cast<std::int64_t>(f.area.width() / 90));
    std::int64_t step = steps[0];
    for (const std::int64_t s : steps)
        if (span / (step = s) <= wanted)
            break;
    for (std::int64_t t = f.beginNs / 1'000'000'000 / step * step + step; t * 1'000'000'000 <= f.beginNs + f.spanNs; t += step) {
        const double x = std::round(f.x(t * 1'000'000'000)) + 0.5;
        p.setPen(QPen(line, 1));
        p.drawLine(QPointF(x, f.area.top()), QPointF(x, f.area.bottom()));
        if (x < f.area.left() + 14 || x > f.area.right() - 14)
            continue;
        p.setPen(colors.dim);
        const QDateTime when = QDateTime::fromSecsSinceEpoch(t);
        p.drawText(QRectF(x - 45, f.area.bottom() + 6, 90, 18), Qt::AlignHCenter | Qt::AlignTop,
                   when.toString(step < 60 ? QStringLiteral("HH:mm:ss") : QStringLiteral("HH:mm")));
    }
    if (!m_limit)
        return;
    const bool inside = *m_limit <= f.axis.max;
    p.setPen(QPen(colors.warning, 1.2, Qt::DashLine));
    if (inside)
        p.drawLine(QPointF(f.area.left(), f.y(*m_limit)), QPointF(f.area.right(), f.y(*m_limit)));
    p.setPen(colors.warning);
    const double y = inside ? std::max(f.y(*m_limit) + 2, f.area.top()) : f.area.top();
    p.drawText(QRectF(f.area.left() + 6, y, f.area.width() - 12, 18), Qt::AlignLeft | Qt::AlignTop, m_limitLabel);
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
    for (const StatsHistory::Point& point : m_history->points()) {
        if (point.timeNs < f.beginNs - 5'000'000'000)
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
    const std::int64_t at = point ? point->timeNs : *m_hover;
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
    const QString time = QLocale().toString(QDateTime::fromMSecsSinceEpoch(at / 1'000'000).time(), QStringLiteral("HH:mm:ss"));
    const QString text = point ? time : tr("%1 no data").arg(time);
    const double w = fontMetrics().horizontalAdvance(text) + 14;
    QRectF label(std::clamp(x - w / 2, f.area.left(), std::max(f.area.left(), f.area.right() - w)), f.area.bottom() + 4, w, 20);
    p.setPen(Qt::NoPen);
    p.setBrush(colors.text);
    p.drawRoundedRect(label, 4, 4);
    p.setPen(colors.background);
    p.drawText(label, Qt::AlignCenter, text);
}

void TimeSeriesChart::mouseMoveEvent(QMouseEvent* event)
{
    const QRect area = plotArea();
    if (area.width() <= 0 || !area.contains(event->position().toPoint())) {
        emit left();
        return;
    }
    const double share = (event->position().x() - area.left()) / area.width();
    emit hovered(m_endNs - m_spanNs + static_cast<std::int64_t>(share * static_cast<double>(m_spanNs)));
}

void TimeSeriesChart::leaveEvent(QEvent*) { emit left(); }

} // namespace slipway::ui
