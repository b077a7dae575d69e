// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/event_strip.h"

#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include "shell/style_paint.h"
#include "terminal/cell_style.h"

namespace slipway::ui
{
namespace
{
constexpr double reach = 9; // pixels around a glyph or bar that mean it
constexpr int glyph = 14, leftEdge = 72, rightEdge = 18; // as the charts'

QString clock(std::int64_t timeNs)
{
    const QDateTime when = QDateTime::fromMSecsSinceEpoch(timeNs / 1'000'000);
    return when.date() == QDate::currentDate() ? QLocale().toString(when.time(), QStringLiteral("HH:mm:ss"))
                                               : QLocale().toString(when, QStringLiteral("d MMM HH:mm:ss"));
}
} // namespace

EventStrip::EventStrip(const MetricsFeed& feed, QWidget* parent) : QWidget(parent), m_feed(feed)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("What happened, and errors in the log"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EventStrip::setWindow(const ChartWindow& window)
{
    m_window = window;
    describe();
    update();
}

void EventStrip::setHover(std::optional<std::int64_t> timeNs)
{
    if (m_hover == timeNs)
        return;
    m_hover = timeNs;
    update();
}

QRectF EventStrip::lane() const { return QRectF(rect()).adjusted(leftEdge, 4, -rightEdge, -4); }

double EventStrip::xOf(std::int64_t timeNs) const
{
    return lane().left() + static_cast<double>(timeNs - m_window.beginNs()) / static_cast<double>(m_window.spanNs) * lane().width();
}

std::vector<EventStrip::Place> EventStrip::places() const
{
    std::vector<Place> all;
    const auto add = [&](std::int64_t timeNs, const QString& text) {
        if (timeNs >= m_window.beginNs() && timeNs <= m_window.endNs)
            all.push_back({xOf(timeNs), timeNs, tr("%1 %2").arg(clock(timeNs), text)});
    };
    for (const ChartMark& mark : m_feed.marks())
        add(mark.timeNs, mark.text);
    const auto& lines = m_feed.errors().lines;
    const auto count = static_cast<std::int64_t>(lines.size());
    for (std::int64_t i = 0; i < count; ++i)
        if (lines[static_cast<std::size_t>(i)] > 0)
            add(m_feed.errorsFromNs() + (m_feed.errorsToNs() - m_feed.errorsFromNs()) / count * i,
                tr("%n line(s) of the log are errors", nullptr, static_cast<int>(std::min<std::uint64_t>(lines[static_cast<std::size_t>(i)], INT32_MAX))));
    std::ranges::stable_sort(all, {}, &Place::timeNs);
    return all;
}

std::optional<EventStrip::Place> EventStrip::nearest(double x) const
{
    std::optional<Place> best;
    for (const Place& place : places())
        if (std::abs(place.x - x) <= reach && (!best || std::abs(place.x - x) < std::abs(best->x - x)))
            best = place;
    return best;
}

void EventStrip::describe()
{
    const auto all = places();
    QStringList words;
    for (std::size_t i = all.size() - std::min<std::size_t>(all.size(), 10); i < all.size(); ++i)
        words << all[i].text;
    setAccessibleDescription(all.empty() ? tr("Nothing happened in this time.") : words.join(QStringLiteral(". ")));
}

void EventStrip::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.setLayoutDirection(Qt::LeftToRight); // time runs to the right in every language
    p.setRenderHint(QPainter::Antialiasing);
    const ViewColors colors = ViewColors::of(palette());
    const QRectF lane = this->lane();
    p.setPen(Qt::NoPen);
    p.setBrush(mix(colors.background, colors.text, 0.04));
    p.drawRoundedRect(lane, 5, 5);
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
        stylePaint::focusRing(p, lane.adjusted(-1, -1, 1, 1), 5);
    p.setPen(colors.dim);
    p.drawText(QRectF(0, 0, lane.left() - 8, height()), Qt::AlignRight | Qt::AlignVCenter, tr("Events"));
    const auto& lines = m_feed.errors().lines;
    const std::uint64_t most = lines.empty() ? 0 : *std::ranges::max_element(lines);
    p.save();
    p.setClipRect(lane);
    const double width = lines.empty() ? 0 : static_cast<double>(m_feed.errorsToNs() - m_feed.errorsFromNs()) / static_cast<double>(lines.size())
                                                 / static_cast<double>(m_window.spanNs) * lane.width();
    QColor bar = colors.error;
    bar.setAlphaF(0.75f);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i] == 0)
            continue;
        const double share = std::log1p(static_cast<double>(lines[i])) / std::log1p(static_cast<double>(std::max<std::uint64_t>(most, 10)));
        const double high = std::max(3.0, share * (lane.height() - 4));
        const double left = xOf(m_feed.errorsFromNs() + static_cast<std::int64_t>(static_cast<double>(m_feed.errorsToNs() - m_feed.errorsFromNs()) * static_cast<double>(i) / static_cast<double>(lines.size())));
        p.fillRect(QRectF(left, lane.bottom() - high, std::max(2.0, width - 1), high), bar);
    }
    p.restore();
    double last = -1e9;
    for (const ChartMark& mark : m_feed.marks()) {
        if (mark.timeNs < m_window.beginNs() || mark.timeNs > m_window.endNs)
            continue;
        double x = xOf(mark.timeNs);
        if (x < last + glyph) // side by side, as far as there is room
            x = std::min(last + glyph, lane.right());
        last = x;
        const QRectF place(std::clamp(x - glyph / 2.0, lane.left(), lane.right() - glyph), lane.center().y() - glyph / 2.0, glyph, glyph);
        p.setPen(Qt::NoPen);
        p.setBrush(colors.background);
        p.drawEllipse(place.adjusted(-3, -3, 3, 3));
        paintIcon(p, place, mark.icon, tintColor(mark.tint));
    }
    if (m_hover && *m_hover >= m_window.beginNs() && *m_hover <= m_window.endNs) {
        p.setPen(QPen(colors.dim, 1));
        p.drawLine(QPointF(xOf(*m_hover), lane.top()), QPointF(xOf(*m_hover), lane.bottom()));
    }
}

