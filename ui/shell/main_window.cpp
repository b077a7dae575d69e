// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include <algorithm>
#include <array>

#include <QCloseEvent>
#include <QDesktopServices>
#include <QLabel>
#include <QScreen>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "containers/containers_page.h"
#include "dockerfile/dockerfile_page.h"
#include "images/image_jobs.h"
#include "images/images_page.h"
#include "jobs/jobs.h"
#include "jobs/jobs_panel.h"
#include "logs/logs_page.h"
#include "models/container_model.h"
#include "models/image_model.h"
#include "monitor/monitor_page.h"
#include "run/launch.h"
#include "run/run_spec.h"
#include "shell/command_palette.h"
#include "shell/help_page.h"
#include "shell/object_names.h"
#include "shell/palette_entries.h"
#include "shell/rail.h"
#include "shell/settings_menu.h"
#include "shell/theme.h"
#include "shell/welcome_page.h"
#include "widgets/confirm.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
constexpr std::array roomNames{"containers", "images", "builds", "logs", "monitor"}; // as they are remembered

MainWindow::Room roomOf(const QString& name)
{
    const auto found = std::ranges::find_if(roomNames, [&](const char* each) { return name == QLatin1StringView(each); });
    return found == roomNames.end() ? MainWindow::Containers : MainWindow::Room(found - roomNames.begin());
}
} // namespace

MainWindow::MainWindow(EngineBridge& bridge, const QString& starterTar)
    : m_bridge(bridge), m_starterTar(starterTar), m_containers(new ContainerModel(bridge, this)),
      m_images(new ImageModel(bridge, *m_containers, this)), m_jobs(new Jobs(this)), m_rail(new Rail), m_notice(new MessageBar),
      m_pages(new QStackedWidget)
{
    const QSettings settings;
    setWindowTitle(tr("Slipway"));
    setMinimumSize(720, 480);
    resize(1280, 800);
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    m_hadContainers = settings.value(QStringLiteral("window/hadContainers")).toBool();
    m_room = roomOf(settings.value(QStringLiteral("window/room")).toString());
    m_notice->findChild<QLabel*>()->setObjectName(QLatin1StringView(names::starterLink));
    auto* notices = new QHBoxLayout;
    notices->setContentsMargins(theme::space4, theme::space3, theme::space4, 0);
    notices->addWidget(m_notice);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addLayout(notices);
    column->addWidget(m_pages, 1);
    column->addWidget(new JobsPanel(*m_jobs));
    auto* body = new QWidget;
    body->setAutoFillBackground(true);
    body->setBackgroundRole(QPalette::Base);
    auto* row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addLayout(column, 1);
    setCentralWidget(body);
    buildRail();
    buildShortcuts();
    connect(&bridge, &EngineBridge::stateChanged, this, &MainWindow::showConnection);
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& message) {
        if (message.type == "container" && message.action == "die" && message.actorId == m_served)
            m_notice->clear(); // nobody serves its page any more
    });
    connect(m_containers, &ContainerModel::refreshed, this, &MainWindow::showRoom);
    showRoom();
    showConnection();
    remember();
}

MainWindow::~MainWindow()
{
    // The pages use the models and the jobs, which were made before them.
    delete takeCentralWidget();
}

void MainWindow::buildRail()
{
    m_rail->addRoom(names::containersButton, "containers", tr("Containers"));
    m_rail->addRoom(names::imagesButton, "images", tr("Images"));
    m_rail->addRoom(names::buildsButton, "build", tr("Builds"));
    m_rail->addRoom(names::logsButton, "logs", tr("Logs"));
    m_rail->addRoom(names::monitorButton, "chart", tr("Monitor"));
    m_rail->setCurrent(m_room);
    m_rail->setMenu(makeSettingsMenu(*this));
    connect(m_rail, &Rail::roomChosen, this, [this](int room) { enter(Room(room)); });
    connect(m_rail, &Rail::retryWanted, this, [this] { m_bridge.retry(); });
}

