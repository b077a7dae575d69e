// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <QObject>
#include <QTimer>

#include "bridge/engine_bridge.h"
#include "charts/chart_mark.h"
#include "charts/chart_window.h"
#include "charts/stats_history.h"
#include "terminal/engine_hop.h"

namespace slipway::ui
{

// What is known of one container's use of the machine while somebody looks: readings once a second while it runs, what the engine
// kept of the time before (a week; of an engine that keeps nothing there is what was read here), what happened, and when its log
// had errors. Nothing is asked while it is not active. GUI thread.
class MetricsFeed : public QObject
{
    Q_OBJECT

public:
    explicit MetricsFeed(EngineBridge& bridge, QObject* parent = nullptr);
    ~MetricsFeed() override;

    void setContainer(const QString& id, bool running); // an empty id: none
    void setActive(bool active);
    // What is wanted now; what is missing of it is asked for. A live window's end is of no meaning.
    void setWindow(const ChartWindow& window);

    [[nodiscard]] const QString& id() const { return m_id; }
    [[nodiscard]] const StatsHistory* shown() const; // of the window; nullptr without a container
    [[nodiscard]] const StatsHistory* live() const { return m_history.get(); }
    [[nodiscard]] const std::vector<ChartMark>& marks() const { return m_marks; }
    [[nodiscard]] const LogsClient::Density& errors() const { return m_errors; } // of [errorsFrom, errorsTo); no lines: not known
    [[nodiscard]] std::int64_t errorsFromNs() const { return m_errorsFrom; }
    [[nodiscard]] std::int64_t errorsToNs() const { return m_errorsTo; }

    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] bool isLong() const;                                   // the window is shown in longer steps than a second
    [[nodiscard]] int step() const { return isLong() ? m_longStep : 1; } // seconds
    [[nodiscard]] bool keepsHistory() const { return m_kept; }           // the engine does, as far as is known
    [[nodiscard]] bool fromProc() const { return m_fromProc; }           // measured without cgroups, every fifth second
    [[nodiscard]] const dockerapi::MetricsMachine* machine() const { return m_machine.get(); } // nullptr: not known
    [[nodiscard]] const QString& problem() const { return m_problem; }   // why no readings come
    [[nodiscard]] std::int64_t newestNs() const; // where a live window ends

signals:
    void changed(); // any of it

private:
    void sample();
    void sampleStats();
    void stop();
    void ended(const Status& status);
    void take(const dockerapi::MetricsInstant& instant);
    void askKept();
    void takeKept(const dockerapi::MetricsHistory& kept, bool longSpan);
    void askMarks();
    void askErrors();
    void heard(const dockerapi::EventMessage& event);
    [[nodiscard]] ChartWindow current() const; // a live window with its end

    EngineBridge& m_bridge;
    QString m_id, m_problem;
    bool m_running = false, m_active = false, m_sampling = false;
    bool m_kept = true, m_fromProc = false;
    ChartWindow m_window;
    std::map<QString, std::shared_ptr<StatsHistory>> m_histories;
    std::shared_ptr<StatsHistory> m_history;
    StatsHistory m_long{20'000}; // in steps of 10 seconds or a minute
    int m_longStep = 10;
    std::vector<ChartMark> m_marks;
    LogsClient::Density m_errors;
    std::int64_t m_errorsFrom = 0, m_errorsTo = 0;
    std::shared_ptr<const dockerapi::MetricsMachine> m_machine;
    QTimer m_keptTimer, m_marksTimer, m_errorsTimer;
    Request m_stream, m_keptRequest, m_marksRequest, m_errorsRequest;
    EngineHop m_hop;
};

} // namespace slipway::ui
