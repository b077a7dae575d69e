// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/containers_page.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "containers/container_detail.h"
#include "containers/run_spec.h"
#include "models/container_model.h"
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

void ContainersPage::run(EngineBridge& bridge, const RunSpec& spec, QObject* context,
                         std::function<void(Result<std::string>)> onDone)
{
    auto created = [&bridge, context, onDone](const Result<std::string>& id) {
        if (!id) {
            onDone(id);
            return;
        }
        auto started = [&bridge, onDone, id = *id](const Status& status) {
            if (status) {
                onDone(id);
                return;
            }
            bridge.keep(bridge.client().containers().remove(id, true, true, [](const Status&) {}));
            onDone(std::unexpected(status.error()));
        };
        bridge.keep(bridge.client().containers().act(*id, "start", onGui<Status>(context, started)));
    };
    bridge.keep(bridge.client().containers().create(spec.name.toStdString(), spec.body(),
                                                    onGui<Result<std::string>>(context, created)));
}

void ContainersPage::askRun(const QString& image)
{
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QLatin1StringView(names::runDialog));
    dialog->setWindowTitle(tr("Run a container"));
    dialog->resize(560, 0);
    auto* form = new QFormLayout(dialog);
    const auto field = [form](const QString& label, const char* name, const QString& hint) {
        auto* edit = new QLineEdit;
        edit->setObjectName(QLatin1StringView(name));
        edit->setPlaceholderText(hint);
        edit->setAccessibleName(label);
        form->addRow(label, edit);
        return edit;
    };
    auto* imageEdit = field(tr("Image"), names::runImage, tr("name:tag"));
    auto* nameEdit = field(tr("Name"), names::runName, tr("chosen for you"));
    auto* commandEdit = field(tr("Command"), names::runCommand, tr("as the image says"));
    auto* portsEdit = field(tr("Ports"), names::runPorts, QStringLiteral("8080:80 8443:443"));
    auto* envEdit = field(tr("Environment"), names::runEnv, QStringLiteral("NAME=value OTHER=\"two words\""));
    auto* mountsEdit = field(tr("Mounts"), names::runMounts, QStringLiteral("/host:/path:ro volume:/data"));
    auto* equivalent = new QLabel;
    equivalent->setObjectName(QLatin1StringView(names::runEquivalent));
    equivalent->setTextInteractionFlags(Qt::TextSelectableByMouse);
    equivalent->setWordWrap(true);
    equivalent->setProperty("muted", true);
    auto* problem = new QLabel;
    problem->setWordWrap(true);
    problem->setProperty("problem", true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* confirm = buttons->addButton(tr("Run"), QDialogButtonBox::AcceptRole);
    confirm->setObjectName(QLatin1StringView(names::runConfirm));
    confirm->setProperty("primary", true);
    form->addRow(equivalent);
    form->addRow(problem);
    form->addRow(buttons);
    const auto spec = [=] {
        RunSpec s;
        s.image = imageEdit->text().trimmed();
        s.name = nameEdit->text().trimmed();
        s.command = commandEdit->text().trimmed();
        s.ports = QProcess::splitCommand(portsEdit->text());
        s.environment = QProcess::splitCommand(envEdit->text());
        s.mounts = QProcess::splitCommand(mountsEdit->text());
        return s;
    };
    const auto show = [=] {
        confirm->setEnabled(!imageEdit->text().trimmed().isEmpty());
        equivalent->setText(spec().commandLine());
    };
    for (auto* edit : {imageEdit, nameEdit, commandEdit, portsEdit, envEdit, mountsEdit})
        connect(edit, &QLineEdit::textChanged, dialog, show);
    imageEdit->setText(image);
    show();
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, dialog, [=, this] {
        confirm->setEnabled(false);
        problem->clear();
        run(m_bridge, spec(), dialog, [=, this](const Result<std::string>& id) {
            confirm->setEnabled(true);
            if (!id) {
                problem->setText(QString::fromStdString(id.error().message));
                return;
            }
            select(QString::fromStdString(*id));
            dialog->accept();
        });
    });
    dialog->open();
}

} // namespace slipway::ui
