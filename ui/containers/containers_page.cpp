// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/containers_page.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "containers/container_detail.h"
#include "models/container_model.h"
#include "run/run_dialog.h"
#include "shell/object_names.h"

namespace slipway::ui
{

ContainersPage::ContainersPage(EngineBridge& bridge, ContainerModel& model, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_model(model), m_proxy(new QSortFilterProxyModel(this)), m_view(new QTableView),
      m_title(new QLabel), m_problem(new QLabel), m_search(new QLineEdit), m_detail(new ContainerDetail(bridge))
{
    m_proxy->setSourceModel(&model);
    m_proxy->setSortRole(ContainerModel::SortRole);
    m_proxy->setFilterKeyColumn(-1);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    buildUi();
    connect(m_search, &QLineEdit::textChanged, m_proxy, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ContainersPage::update);
    connect(&model, &ContainerModel::refreshed, this, &ContainersPage::update);
    connect(&model, &ContainerModel::failed, this, [this](const QString& text) { m_problem->setText(text); });
    update();
}

void ContainersPage::buildUi()
{
    setObjectName(QLatin1StringView(names::containersPage));
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    auto* top = new QHBoxLayout;
    m_title->setObjectName(QStringLiteral("pageTitle"));
    m_search->setObjectName(QLatin1StringView(names::searchField));
    m_search->setPlaceholderText(tr("Search containers"));
    m_search->setAccessibleName(tr("Search containers"));
    m_search->setClearButtonEnabled(true);
    auto* run = new QPushButton(tr("Run…"));
    run->setObjectName(QLatin1StringView(names::runButton));
    run->setProperty("primary", true);
    run->setShortcut(QKeySequence::New);
    connect(run, &QPushButton::clicked, this, [this] { askRun(); });
    top->addWidget(m_title);
    top->addStretch();
    top->addWidget(m_search);
    top->addWidget(run);
    column->addLayout(top);
    auto* actions = new QHBoxLayout;
    actions->addWidget(addAction(tr("Start"), names::startButton, "start"));
    actions->addWidget(addAction(tr("Stop"), names::stopButton, "stop"));
    actions->addWidget(addAction(tr("Restart"), names::restartButton, "restart"));
    actions->addWidget(addAction(tr("Kill"), names::killButton, "kill"));
    actions->addWidget(addAction(tr("Remove"), names::removeButton, "remove"));
    actions->addStretch();
    column->addLayout(actions);
    m_problem->setObjectName(QLatin1StringView(names::containersProblem));
    m_problem->setProperty("problem", true);
    m_problem->setWordWrap(true);
    column->addWidget(m_problem);
    m_view->setObjectName(QLatin1StringView(names::containersView));
    m_view->setAccessibleName(tr("Containers"));
    m_view->setModel(m_proxy);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(ContainerModel::Created, Qt::DescendingOrder);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(40);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_view->setColumnWidth(ContainerModel::Image, 176);
    m_view->setColumnWidth(ContainerModel::Status, 136);
    column->addWidget(m_view, 1);
    auto* splitter = new QSplitter;
    splitter->addWidget(left);
    splitter->addWidget(m_detail);
    connect(m_detail, &ContainerDetail::fullChanged, left, [left](bool full) { left->setVisible(!full); });
    connect(m_detail, &ContainerDetail::closeRequested, m_view, [this] {
        m_view->clearSelection();
        m_view->setFocus();
    });
    connect(m_detail, &ContainerDetail::runRequested, this, [this](const RunSpec& spec) { openRun()->setSpec(spec); });
    connect(m_view, &QTableView::doubleClicked, m_detail, [this] { m_detail->setFull(true); });
    splitter->setSizes({560, 640});
    auto* outer = new QVBoxLayout(this);
    outer->addWidget(splitter);
    connect(new QShortcut(QKeySequence::Delete, m_view, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this,
            [this] { act("remove"); });
    connect(new QShortcut(QKeySequence::Find, this), &QShortcut::activated, m_search, qOverload<>(&QWidget::setFocus));
    connect(new QShortcut(QKeySequence::Refresh, this), &QShortcut::activated, &m_model, &ContainerModel::refresh);
    connect(new QShortcut(Qt::Key_Escape, m_view, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, m_view,
            &QTableView::clearSelection);
}

QPushButton* ContainersPage::addAction(const QString& text, const char* name, std::string_view verb)
{
    auto* button = new QPushButton(text);
    button->setObjectName(QLatin1StringView(name));
    connect(button, &QPushButton::clicked, this, [this, verb] { act(verb); });
    m_actions.emplace_back(button, verb);
    return button;
}

void ContainersPage::act(std::string_view verb)
{
    m_problem->clear();
    for (const QModelIndex& row : m_view->selectionModel()->selectedRows()) {
        const std::string id = row.data(ContainerModel::IdRole).toString().toStdString();
        auto done = onGui<Status>(this, [this](const Status& status) { report(status); });
        auto& containers = m_bridge.client().containers();
        m_bridge.keep(verb == "remove" ? containers.remove(id, false, false, done) : containers.act(id, verb, done));
    }
}

void ContainersPage::report(const Status& status)
{
    if (!status && status.error().kind != ErrorKind::NotModified)
        m_problem->setText(QString::fromStdString(status.error().message));
}

void ContainersPage::select(const QString& id)
{
    m_wanted = id;
    update();
}

void ContainersPage::update()
{
    for (int i = 0; !m_wanted.isEmpty() && i < m_proxy->rowCount(); ++i) {
        if (m_proxy->index(i, 0).data(ContainerModel::IdRole).toString() != m_wanted)
            continue;
        m_wanted.clear();
        m_view->selectRow(i);
        return;
    }
    m_title->setText(tr("Containers (%1)").arg(m_model.rowCount()));
    const auto rows = m_view->selectionModel()->selectedRows();
    bool running = false, stopped = false;
    for (const auto& row : rows)
        (row.data(ContainerModel::StateRole).toString() == QLatin1StringView("running") ? running : stopped) = true;
    for (const auto& [button, verb] : m_actions)
        button->setEnabled(verb == "start" || verb == "remove" ? stopped : verb == "restart" ? !rows.empty() : running);
    m_detail->setVisible(rows.size() == 1);
    if (rows.size() == 1)
        m_detail->setContainer(rows[0].data(ContainerModel::IdRole).toString(), rows[0].data().toString(), running);
    else
        m_detail->setContainer({}, {}, false);
}

RunDialog* ContainersPage::openRun()
{
    auto* dialog = new RunDialog(m_bridge, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &RunDialog::started, this, &ContainersPage::select);
    dialog->open();
    return dialog;
}

void ContainersPage::askRun(const QString& image)
{
    RunDialog* dialog = openRun();
    if (!image.isEmpty())
        dialog->setImage(image);
}

} // namespace slipway::ui
