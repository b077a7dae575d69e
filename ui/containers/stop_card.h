// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "bridge/engine_bridge.h"
#include "terminal/engine_hop.h"

class QLabel;
class QPushButton;

namespace slipway::ui
{

class IconLabel;

// "Why did it stop?": the exit code or signal in words, what the kernel says about its memory, its last lines and what its last
// health check printed. Hides itself while the container runs. What it takes to know is asked for once a stop. GUI thread.
class StopCard : public QFrame
{
    Q_OBJECT

public:
    explicit StopCard(EngineBridge& bridge, QWidget* parent = nullptr);
    void setDocument(const Json& inspect); // of GET /containers/{id}/json

signals:
    void logsWanted(qint64 timeNs); // the lines from before it stopped

private:
    QLabel* label(bool mono);
    void askMarks();
    void askLastLines();
    void showMemory(const std::vector<dockerapi::MetricsMark>& marks);
    void showHealth();

    EngineBridge& m_bridge;
    Json m_document;
    std::string m_id, m_stoppedAt; // whose last lines are shown
    IconLabel* m_icon;
    QLabel *m_title, *m_meaning, *m_memory, *m_linesCaption, *m_lastLines, *m_healthCaption, *m_health;
    QPushButton* m_logs;
    EngineHop m_logHop;
    Request m_log, m_marks;
    std::vector<dockerapi::LogLine> m_lines;
};

} // namespace slipway::ui
