// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "containers/containers_page.h"
#include "models/container_model.h"
#include "run/launch.h"
#include "run/run_spec.h"
#include "shell/object_names.h"

namespace slipway::ui
{

MainWindow::MainWindow(EngineBridge& bridge, const QString& starterTar)
    : m_bridge(bridge), m_starterTar(starterTar), m_model(new ContainerModel(bridge, this)),
      m_containers(new ContainersPage(bridge, *m_model)), m_pages(new QStackedWidget), m_connection(new QLabel),
      m_problem(new QLabel), m_link(new QLabel), m_start(new QPushButton(tr("Run the starter container")))
{
    setWindowTitle(tr("Slipway"));
    resize(1280, 800);
    m_pages->addWidget(buildWelcome());
    m_pages->addWidget(m_containers);
    auto* body = new QWidget;
    auto* row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(buildRail());
    auto* column = new QVBoxLayout;
    column->addWidget(m_link);
    column->addWidget(m_pages, 1);
    row->addLayout(column, 1);
    setCentralWidget(body);
    m_link->setObjectName(QLatin1StringView(names::starterLink));
    m_link->setOpenExternalLinks(true);
    m_link->setMargin(8);
    m_link->hide();
    connect(&bridge, &EngineBridge::stateChanged, this, &MainWindow::showConnection);
    connect(m_model, &ContainerModel::refreshed, this, &MainWindow::choosePage);
    showConnection();
}

QWidget* MainWindow::buildRail()
{
    auto* rail = new QWidget;
    rail->setObjectName(QStringLiteral("rail"));
    rail->setAttribute(Qt::WA_StyledBackground);
    rail->setFixedWidth(176);
    auto* column = new QVBoxLayout(rail);
    auto* brand = new QLabel(tr("Slipway"));
    brand->setObjectName(QStringLiteral("brand"));
    column->addWidget(brand);
    auto* button = new QToolButton;
    button->setObjectName(QLatin1StringView(names::containersButton));
    button->setText(tr("Containers"));
    button->setCheckable(true);
    button->setChecked(true);
    button->setAutoExclusive(true);
    button->setShortcut(Qt::CTRL | Qt::Key_1);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(button, &QToolButton::clicked, this, [this] { m_pages->setCurrentWidget(m_containers); });
    column->addWidget(button);
    column->addStretch();
    m_connection->setObjectName(QLatin1StringView(names::connectionLabel));
    m_connection->setProperty("muted", true);
    m_connection->setWordWrap(true);
    column->addWidget(m_connection);
    return rail;
}

QWidget* MainWindow::buildWelcome()
{
    auto* page = new QWidget;
    page->setObjectName(QLatin1StringView(names::welcomePage));
    auto* column = new QVBoxLayout(page);
    auto* title = new QLabel(tr("Welcome aboard"));
    title->setObjectName(QStringLiteral("pageTitle"));
    auto* text = new QLabel(tr("Run a small web page in a container of its own. It ships with Slipway: no network needed."));
    text->setProperty("muted", true);
    m_start->setObjectName(QLatin1StringView(names::startStarterButton));
    m_start->setProperty("primary", true);
    m_start->setMinimumSize(280, 48);
    connect(m_start, &QPushButton::clicked, this, &MainWindow::runStarter);
    m_problem->setObjectName(QLatin1StringView(names::welcomeProblem));
    m_problem->setProperty("problem", true);
    column->addStretch();
    for (QWidget* widget : {static_cast<QWidget*>(title), static_cast<QWidget*>(text), static_cast<QWidget*>(m_start),
                            static_cast<QWidget*>(m_problem)}) {
        column->addWidget(widget, 0, Qt::AlignHCenter);
        column->addSpacing(8);
    }
    column->addStretch();
    return page;
}

void MainWindow::showConnection()
{
    const auto state = m_bridge.state();
    m_connection->setText(state == EngineBridge::State::Connected    ? tr("● Engine connected")
                          : state == EngineBridge::State::Connecting ? tr("○ Connecting…")
                                                                     : tr("! Engine not reachable: %1").arg(m_bridge.problem()));
    m_start->setEnabled(state == EngineBridge::State::Connected);
}

void MainWindow::choosePage()
{
    if (m_model->rowCount() > 0 && m_pages->currentWidget() != m_containers)
        m_pages->setCurrentWidget(m_containers);
}

void MainWindow::runStarter()
{
    m_problem->clear();
    m_start->setEnabled(false);
    m_load = m_bridge.client().images().load(
        m_starterTar.toStdString(), [](const dockerapi::ProgressLine&) {}, onGui<Status>(this, [this](const Status& status) {
            if (status)
                startLoaded();
            else
                showProblem(status.error());
        }));
}

void MainWindow::startLoaded()
{
    const quint16 port = freePort(8080);
    RunSpec spec;
    spec.image = QStringLiteral("slipway/starter:latest");
    spec.ports = {QStringLiteral("127.0.0.1:%1:80").arg(port)};
    launch(m_bridge, spec, this, [this, port](const Result<std::string>& id) {
        if (!id) {
            showProblem(id.error());
            return;
        }
        m_start->setEnabled(true);
        const QString url = QStringLiteral("http://127.0.0.1:%1/").arg(port);
        m_link->setText(tr("Your container serves a page: <a href=\"%1\">%1</a>").arg(url));
        m_link->show();
        m_containers->select(QString::fromStdString(*id));
    });
}

void MainWindow::showProblem(const Error& error)
{
    m_problem->setText(QString::fromStdString(error.message));
    m_start->setEnabled(true);
}

} // namespace slipway::ui
