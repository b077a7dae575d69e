// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/time_series_chart.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>

#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr double dragBegins = 6; // pixels
constexpr double zoomStep = 0.7;
} // namespace

TimeSeriesChart::TimeSeriesChart(const QString& title, Unit unit, std::vector<Series> series, QWidget* parent)
    : QWidget(parent), m_title(title), m_unit(unit), m_series(std::move(series))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void TimeSeriesChart::setHistory(const StatsHistory* history)
{
    m_history = history;
    update();
}

void TimeSeriesChart::setWindow(const ChartWindow& window)
{
    m_window = window;
    describe();
    update();
}

void TimeSeriesChart::describe()
{
    const StatsHistory::Point* point = shownPoint();
    if (!point)
        return;
    QString text;
    for (const Series& s : m_series)
        text += QStringLiteral("%1: %2. ").arg(s.name, formatValue(point->value(s.metric), m_unit));
    if (m_limit)
        text += m_limitLabel;
    setAccessibleDescription(text);
}

void TimeSeriesChart::setLimit(std::optional<double> value, const QString& label)
{
    m_limit = value;
    m_limitLabel = label;
}

void TimeSeriesChart::setHover(std::optional<std::int64_t> timeNs)
{
    if (m_hover == timeNs)
        return;
    m_hover = timeNs;
    if (hasFocus())
        describe();
    update();
}

QRect TimeSeriesChart::plotArea() const { return rect().adjusted(72, 52, -18, -32); }

bool TimeSeriesChart::measured() const
{
    return m_history && std::any_of(m_series.begin(), m_series.end(),
                                    [this](const Series& s) { return m_history->everMeasured(s.metric); });
}

double TimeSeriesChart::highest() const
{
    if (m_fixedTop)
        return *m_fixedTop;
    double top = 0;
    for (const StatsHistory::Point& point : m_history->points())
        if (point.timeNs >= m_window.beginNs() && point.timeNs <= m_window.endNs)
            for (const Series& s : m_series)
                if (!std::isnan(point.value(s.metric)))
                    top = std::max(top, point.value(s.metric));
    // A limit far above the use would flatten the line: then only its label is shown.
    // One that is reached is the end of the axis: what seems to be a little above it is the length of a second.
    if (m_limit && top >= *m_limit * 0.2 && top <= *m_limit * 1.05)
        top = *m_limit;
    return top;
}

const StatsHistory::Point* TimeSeriesChart::shownPoint() const
{
    if (!m_history || m_history->empty())
        return nullptr;
    return m_history->nearest(m_hover.value_or(m_window.endNs), m_hover ? std::max<std::int64_t>(m_window.spanNs / 150, 1'500'000'000)
                                                                        : std::max<std::int64_t>(m_window.spanNs / 50, 3'500'000'000));
}

std::int64_t TimeSeriesChart::nsOf(double pixels) const
{
    return static_cast<std::int64_t>(pixels / std::max(1, plotArea().width()) * static_cast<double>(m_window.spanNs));
}

std::int64_t TimeSeriesChart::timeAt(double x) const { return m_window.beginNs() + nsOf(x - plotArea().left()); }

void TimeSeriesChart::mousePressEvent(QMouseEvent* event)
{
    const bool inside = plotArea().adjusted(-8, -8, 8, 8).contains(event->position().toPoint());
    const bool move = event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier));
    if (m_still || !inside || !(move || event->button() == Qt::LeftButton))
        return QWidget::mousePressEvent(event);
    m_drag = move ? Drag::Move : Drag::Range;
    m_pressX = m_dragX = event->position().x();
}

void TimeSeriesChart::mouseMoveEvent(QMouseEvent* event)
{
    const QRect area = plotArea();
    const double x = event->position().x();
    if (m_drag == Drag::Move) {
        emit moveWanted(nsOf(m_dragX - x));
        m_dragX = x;
        return;
    }
    if (m_drag == Drag::Range) {
        m_dragX = std::clamp(x, double(area.left()), double(area.right()));
        update();
    } else if (area.width() <= 0 || !area.contains(event->position().toPoint())) {
        emit left();
        return;
    }
    emit hovered(timeAt(std::clamp(x, double(area.left()), double(area.right()))));
}

void TimeSeriesChart::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_drag == Drag::None)
        return QWidget::mouseReleaseEvent(event);
    if (std::exchange(m_drag, Drag::None) == Drag::Range && std::abs(m_dragX - m_pressX) >= dragBegins)
        emit rangeChosen(timeAt(std::min(m_pressX, m_dragX)), timeAt(std::max(m_pressX, m_dragX)));
    update();
}

void TimeSeriesChart::mouseDoubleClickEvent(QMouseEvent*)
{
    m_drag = Drag::None;
    if (!m_still)
        emit liveWanted();
}

// A plain wheel scrolls the page that the charts are on.
void TimeSeriesChart::wheelEvent(QWheelEvent* event)
{
    const QPoint turned = event->angleDelta();
    if (m_still)
        return event->ignore();
    const bool sideways = std::abs(turned.x()) > std::abs(turned.y());
    const int amount = sideways ? turned.x() : turned.y();
    if ((event->modifiers() & Qt::ControlModifier) && amount != 0)
        emit zoomWanted(timeAt(event->position().x()), std::pow(zoomStep, amount / 120.0));
    else if ((sideways || (event->modifiers() & Qt::ShiftModifier)) && amount != 0)
        emit moveWanted(-m_window.spanNs / 10 * amount / 120);
    else
        return event->ignore();
    event->accept();
}

void TimeSeriesChart::keyPressEvent(QKeyEvent* event)
{
    const std::int64_t at = m_hover.value_or(m_window.endNs), step = std::max<std::int64_t>(m_window.spanNs / 60, 1'000'000'000);
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const auto go = [&](std::int64_t by) {
        if (shift && !m_still)
            emit moveWanted(by * 6);
        else
            emit hovered(std::clamp(at + by, m_window.beginNs(), m_window.endNs));
    };
    if (m_still && event->key() != Qt::Key_Left && event->key() != Qt::Key_Right)
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left: go(-step); break;
    case Qt::Key_Right: go(step); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: emit zoomWanted(at, zoomStep); break;
    case Qt::Key_Minus: emit zoomWanted(at, 1 / zoomStep); break;
    case Qt::Key_Home: emit liveWanted(); break;
    case Qt::Key_Return:
    case Qt::Key_Enter: emit logsWanted(at); break;
    default: QWidget::keyPressEvent(event);
    }
}

void TimeSeriesChart::contextMenuEvent(QContextMenuEvent* event)
{
    if (m_still)
        return event->ignore();
    const std::int64_t at = event->reason() == QContextMenuEvent::Mouse ? timeAt(event->pos().x()) : m_hover.value_or(m_window.endNs);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(icon("logs"), tr("Show the log lines of this moment"), this, [this, at] { emit logsWanted(at); });
    menu->addSeparator();
    menu->addAction(tr("Zoom in"), this, [this, at] { emit zoomWanted(at, 0.5); });
    menu->addAction(tr("Zoom out"), this, [this, at] { emit zoomWanted(at, 2); });
    menu->addAction(tr("Back to live"), this, [this] { emit liveWanted(); });
    menu->popup(event->globalPos());
}

void TimeSeriesChart::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TimeSeriesChart::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    emit left();
    update();
}

void TimeSeriesChart::leaveEvent(QEvent*) { emit left(); }

} // namespace slipway::ui
