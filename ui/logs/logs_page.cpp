// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/logs_page.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <QDateTime>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "logs/log_view.h"
#include "models/container_model.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{

constexpr int idRole = Qt::UserRole;
constexpr std::size_t mostAtFirst = 20; // running containers that are shown until somebody ticks

QIcon dot(const QColor& color)
{
    QPixmap picture(24, 24);
    picture.fill(Qt::transparent);
    QPainter p(&picture);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(color);
    p.drawEllipse(5, 5, 14, 14);
    return QIcon(picture);
}

} // namespace

LogsPage::LogsPage(EngineBridge& bridge, ContainerModel& containers, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_containers(containers), m_search(new QLineEdit), m_tree(new QTreeWidget), m_count(new QLabel), m_view(new LogView(bridge))
{
    setObjectName(QLatin1StringView(names::logsPage));
    auto* halves = new QSplitter(Qt::Horizontal);
    halves->addWidget(buildSide());
    halves->addWidget(m_view);
    halves->setStretchFactor(0, 0);
    halves->setStretchFactor(1, 1);
    halves->setSizes({250, 900});
    halves->setChildrenCollapsible(false);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(halves);
    setFocusProxy(m_view);
    connect(&containers, &ContainerModel::refreshed, this, &LogsPage::refresh);
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& event) {
        if (event.type == "container" && event.action == "destroy" && isVisible())
            askRemoved();
    });
}

QWidget* LogsPage::buildSide()
{
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(theme::space4, theme::space3, theme::space2, theme::space2);
    column->setSpacing(theme::space2);
    auto* head = new QHBoxLayout;
    auto* title = new QLabel(tr("Logs"));
    QFont font = title->font();
    font.setPointSizeF(font.pointSizeF() * 1.3);
    font.setWeight(QFont::DemiBold);
    title->setFont(font);
    m_count->setProperty("muted", true);
    m_count->setTextFormat(Qt::PlainText);
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(m_count);
    m_search->setPlaceholderText(tr("Filter containers"));
    m_search->setAccessibleName(tr("Filter containers"));
    m_search->setClearButtonEnabled(true);
    connect(m_search, &QLineEdit::textChanged, this, &LogsPage::filterTree);
    auto* buttons = new QHBoxLayout;
    const auto button = [&](const QString& text, const QString& tip, auto wanted) {
        auto* b = new QPushButton(text);
        b->setFlat(true);
        b->setToolTip(tip);
        buttons->addWidget(b);
        connect(b, &QPushButton::clicked, this, [this, wanted] {
            std::set<QString> ids;
            for (const Known& row : m_rows)
                if (wanted(row))
                    ids.insert(row.id);
            choose(ids);
        });
    };
    button(tr("Running"), tr("Show all running containers"), [](const Known& row) { return row.running; });
    button(tr("All"), tr("Show all containers that are there"), [](const Known& row) { return !row.removed; });
    button(tr("None"), tr("Show none"), [](const Known&) { return false; });
    buttons->addStretch(1);
    m_tree->setObjectName(QLatin1StringView(names::logsTree));
    m_tree->setAccessibleName(tr("Containers whose logs are shown"));
    m_tree->setHeaderHidden(true);
    m_tree->setColumnCount(1);
    m_tree->setIndentation(16);
    connect(m_tree, &QTreeWidget::itemChanged, this, &LogsPage::ticked);
    connect(m_tree, &QTreeWidget::itemDoubleClicked, this, [this](QTreeWidgetItem* item) { // that one alone
        if (const QString id = item->data(0, idRole).toString(); !id.isEmpty())
            choose({id});
    });
    column->addLayout(head);
    column->addWidget(m_search);
    column->addLayout(buttons);
    column->addWidget(m_tree, 1);
    return side;
}

QColor LogsPage::colorOf(std::size_t index) const
{
    const double hue = std::fmod(0.58 + 0.61803398875 * static_cast<double>(index), 1.0);
    return theme::isDark() ? QColor::fromHslF(static_cast<float>(hue), 0.65F, 0.68F) : QColor::fromHslF(static_cast<float>(hue), 0.75F, 0.34F);
}

void LogsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    askRemoved();
    refresh();
}

void LogsPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_rows.empty()) {
        fill(m_rows);
        showChosen();
    }
    QWidget::changeEvent(event);
}

void LogsPage::askRemoved()
{
    m_request = m_bridge.client().logs().removedLogs(onGui<Result<std::vector<RemovedLog>>>(this, [this](const Result<std::vector<RemovedLog>>& logs) {
        if (!logs)
            return;
        m_removed = *logs;
        refresh();
    }));
}

