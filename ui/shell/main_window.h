// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

#include "bridge/engine_bridge.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace slipway::ui
{

class ContainerModel;
class ContainersPage;

// The frame: rail, pages, welcome while there is no container, state of the connection. GUI thread.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    // STARTERTAR: the image that the welcome page loads and runs.
    MainWindow(EngineBridge& bridge, const QString& starterTar);

private:
    QWidget* buildRail();
    QWidget* buildWelcome();
    void runStarter();
    void startLoaded();
    void showProblem(const Error& error);
    void showConnection();
    void choosePage();

    EngineBridge& m_bridge;
    QString m_starterTar;
    ContainerModel* m_model;
    ContainersPage* m_containers;
    QStackedWidget* m_pages;
    QLabel *m_connection, *m_problem, *m_link;
    QPushButton* m_start;
    Request m_load;
};

} // namespace slipway::ui
