// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "base/json.h"
#include "bridge/engine_bridge.h"
#include "charts/stats_history.h"
#include "terminal/engine_hop.h"

class QLabel;
class QProgressBar;
class QTimer;
class QVBoxLayout;

namespace slipway::ui
{

class FactList;
class IconLabel;
class StopCard;

// One container as people think of it: how it is, why it stopped and with which last words, how near its limits it is, and its
// settings in groups. Readings are taken only while this is on screen. GUI thread.
class OverviewTab : public QWidget
{
    Q_OBJECT

public:
    explicit OverviewTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setDocument(const Json& inspect); // of GET /containers/{id}/json

signals:
    void logsWanted(qint64 timeNs); // the log lines of that moment

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    struct Meter
    {
        QWidget* row = nullptr;
        QLabel* text = nullptr;
        QProgressBar* bar = nullptr;
    };
    void buildCards(QVBoxLayout* column);
    void showState();
    void showSettings();
    void showNetwork();
    void showEnvironment();
    void showMeters();
    void sample();
    void stopSampling();
    [[nodiscard]] bool running() const;

    EngineBridge& m_bridge;
    Json m_document;
    std::string m_id;
    IconLabel* m_stateIcon;
    QLabel *m_stateWord, *m_stateTime;
    StopCard* m_stop;
    FactList *m_use, *m_container, *m_network, *m_storage, *m_environment, *m_labels;
    Meter m_memory, m_cpu, m_pids;
    StatsHistory m_history;
    QTimer* m_clock;
    EngineHop m_statsHop;
    Request m_stats;
};

} // namespace slipway::ui
