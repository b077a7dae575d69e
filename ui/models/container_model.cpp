// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/container_model.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "models/container_node.h"
#include "models/container_state.h"
#include "models/same_summary.h"
#include "models/usage_monitor.h"

namespace slipway::ui
{
namespace
{
constexpr int coalesceMs = 30;

std::string projectOf(const dockerapi::ContainerSummary& container)
{
    const auto it = container.labels.find("com.docker.compose.project");
    return it == container.labels.end() ? std::string() : it->second;
}
} // namespace

ContainerModel::ContainerModel(EngineBridge& bridge, QObject* parent)
    : QAbstractItemModel(parent), m_bridge(bridge), m_root(std::make_unique<Node>())
{
    m_coalesce.setSingleShot(true);
    m_coalesce.setInterval(coalesceMs);
    m_stale.setSingleShot(true);
    connect(&m_coalesce, &QTimer::timeout, this, &ContainerModel::refresh);
    connect(&m_stale, &QTimer::timeout, this, &ContainerModel::refresh);
    connect(&bridge, &EngineBridge::stateChanged, this, [this](EngineBridge::State state) {
        m_loaded = m_loaded && state == EngineBridge::State::Connected;
        m_asking = m_again = false;
        m_request.reset();
        if (state == EngineBridge::State::Connected)
            refresh();
    });
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& message) {
        if (message.type == "container" && !message.action.starts_with("exec_"))
            planRefresh();
    });
    if (bridge.state() == EngineBridge::State::Connected)
        refresh();
}

ContainerModel::~ContainerModel() = default;

void ContainerModel::planRefresh()
{
    if (m_asking)
        m_again = true;
    else if (!m_coalesce.isActive())
        m_coalesce.start();
}

void ContainerModel::refresh()
{
    using Rows = Result<std::vector<dockerapi::ContainerSummary>>;
    m_asking = true;
    m_request = m_bridge.client().containers().list(true, onGui<Rows>(this, [this](Rows rows) {
        m_asking = false;
        if (rows)
            setRows(std::move(*rows));
        else
            emit failed(QString::fromStdString(rows.error().message));
        if (std::exchange(m_again, false))
            planRefresh();
    }));
}

void ContainerModel::setRows(std::vector<dockerapi::ContainerSummary> rows)
{
    for (const auto& [id, node] : m_byId)
        node->fresh = false;
    std::vector<dockerapi::ContainerSummary> added;
    std::set<Node*> groups;
    std::unordered_set<std::string> seen;
    for (auto& row : rows) {
        if (!seen.insert(row.id).second)
            continue;
        const auto it = m_byId.find(row.id);
        if (it == m_byId.end()) {
            added.push_back(std::move(row));
            continue;
        }
        Node& node = *it->second;
        node.fresh = true;
        if (same(node.container, row))
            continue;
        if (node.container.state != row.state) {
            node.busy.clear();
            node.problem.clear();
        }
        node.container = std::move(row);
        tell(node);
        if (node.parent != m_root.get())
            groups.insert(node.parent);
    }
    for (Node* group : groups)
        tell(*group);
    removeStale();
    add(std::move(added));
    m_loaded = true;
    planStale();
    emit refreshed();
}

void ContainerModel::removeStale()
{
    const auto sweep = [this](Node& parent, const auto& stale) {
        for (int last = int(parent.children.size()) - 1; last >= 0; --last) {
            if (!stale(*parent.children[std::size_t(last)]))
                continue;
            int first = last;
            while (first > 0 && stale(*parent.children[std::size_t(first) - 1]))
                --first;
            removeRun(parent, first, last);
            last = first;
        }
    };
    const auto gone = [](const Node& node) { return !node.group && !node.fresh; };
    const auto goneWhole = [&gone](const Node& node) {
        return node.group ? std::ranges::all_of(node.children, [&](const auto& child) { return gone(*child); }) : gone(node);
    };
    sweep(*m_root, goneWhole);
    for (const auto& node : m_root->children) {
        const std::size_t before = node->children.size();
        sweep(*node, gone);
        if (node->children.size() != before)
            tell(*node);
    }
}

void ContainerModel::removeRun(Node& parent, int first, int last)
{
    beginRemoveRows(&parent == m_root.get() ? QModelIndex() : indexOf(parent), first, last);
    const auto from = parent.children.begin() + first, to = parent.children.begin() + last + 1;
    for (auto it = from; it != to; ++it) {
        m_byId.erase((*it)->container.id);
        for (const auto& child : (*it)->children)
            m_byId.erase(child->container.id);
    }
    parent.children.erase(from, to);
    for (std::size_t i = std::size_t(first); i < parent.children.size(); ++i)
        parent.children[i]->row = int(i);
    endRemoveRows();
}

