// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <QWidget>

#include "charts/axis.h"
#include "charts/chart_mark.h"
#include "charts/chart_window.h"
#include "charts/stats_history.h"

// One chart over time: filled lines on a grid with round ticks, a crosshair that its owner keeps in step with the other charts,
// gaps as gaps, marks of what happened, and words instead of an empty frame when nothing was measured. GUI thread.
//
// Mouse: move = crosshair, drag = zoom to that stretch, Ctrl+wheel = zoom, Shift+wheel or Shift+drag = move, double click = live.
// Keys: ← → crosshair, Shift+← → move, + − zoom, Home live, Enter the log lines of the crosshair's moment.
namespace slipway::ui
{

class TimeSeriesChart : public QWidget
{
    Q_OBJECT

public:
    struct Series
    {
        QString name;
        Metric metric;
        int color; // index into the chart's own palette
    };

    TimeSeriesChart(const QString& title, Unit unit, std::vector<Series> series, QWidget* parent = nullptr);

    void setHistory(const StatsHistory* history); // not owned
    void setWindow(const ChartWindow& window);
    void setLimit(std::optional<double> value, const QString& label); // a dashed line, if the axis can hold it with sense
    void setNotMeasured(const QString& why) { m_notMeasured = why; }
    void setMarks(const std::vector<ChartMark>* marks) { m_marks = marks; } // not owned
    void setHover(std::optional<std::int64_t> timeNs);
    [[nodiscard]] double highest() const; // what its axis must reach, in what is shown
    void setFixedTop(double top) { m_fixedTop = top; } // the axis ends there whatever is shown: 1 for shares
    void setStill(bool still) { m_still = still; } // a crosshair and nothing else: no zoom, no menu

    [[nodiscard]] QSize sizeHint() const override { return {420, 210}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {260, 170}; }
    [[nodiscard]] std::int64_t timeAt(double x) const;

signals:
    void hovered(qint64 timeNs);
    void left();
    void zoomWanted(qint64 atNs, double factor); // below 1: closer
    void moveWanted(qint64 byNs);
    void rangeChosen(qint64 fromNs, qint64 toNs);
    void liveWanted();
    void logsWanted(qint64 atNs);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Frame;
    enum class Drag : std::uint8_t { None, Range, Move };
    [[nodiscard]] QRect plotArea() const;
    [[nodiscard]] QColor color(int index) const;
    [[nodiscard]] bool measured() const;
    [[nodiscard]] const StatsHistory::Point* shownPoint() const;
    [[nodiscard]] std::int64_t nsOf(double pixels) const;
    void describe();
    void paintHeader(QPainter& p) const;
    void paintGrid(QPainter& p, const Frame& frame) const;
    void paintTimes(QPainter& p, const Frame& frame) const;
    void paintLimit(QPainter& p, const Frame& frame) const;
    void paintMarks(QPainter& p, const Frame& frame) const;
    void paintSeries(QPainter& p, const Frame& frame, const Series& series) const;
    void paintHover(QPainter& p, const Frame& frame) const;

    QString m_title, m_limitLabel, m_notMeasured;
    Unit m_unit;
    std::vector<Series> m_series;
    const StatsHistory* m_history = nullptr;
    const std::vector<ChartMark>* m_marks = nullptr;
    ChartWindow m_window;
    std::optional<double> m_limit, m_fixedTop;
    std::optional<std::int64_t> m_hover;
    Drag m_drag = Drag::None;
    double m_pressX = 0, m_dragX = 0;
    bool m_still = false;
};

} // namespace slipway::ui
