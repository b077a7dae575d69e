// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "bridge/engine_bridge.h"
#include "charts/stats_history.h"
#include "terminal/engine_hop.h"

class QGridLayout;
class QLabel;
class QScrollArea;

namespace slipway::ui
{

class EmptyState;
class MessageBar;
class TimeSeriesChart;

// CPU, memory, network, block I/O and processes of one container, a reading a second while this is on screen and the container
// runs. What was before comes from the engine, which keeps a week, whether a window was open or not; of an engine that keeps
// none there is what was read here. GUI thread.
class ChartsView : public QWidget
{
    Q_OBJECT

public:
    explicit ChartsView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~ChartsView() override;

    void setContainer(const QString& id, bool running); // an empty id shows nothing
    // What the container may use, as its settings say: 0 cores = no limit. Without a memory limit the readings name the
    // machine's memory, and the chart calls it so.
    void setLimits(double cores, bool memoryLimited);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void sample();
    void askKept(); // what the engine kept, for the span that is shown
    void takeKept(const dockerapi::MetricsHistory& kept, bool longSpan);
    void askSave();
    void save(const QString& file); // by its ending: a picture, or a table
    [[nodiscard]] bool isLong() const; // a span that is shown in longer steps
    [[nodiscard]] StatsHistory* shown();
    void stop();
    void receive(const dockerapi::StatsSample& sample);
    void refresh();
    void arrange();
    void showState();

    EngineBridge& m_bridge;
    QLabel* m_state;
    QWidget *m_board, *m_header;
    QScrollArea* m_scroll;
    EmptyState* m_empty;
    MessageBar* m_message;
    QGridLayout* m_grid;
    std::vector<TimeSeriesChart*> m_charts;
    TimeSeriesChart *m_cpu, *m_memory;
    QString m_id, m_problem;
    bool m_running = false, m_sampling = false, m_seam = false; // m_seam: the readings began, the engine has the one before
    int m_columns = 0;
    double m_coresLimit = 0;
    bool m_memoryLimited = false;
    std::int64_t m_spanNs = 300'000'000'000;
    std::map<QString, std::shared_ptr<StatsHistory>> m_histories;
    std::shared_ptr<StatsHistory> m_history;
    StatsHistory m_long{20'000}; // in steps of 10 seconds or a minute
    bool m_kept = true;          // the engine keeps histories, as far as is known
    QTimer m_keptTimer;
    Request m_keptRequest;
    EngineHop m_hop;
    Request m_request;
};

} // namespace slipway::ui