void ContainerModel::add(std::vector<dockerapi::ContainerSummary> rows)
{
    std::map<std::string, Nodes> projects;
    for (auto& row : rows) {
        auto node = std::make_unique<Node>();
        node->project = projectOf(row);
        node->container = std::move(row);
        projects[node->project].push_back(std::move(node));
    }
    Nodes top;
    for (auto& [project, nodes] : projects) {
        if (project.empty()) {
            std::ranges::move(nodes, std::back_inserter(top));
            continue;
        }
        const auto group = std::ranges::find_if(m_root->children, [&project](const auto& node) {
            return node->group && node->project == project;
        });
        if (group != m_root->children.end()) {
            append(**group, std::move(nodes));
            tell(**group);
            continue;
        }
        auto made = std::make_unique<Node>();
        made->group = true;
        made->project = project;
        for (auto& node : nodes) {
            node->parent = made.get();
            node->row = int(made->children.size());
            m_byId[node->container.id] = node.get();
            made->children.push_back(std::move(node));
        }
        top.push_back(std::move(made));
    }
    append(*m_root, std::move(top));
}

void ContainerModel::append(Node& parent, Nodes nodes)
{
    if (nodes.empty())
        return;
    const int first = int(parent.children.size());
    beginInsertRows(&parent == m_root.get() ? QModelIndex() : indexOf(parent), first, first + int(nodes.size()) - 1);
    for (auto& node : nodes) {
        node->parent = &parent;
        node->row = int(parent.children.size());
        if (!node->group)
            m_byId[node->container.id] = node.get();
        parent.children.push_back(std::move(node));
    }
    endInsertRows();
}

void ContainerModel::setUsage(const UsageMonitor* usage)
{
    m_usage = usage;
    connect(usage, &UsageMonitor::changed, this, [this](const QStringList& ids) {
        std::set<const Node*> groups;
        for (const QString& id : ids) {
            const Node* node = nodeOf(id);
            if (!node)
                continue;
            tell(*node, Cpu, Memory);
            if (node->parent != m_root.get())
                groups.insert(node->parent);
        }
        for (const Node* group : groups)
            tell(*group, Cpu, Memory);
    });
}

void ContainerModel::setLive(bool live)
{
    m_live = live;
    planStale();
}

void ContainerModel::planStale()
{
    m_stale.stop();
    if (!m_live || !m_loaded || m_byId.empty())
        return;
    int seconds = 24 * 60 * 60;
    for (const auto& [id, node] : m_byId)
        seconds = std::min(seconds, secondsUntilStale(node->container.status));
    m_stale.start(seconds * 1000);
}

ContainerModel::Node* ContainerModel::nodeOf(const QString& id) const
{
    const auto it = m_byId.find(id.toStdString());
    return it == m_byId.end() ? nullptr : it->second;
}

const dockerapi::ContainerSummary* ContainerModel::find(const QString& id) const
{
    const Node* node = nodeOf(id);
    return node ? &node->container : nullptr;
}

QString ContainerModel::nameOf(const QString& id) const
{
    const Node* node = nodeOf(id);
    return node ? QString::fromStdString(node->container.name) : id.first(std::min<qsizetype>(12, id.size()));
}

std::vector<const dockerapi::ContainerSummary*> ContainerModel::containers() const
{
    std::vector<const dockerapi::ContainerSummary*> all;
    all.reserve(m_byId.size());
    for (const auto& [id, node] : m_byId)
        all.push_back(&node->container);
    return all;
}

int ContainerModel::countUp() const
{
    return int(std::ranges::count_if(m_byId, [](const auto& entry) { return isUp(entry.second->container.state); }));
}

bool ContainerModel::hasProjects() const
{
    return std::ranges::any_of(m_root->children, [](const auto& node) { return node->group; });
}

void ContainerModel::setBusy(const QString& id, const QString& doing)
{
    if (Node* node = nodeOf(id)) {
        node->busy = doing;
        if (!doing.isEmpty())
            node->problem.clear();
        tell(*node);
    }
}

void ContainerModel::setProblem(const QString& id, const QString& what, const QString& why)
{
    if (Node* node = nodeOf(id)) {
        node->busy.clear();
        node->problem = what;
        node->why = why;
        tell(*node);
    }
}

void ContainerModel::tell(const Node& node, int first, int last)
{
    emit dataChanged(indexOf(node, first), indexOf(node, last));
}

QModelIndex ContainerModel::indexOf(const Node& node, int column) const
{
    return createIndex(node.row, column, &node);
}

QModelIndex ContainerModel::index(int row, int column, const QModelIndex& parent) const
{
    const Node& above = parent.isValid() ? *static_cast<const Node*>(parent.constInternalPointer()) : *m_root;
    if (row < 0 || row >= int(above.children.size()) || column < 0 || column >= ColumnCount || parent.column() > 0)
        return {};
    return indexOf(*above.children[std::size_t(row)], column);
}

QModelIndex ContainerModel::parent(const QModelIndex& child) const
{
    const auto* node = static_cast<const Node*>(child.constInternalPointer());
    return !node || node->parent == m_root.get() ? QModelIndex() : indexOf(*node->parent);
}

int ContainerModel::rowCount(const QModelIndex& parent) const
{
    if (parent.column() > 0)
        return 0;
    const Node& node = parent.isValid() ? *static_cast<const Node*>(parent.constInternalPointer()) : *m_root;
    return int(node.children.size());
}

int ContainerModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant ContainerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool number = section == Cpu || section == Memory;
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList titles{tr("Name"), tr("Image"), tr("Status"), tr("Ports"), tr("CPU"), tr("Memory"), tr("Created")};
    return titles.value(section);
}

} // namespace slipway::ui
