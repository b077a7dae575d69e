// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QTimer;
class QTreeWidget;

namespace slipway::ui
{

// The processes of a container (GET /containers/{id}/top), asked for every two seconds while this is on screen. GUI thread.
class ProcessesTab : public QWidget
{
    Q_OBJECT

public:
    explicit ProcessesTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setContainer(const QString& id, bool running);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void ask();
    void show(const Result<Json>& answer);

    EngineBridge& m_bridge;
    QLabel* m_state;
    QTreeWidget* m_list;
    QTimer* m_timer;
    QString m_id;
    bool m_running = false;
    Request m_request;
};

} // namespace slipway::ui