void LogsPage::refresh()
{
    if (!isVisible())
        return;
    std::vector<Known> rows;
    for (const auto* container : m_containers.containers()) {
        const auto project = container->labels.find("com.docker.compose.project");
        rows.push_back({QString::fromStdString(container->id), QString::fromStdString(container->name),
                        project == container->labels.end() ? QString() : QString::fromStdString(project->second),
                        container->state == "running" || container->state == "paused", false, {}});
    }
    std::ranges::sort(rows, {}, [](const Known& row) { return std::pair(row.project.isEmpty() ? QStringLiteral("\uffff") : row.project, row.name); });
    const QLocale locale;
    const auto when = [&](const QDateTime& removed) { // short: the list is narrow
        return removed.date() == QDate::currentDate() ? locale.toString(removed.time(), QLocale::ShortFormat) : locale.toString(removed.date(), QLocale::ShortFormat);
    };
    for (const RemovedLog& log : m_removed)
        rows.push_back({QString::fromStdString(log.id), QString::fromStdString(log.name), {}, false, true,
                        when(QDateTime::fromMSecsSinceEpoch(log.removedNs / 1'000'000))});
    std::set<QString> chosen = m_chosen;
    if (m_untouched) {
        chosen.clear();
        for (const Known& row : rows)
            if (row.running && chosen.size() < mostAtFirst)
                chosen.insert(row.id);
    }
    std::erase_if(chosen, [&](const QString& id) { return std::ranges::none_of(rows, [&](const Known& row) { return row.id == id; }); });
    if (rows == m_rows && chosen == m_chosen)
        return;
    m_rows = rows;
    m_chosen = chosen;
    fill(m_rows);
    showChosen();
}

void LogsPage::fill(const std::vector<Known>& rows)
{
    m_filling = true;
    std::set<QString> closed; // groups that somebody closed stay so
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i)
        if (m_tree->topLevelItem(i)->childCount() > 0 && !m_tree->topLevelItem(i)->isExpanded())
            closed.insert(m_tree->topLevelItem(i)->text(0));
    const bool fresh = m_tree->topLevelItemCount() == 0;
    m_tree->clear();
    std::map<QString, QTreeWidgetItem*> groups;
    const auto groupOf = [&](const QString& name, const char* picture) {
        QTreeWidgetItem*& group = groups[name];
        if (!group) {
            group = new QTreeWidgetItem(m_tree, {name});
            group->setIcon(0, icon(picture));
            group->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsAutoTristate);
        }
        return group;
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Known& row = rows[i];
        QTreeWidgetItem* const group = row.removed ? groupOf(tr("Removed"), "remove") : row.project.isEmpty() ? nullptr : groupOf(row.project, "project");
        auto* item = group ? new QTreeWidgetItem(group) : new QTreeWidgetItem(m_tree);
        item->setText(0, row.removed ? tr("%1 · %2").arg(row.name, row.when) : row.running ? row.name : tr("%1 · stopped").arg(row.name));
        item->setData(0, idRole, row.id);
        item->setIcon(0, dot(colorOf(i)));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(0, m_chosen.contains(row.id) ? Qt::Checked : Qt::Unchecked);
        if (!row.running)
            item->setForeground(0, theme::colors().muted);
    }
    for (const auto& [name, group] : groups)
        group->setExpanded(fresh ? name != tr("Removed") : !closed.contains(name));
    m_filling = false;
    filterTree();
}

void LogsPage::filterTree()
{
    const QString wanted = m_search->text();
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i) {
        QTreeWidgetItem* const item = m_tree->topLevelItem(i);
        bool any = item->text(0).contains(wanted, Qt::CaseInsensitive);
        for (int k = 0; k < item->childCount(); ++k) {
            const bool shown = any || item->child(k)->text(0).contains(wanted, Qt::CaseInsensitive);
            item->child(k)->setHidden(!shown);
        }
        for (int k = 0; k < item->childCount(); ++k)
            any = any || !item->child(k)->isHidden();
        item->setHidden(!any);
    }
}

void LogsPage::ticked()
{
    if (m_filling)
        return;
    std::set<QString> ids;
    const auto take = [&](const QTreeWidgetItem& item) {
        const QString id = item.data(0, idRole).toString();
        if (!id.isEmpty() && item.checkState(0) == Qt::Checked)
            ids.insert(id);
    };
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i) {
        take(*m_tree->topLevelItem(i));
        for (int k = 0; k < m_tree->topLevelItem(i)->childCount(); ++k)
            take(*m_tree->topLevelItem(i)->child(k));
    }
    m_untouched = false;
    if (ids == m_chosen)
        return; // a group's own tick
    m_chosen = ids;
    showChosen();
}

void LogsPage::choose(const std::set<QString>& ids)
{
    m_untouched = false;
    m_chosen = ids;
    fill(m_rows);
    showChosen();
}

void LogsPage::showChosen()
{
    std::vector<LogModel::Source> sources;
    bool running = false;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (!m_chosen.contains(m_rows[i].id))
            continue;
        sources.push_back({m_rows[i].id, m_rows[i].name, colorOf(i)});
        running = running || m_rows[i].running;
    }
    m_count->setText(tr("%1 of %2").arg(sources.size()).arg(m_rows.size()));
    m_view->setSources(std::move(sources), running);
}

} // namespace slipway::ui
