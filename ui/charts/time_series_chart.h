// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <QWidget>

#include "charts/axis.h"
#include "charts/stats_history.h"

// One chart of a container over time: filled lines on a grid with round ticks, a crosshair that its owner keeps in step with the
// other charts, gaps as gaps, and words instead of an empty frame when nothing was measured. GUI thread.
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
    void setWindow(std::int64_t endNs, std::int64_t spanNs);
    void setLimit(std::optional<double> value, const QString& label); // a dashed line, if the axis can hold it with sense
    void setNotMeasured(const QString& why) { m_notMeasured = why; }
    void setHover(std::optional<std::int64_t> timeNs);

    [[nodiscard]] QSize sizeHint() const override { return {420, 210}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {260, 170}; }

signals:
    void hovered(qint64 timeNs);
    void left();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Frame;
    [[nodiscard]] QRect plotArea() const;
    [[nodiscard]] QColor color(int index) const;
    [[nodiscard]] double highest() const;
    [[nodiscard]] bool measured() const;
    void paintHeader(QPainter& p) const;
    void paintGrid(QPainter& p, const Frame& frame) const;
    void paintSeries(QPainter& p, const Frame& frame, const Series& series) const;
    void paintHover(QPainter& p, const Frame& frame) const;
    [[nodiscard]] const StatsHistory::Point* shownPoint() const;

    QString m_title, m_limitLabel, m_notMeasured;
    Unit m_unit;
    std::vector<Series> m_series;
    const StatsHistory* m_history = nullptr;
    std::int64_t m_endNs = 0, m_spanNs = 300'000'000'000;
    std::optional<double> m_limit;
    std::optional<std::int64_t> m_hover;
};

} // namespace slipway::ui
