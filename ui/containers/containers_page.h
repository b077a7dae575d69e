// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace slipway::ui
{

class ContainerDetail;
class ContainerModel;
class RunDialog;

// List of containers with search and actions, the chosen one's detail beside it. GUI thread.
class ContainersPage : public QWidget
{
    Q_OBJECT

public:
    ContainersPage(EngineBridge& bridge, ContainerModel& model, QWidget* parent = nullptr);
    void askRun(const QString& image = {});
    void select(const QString& id);

private:
    void buildUi();
    RunDialog* openRun();
    QPushButton* addAction(const QString& text, const char* name, std::string_view verb);
    void act(std::string_view verb);
    void update();
    void report(const Status& status);

    EngineBridge& m_bridge;
    ContainerModel& m_model;
    QSortFilterProxyModel* m_proxy;
    QTableView* m_view;
    QLabel *m_title, *m_problem;
    QLineEdit* m_search;
    std::vector<std::pair<QPushButton*, std::string_view>> m_actions;
    ContainerDetail* m_detail;
    QString m_wanted;
};

} // namespace slipway::ui
