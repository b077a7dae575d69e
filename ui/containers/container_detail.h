// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QTabWidget;
class QTreeWidget;

namespace slipway::ui
{

class ChartsView;
class LogView;
class TerminalView;

// One container beside the list: logs, terminal, charts and the JSON of inspect. GUI thread.
class ContainerDetail : public QWidget
{
    Q_OBJECT

public:
    explicit ContainerDetail(EngineBridge& bridge, QWidget* parent = nullptr);
    void setContainer(const QString& id, const QString& name, bool running); // an empty id shows nothing

private:
    void inspect();

    EngineBridge& m_bridge;
    QLabel* m_title;
    QTabWidget* m_tabs;
    LogView* m_logs;
    TerminalView* m_terminal;
    ChartsView* m_charts;
    QTreeWidget* m_tree;
    QString m_id;
    bool m_running = false;
    Request m_request;
};

} // namespace slipway::ui
