// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QMainWindow>

#include "bridge/engine_bridge.h"

class QStackedWidget;

namespace slipway::ui
{

class ContainerModel;
class ContainersPage;
class DockerfilePage;
class HelpPage;
class ImageModel;
class ImagesPage;
class Jobs;
class ListPage;
class LogsPage;
class MessageBar;
class MonitorPage;
class Rail;
class WelcomePage;

// The frame: rail, rooms, the welcome page while there is no container, jobs at the bottom. It paints before the engine answers and
// makes a room when it is entered for the first time. Geometry, room and the rail's width are remembered in QSettings. GUI thread.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    enum Room { Containers, Images, Builds, Logs, Monitor };

    // STARTERTAR: the image that the welcome page loads and runs.
    MainWindow(EngineBridge& bridge, const QString& starterTar);
    ~MainWindow() override;

    void enter(Room room);
    void openPalette();
    void openHelp();
    void askDockerfile();
    void openDockerfile(const QString& path); // in the Builds room
    [[nodiscard]] Jobs& jobs() const { return *m_jobs; }

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Place
    {
        Room room;
        QString id;
        bool operator==(const Place&) const = default;
    };
    void buildRail();
    void buildShortcuts();
    [[nodiscard]] ContainersPage& containersPage();
    [[nodiscard]] ImagesPage& imagesPage();
    [[nodiscard]] DockerfilePage& dockerfilePage();
    [[nodiscard]] LogsPage& logsPage();
    [[nodiscard]] MonitorPage& monitorPage();
    [[nodiscard]] ListPage* listOf(Room room) const; // made already, and the room is a list
    [[nodiscard]] WelcomePage& welcomePage();
    void showRoom();
    void showConnection();
    void askVersion();
    void runStarter();
    void startLoaded();
    void showProblem(const Error& error);
    void remember();
    void go(int step);

    EngineBridge& m_bridge;
    QString m_starterTar, m_version;
    std::string m_served; // id of the container whose page the notice offers
    ContainerModel* m_containers;
    ImageModel* m_images;
    Jobs* m_jobs;
    Rail* m_rail;
    MessageBar* m_notice;
    QStackedWidget* m_pages;
    ContainersPage* m_containersPage = nullptr;
    ImagesPage* m_imagesPage = nullptr;
    DockerfilePage* m_dockerfilePage = nullptr;
    LogsPage* m_logsPage = nullptr;
    MonitorPage* m_monitorPage = nullptr;
    WelcomePage* m_welcomePage = nullptr;
    HelpPage* m_helpPage = nullptr;
    Room m_room = Containers;
    std::vector<Place> m_history;
    int m_place = -1;
    bool m_going = false, m_hadContainers = false, m_quitting = false;
    Request m_versionRequest;
};

} // namespace slipway::ui