bool EventStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto place = nearest(help->pos().x()))
        QToolTip::showText(help->globalPos(), tr("%1\nClick for the log lines of that moment").arg(place->text), this);
    else
        QToolTip::hideText();
    return true;
}

void EventStrip::mouseMoveEvent(QMouseEvent* event)
{
    const double x = event->position().x();
    setCursor(nearest(x) ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (x < lane().left() || x > lane().right())
        emit left();
    else
        emit hovered(m_window.beginNs() + static_cast<std::int64_t>((x - lane().left()) / lane().width() * static_cast<double>(m_window.spanNs)));
}

void EventStrip::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        if (const auto place = nearest(event->position().x()))
            emit logsWanted(place->timeNs);
}

void EventStrip::keyPressEvent(QKeyEvent* event)
{
    const auto all = places();
    const std::int64_t at = m_hover.value_or(m_window.endNs + 1);
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        const bool forward = event->key() == Qt::Key_Right;
        const auto next = std::ranges::find_if(all, [at](const Place& place) { return place.timeNs > at; });
        const auto before = std::ranges::find_if(all.rbegin(), all.rend(), [at](const Place& place) { return place.timeNs < at; });
        if (forward ? next == all.end() : before == all.rend())
            return;
        const Place& place = forward ? *next : *before;
        setAccessibleDescription(place.text);
        emit hovered(place.timeNs);
        QToolTip::showText(mapToGlobal(QPoint(static_cast<int>(place.x), height())), place.text, this);
    } else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_hover) {
        emit logsWanted(*m_hover);
    } else {
        QWidget::keyPressEvent(event);
    }
}

void EventStrip::leaveEvent(QEvent*) { emit left(); }

} // namespace slipway::ui
