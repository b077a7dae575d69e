// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "bridge/engine_bridge.h"
#include "charts/chart_window.h"
#include "charts/metrics_feed.h"

class QButtonGroup;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QScrollArea;
class QStackedWidget;
class QToolButton;

namespace slipway::ui
{

class EmptyState;
class EventStrip;
class HistoryTable;
class MessageBar;
class TimeSeriesChart;

// CPU, memory, network, block I/O, processes, waiting and throttling of one container over one stretch of time: live, or any part
// of the last week; what happened to it and the errors in its log above them; the same as a table. GUI thread.
//
// Keys: Space holds and goes on, T the table; those of a chart: see TimeSeriesChart.
class ChartsView : public QWidget
{
    Q_OBJECT

public:
    struct Limits // what the container may use, as its settings say; 0 = no limit
    {
        double cores = 0;
        double memory = 0; // bytes
        double pids = 0;
        bool operator==(const Limits&) const = default;
    };

    explicit ChartsView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~ChartsView() override;

    void setContainer(const QString& id, bool running); // an empty id shows nothing
    void setLimits(const Limits& limits);
    [[nodiscard]] const ChartWindow& shownWindow() const { return m_window; }

signals:
    void logsWanted(qint64 timeNs); // the log lines of that moment

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void buildHeader(QHBoxLayout* row);
    QToolButton* tool(QHBoxLayout* row, const char* name, const char* picture, const QString& text);
    void makeCharts();
    void askSave();
    void save(const QString& file); // by its ending: a picture, or a table
    void showWindow(const ChartWindow& window);
    void setLive(bool live);
    void hover(std::optional<qint64> timeNs);
    void refresh();
    void showLimits();
    void showTable(bool table);
    void arrange();
    void showState();
    [[nodiscard]] QString stateText() const;

    EngineBridge& m_bridge;
    MetricsFeed m_feed;
    ChartWindow m_window;
    Limits m_limits;
    QLabel* m_state;
    QButtonGroup* m_ranges;
    QToolButton *m_pause = nullptr, *m_tableButton = nullptr;
    QWidget *m_board, *m_header;
    QScrollArea* m_scroll;
    QStackedWidget* m_pages;
    EmptyState* m_empty;
    MessageBar* m_message;
    EventStrip* m_strip;
    HistoryTable* m_table = nullptr;
    QGridLayout* m_grid;
    std::vector<TimeSeriesChart*> m_charts;
    TimeSeriesChart *m_cpu, *m_memory, *m_pids, *m_throttled, *m_pressure;
    int m_columns = 0;
};

} // namespace slipway::ui
