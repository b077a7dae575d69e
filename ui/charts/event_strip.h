// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QWidget>

#include "charts/metrics_feed.h"

namespace slipway::ui
{

// Above the charts, over the same stretch of time: what happened to the container, as glyphs, and how many lines of its log were
// errors, as bars. A click goes to the log lines of that moment. Keys: ← → from one to the next, Enter its log lines. GUI thread.
class EventStrip : public QWidget
{
    Q_OBJECT

public:
    explicit EventStrip(const MetricsFeed& feed, QWidget* parent = nullptr);
    void setWindow(const ChartWindow& window);
    void setHover(std::optional<std::int64_t> timeNs);

    [[nodiscard]] QSize sizeHint() const override { return {400, 44}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 44}; }

signals:
    void hovered(qint64 timeNs);
    void left();
    void logsWanted(qint64 timeNs);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Place // of something that can be gone to
    {
        double x = 0;
        std::int64_t timeNs = 0;
        QString text;
    };
    [[nodiscard]] QRectF lane() const;
    [[nodiscard]] double xOf(std::int64_t timeNs) const;
    [[nodiscard]] std::vector<Place> places() const; // in order of time
    [[nodiscard]] std::optional<Place> nearest(double x) const;
    void describe();

    const MetricsFeed& m_feed;
    ChartWindow m_window;
    std::optional<std::int64_t> m_hover;
};

} // namespace slipway::ui