void MainWindow::buildShortcuts()
{
    const auto bind = [this](const QKeySequence& keys, auto call) {
        connect(new QShortcut(keys, this), &QShortcut::activated, this, call);
    };
    bind(Qt::CTRL | Qt::Key_K, &MainWindow::openPalette);
    bind(Qt::CTRL | Qt::SHIFT | Qt::Key_P, &MainWindow::openPalette);
    bind(QKeySequence::HelpContents, &MainWindow::openHelp);
    bind(QKeySequence::Quit, &MainWindow::close);
    bind(Qt::Key_F11, [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    bind(Qt::CTRL | Qt::Key_Backslash, [this] { m_rail->setCollapsed(!m_rail->isCollapsed()); });
    bind(QKeySequence::Open, &MainWindow::askDockerfile);
    bind(QKeySequence::Back, [this] { go(-1); });
    bind(QKeySequence::Forward, [this] { go(1); });
}

void MainWindow::enter(Room room)
{
    m_room = room;
    m_rail->setCurrent(room);
    QSettings().setValue(QStringLiteral("window/room"), QLatin1StringView(roomNames[std::size_t(room)]));
    showRoom();
    remember();
}

void MainWindow::showRoom()
{
    if (m_containers->isLoaded() && m_hadContainers != (m_containers->count() > 0)) {
        m_hadContainers = !m_hadContainers;
        QSettings().setValue(QStringLiteral("window/hadContainers"), m_hadContainers);
    }
    QWidget* page = m_room == Images   ? static_cast<QWidget*>(&imagesPage())
                    : m_room == Builds ? static_cast<QWidget*>(&dockerfilePage())
                    : m_room == Logs   ? static_cast<QWidget*>(&logsPage())
                    : m_room == Monitor ? static_cast<QWidget*>(&monitorPage())
                    : m_hadContainers ? static_cast<QWidget*>(&containersPage())
                                      : static_cast<QWidget*>(&welcomePage());
    const bool reading = m_helpPage && m_pages->currentWidget() == m_helpPage && sender() == m_containers;
    if (m_pages->currentWidget() == page || reading)
        return;
    m_pages->setCurrentWidget(page);
    page->setFocus();
}

ContainersPage& MainWindow::containersPage()
{
    if (!m_containersPage) {
        m_containersPage = new ContainersPage(m_bridge, *m_containers, *m_jobs);
        m_pages->addWidget(m_containersPage);
        connect(m_containersPage, &ListPage::selectionChanged, this, &MainWindow::remember);
    }
    return *m_containersPage;
}

ImagesPage& MainWindow::imagesPage()
{
    if (!m_imagesPage) {
        m_imagesPage = new ImagesPage(m_bridge, *m_images, *m_jobs);
        m_pages->addWidget(m_imagesPage);
        connect(m_imagesPage, &ListPage::selectionChanged, this, &MainWindow::remember);
        connect(m_imagesPage, &ImagesPage::runRequested, this, [this](const QString& image) { containersPage().askRun(image); });
        connect(m_imagesPage, &ImagesPage::dockerfileRead, this, [this](const QString& text) {
            enter(Builds);
            dockerfilePage().createNew(text);
        });
        connect(m_imagesPage, &ImagesPage::containerRequested, this, [this](const QString& name) {
            enter(Containers);
            for (const auto* container : m_containers->containers())
                if (container->name == name.toStdString())
                    containersPage().select(QString::fromStdString(container->id));
        });
    }
    return *m_imagesPage;
}

DockerfilePage& MainWindow::dockerfilePage()
{
    if (!m_dockerfilePage) {
        m_dockerfilePage = new DockerfilePage(m_bridge, *m_jobs);
        m_pages->addWidget(m_dockerfilePage);
        connect(m_dockerfilePage, &DockerfilePage::runRequested, this, [this](const QString& image) { containersPage().askRun(image); });
    }
    return *m_dockerfilePage;
}

LogsPage& MainWindow::logsPage()
{
    if (!m_logsPage) {
        m_logsPage = new LogsPage(m_bridge, *m_containers);
        m_pages->addWidget(m_logsPage);
    }
    return *m_logsPage;
}

MonitorPage& MainWindow::monitorPage()
{
    if (!m_monitorPage) {
        m_monitorPage = new MonitorPage(m_bridge, *m_containers);
        m_pages->addWidget(m_monitorPage);
        connect(m_monitorPage, &MonitorPage::runWanted, this, [this] { containersPage().askRun(); });
        connect(m_monitorPage, &MonitorPage::containerChosen, this, [this](const QString& id) {
            enter(Containers);
            containersPage().showCharts(id);
        });
    }
    return *m_monitorPage;
}

void MainWindow::openDockerfile(const QString& path)
{
    enter(Builds);
    dockerfilePage().open(path);
}

void MainWindow::askDockerfile()
{
    enter(Builds);
    dockerfilePage().askOpen();
}

ListPage* MainWindow::listOf(Room room) const
{
    return room == Images ? static_cast<ListPage*>(m_imagesPage) : room == Containers ? m_containersPage : nullptr;
}

WelcomePage& MainWindow::welcomePage()
{
    if (!m_welcomePage) {
        m_welcomePage = new WelcomePage;
        m_pages->addWidget(m_welcomePage);
        connect(m_welcomePage, &WelcomePage::starterWanted, this, &MainWindow::runStarter);
        connect(m_welcomePage, &WelcomePage::runWanted, this, [this] { containersPage().askRun(); });
        connect(m_welcomePage, &WelcomePage::pullWanted, this, [this] {
            enter(Images);
            imagesPage().askPull();
        });
        connect(m_welcomePage, &WelcomePage::firstStepsWanted, this, &MainWindow::openHelp);
        connect(m_welcomePage, &WelcomePage::retryWanted, this, [this] { m_bridge.retry(); });
        m_welcomePage->showConnection(m_bridge.state(), m_bridge.problem(), m_bridge.address());
    }
    return *m_welcomePage;
}

void MainWindow::showConnection()
{
    const auto state = m_bridge.state();
    if (state == EngineBridge::State::Connected && m_version.isEmpty())
        askVersion();
    m_rail->showConnection(state, m_version, m_bridge.problem());
    if (m_welcomePage)
        m_welcomePage->showConnection(state, m_bridge.problem(), m_bridge.address());
}

void MainWindow::askVersion()
{
    m_versionRequest = m_bridge.client().system().version(onGui<Result<Json>>(this, [this](const Result<Json>& json) {
        if (!json)
            return;
        m_version = tr("%1 · API %2")
                        .arg(QString::fromStdString(jsonValue<std::string>(*json, "Version")),
                             QString::fromStdString(jsonValue<std::string>(*json, "ApiVersion")));
        m_rail->showConnection(m_bridge.state(), m_version, m_bridge.problem());
    }));
}

void MainWindow::runStarter()
{
    welcomePage().problem().clear();
    welcomePage().setBusy(tr("Loading the image…"));
    loadImage(m_bridge, *m_jobs, m_starterTar, [this](const Status& status) {
        if (status)
            startLoaded();
        else
            showProblem(status.error());
    });
}

void MainWindow::startLoaded()
{
    const quint16 port = freePort(8080);
    RunSpec spec;
    spec.image = QStringLiteral("slipway/starter:latest");
    spec.ports = {QStringLiteral("127.0.0.1:%1:80").arg(port)};
    welcomePage().setBusy(tr("Starting the container…"));
    launch(m_bridge, spec, this, [this, port](const Result<std::string>& id) {
        if (!id) {
            showProblem(id.error());
            return;
        }
        welcomePage().setBusy({});
        m_jobs->dismissEnded();
        const QString url = QStringLiteral("http://127.0.0.1:%1/").arg(port);
        m_notice->say(MessageBar::Kind::Success, tr("Your container serves a page at %1").arg(url),
                      {{tr("Open in the browser"), [url] { QDesktopServices::openUrl(QUrl(url)); }}});
        m_served = *id;
        containersPage().select(QString::fromStdString(*id));
    });
}

void MainWindow::showProblem(const Error& error)
{
    welcomePage().setBusy({});
    welcomePage().problem().say(MessageBar::Kind::Problem, QString::fromStdString(error.message),
                                {{tr("Try again"), [this] { runStarter(); }}});
}

void MainWindow::openPalette()
{
    auto* palette = new CommandPalette(paletteEntries(*this, containersPage(), imagesPage(), *m_containers, *m_images), this);
    palette->show();
}

void MainWindow::openHelp()
{
    if (!m_helpPage) {
        m_helpPage = new HelpPage(m_bridge.address());
        m_pages->addWidget(m_helpPage);
        connect(m_helpPage, &HelpPage::closed, this, &MainWindow::showRoom);
    }
    m_pages->setCurrentWidget(m_helpPage);
    m_helpPage->setFocus();
}

void MainWindow::remember()
{
    if (m_going)
        return;
    const ListPage* page = listOf(m_room);
    const QStringList ids = page ? page->selectedIds() : QStringList();
    const Place place{m_room, ids.size() == 1 ? ids.first() : QString()};
    if (m_place >= 0 && m_history[std::size_t(m_place)] == place)
        return;
    m_history.resize(std::size_t(m_place + 1));
    m_history.push_back(place);
    m_place = int(m_history.size()) - 1;
}

void MainWindow::go(int step)
{
    const int wanted = m_place + step;
    if (wanted < 0 || wanted >= int(m_history.size()))
        return;
    m_going = true;
    m_place = wanted;
    const Place place = m_history[std::size_t(wanted)];
    enter(place.room);
    if (ListPage* page = listOf(place.room)) {
        if (place.id.isEmpty())
            page->clearSelection();
        else
            page->select(place.id);
    }
    m_going = false;
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings().setValue(QStringLiteral("window/geometry"), saveGeometry());
    const int running = m_jobs->running();
    const int unsaved = m_dockerfilePage ? m_dockerfilePage->unsaved() : 0;
    if ((running == 0 && unsaved == 0) || m_quitting) {
        event->accept();
        return;
    }
    event->ignore();
    if (unsaved > 0) {
        enter(Builds);
        confirm(this, {tr("Quit without saving %n file(s)?", nullptr, unsaved), tr("What was changed in the editor is lost."), tr("Discard and quit"), {}},
                [this](bool) {
                    m_quitting = true;
                    close();
                });
        return;
    }
    confirm(this, {tr("Quit while %n job(s) are running?", nullptr, running), tr("They are cancelled. Containers go on running."), tr("Quit"), {}},
            [this](bool) {
                m_quitting = true;
                close();
            });
}

} // namespace slipway::ui
