// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "bridge/engine_bridge.h"
#include "charts/chart_window.h"
#include "monitor/tile_model.h"

class QGridLayout;
class QLabel;
class QScrollArea;

namespace slipway::ui
{

class ContainerModel;
class CoreBars;
class EmptyState;
class SegmentedFilter;
class TileView;
class TimeSeriesChart;
class UsageMonitor;

// The room "Monitor": what the machine does, and below it all running containers as small charts, those that use most first. One
// stream of readings while it is seen, none when it is not; of the time before only the visible ones' history is asked. GUI thread.
//
// Keys: 1-4 what is ranked by; arrows from one container to the next, Enter its charts.
class MonitorPage : public QWidget
{
    Q_OBJECT

public:
    MonitorPage(EngineBridge& bridge, ContainerModel& containers, QWidget* parent = nullptr);
    ~MonitorPage() override;

signals:
    void containerChosen(const QString& id); // its charts are wanted
    void runWanted();

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildHead();
    void buildHost();
    void refresh();      // the containers
    void takeInstant();
    void askHistories(); // of what can be seen and was not asked yet
    void askHistory(const QString& id);
    void showCharts();
    void showState();
    void arrange();
    void setSpan(std::int64_t spanNs);

    EngineBridge& m_bridge;
    ContainerModel& m_containers;
    UsageMonitor* m_usage;
    TileModel m_model;
    QLabel *m_count, *m_note;
    SegmentedFilter* m_ranks;
    QScrollArea* m_scroll;
    QWidget* m_host;
    QGridLayout* m_grid;
    std::vector<TimeSeriesChart*> m_charts;
    TimeSeriesChart *m_cpu, *m_memory;
    CoreBars* m_cores;
    TileView* m_tiles;
    EmptyState* m_empty;
    ChartWindow m_window{0, 60 * ChartWindow::second, true};
    std::set<QString> m_asked; // histories, since this was shown
    std::vector<Request> m_requests;
    int m_columns = 0, m_sinceSorted = 0;
};

} // namespace slipway::ui
