// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QDateTime>
#include <QLocale>

#include "charts/axis.h"
#include "models/container_node.h"
#include "models/container_state.h"
#include "models/list_dates.h"
#include "models/usage_monitor.h"

// What the cells of the container list say.
namespace slipway::ui
{
namespace
{
QString text(const std::string& string)
{
    return QString::fromStdString(string);
}

QList<ListLink> portLinks(const dockerapi::ContainerSummary& container)
{
    QList<ListLink> links;
    for (const auto& port : container.ports) {
        if (port.publicPort == 0)
            continue;
        const bool any = port.ip.empty() || port.ip == "0.0.0.0" || port.ip == "::";
        QString host = any ? QStringLiteral("localhost") : text(port.ip);
        if (host.contains(QLatin1Char(':')))
            host = QStringLiteral("[%1]").arg(host);
        ListLink link{QStringLiteral("%1:%2").arg(port.publicPort).arg(port.privatePort), {}};
        if (port.type == "tcp" && isUp(container.state))
            link.url = QUrl(QStringLiteral("http://%1:%2/").arg(host).arg(port.publicPort));
        else if (port.type != "tcp")
            link.text += QLatin1Char('/') + text(port.type);
        if (std::ranges::find(links, link.text, &ListLink::text) == links.end())
            links << link;
    }
    return links;
}

QString portWords(const QList<ListLink>& links)
{
    QStringList words;
    for (const ListLink& link : links)
        words << link.text;
    return words.join(QStringLiteral(", "));
}

int rank(const std::string& state)
{
    static constexpr const char* order[] = {"running", "restarting", "paused", "created", "exited", "removing", "dead"};
    return int(std::ranges::find(order, state) - std::begin(order));
}
} // namespace

QVariant ContainerModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& node = *static_cast<const Node*>(index.constInternalPointer());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((index.column() == Cpu || index.column() == Memory ? Qt::AlignRight : Qt::AlignLeft) |
                                                 Qt::AlignVCenter));
    return node.group ? groupData(node, index.column(), role) : containerData(node, index.column(), role);
}

QVariant ContainerModel::containerData(const Node& node, int column, int role) const
{
    const dockerapi::ContainerSummary& c = node.container;
    const auto port = [&c] { return c.ports.empty() ? 0 : std::ranges::max(c.ports, {}, &dockerapi::Port::publicPort).publicPort; };
    switch (role) {
    case IdRole: return text(c.id);
    case StateRole: return text(c.state);
    case ProblemRole: return node.problem;
    case BusyRole: return !node.busy.isEmpty();
    case SearchRole:
        return QString(text(c.name) + QLatin1Char(' ') + text(c.image) + QLatin1Char(' ') + text(c.id.substr(0, 12)) + QLatin1Char(' ') +
                       text(node.project) + QLatin1Char(' ') + portWords(portLinks(c)) + QLatin1Char(' ') +
                       stateView(c.state, c.status).word);
    default: break;
    }
    switch (column) {
    case Name:
        if (role == Qt::DisplayRole || role == SortRole)
            return text(c.name);
        return role == Qt::ToolTipRole ? tr("%1\nID %2").arg(text(c.name), text(c.id.substr(0, 12))) : QVariant();
    case Image:
        if (role == ToneRole)
            return int(Tint::Muted);
        return role == Qt::DisplayRole || role == Qt::ToolTipRole ? text(c.image) : QVariant();
    case Status: return statusData(node, role);
    case Ports:
        if (role == LinksRole && !c.ports.empty())
            return QVariant::fromValue(portLinks(c));
        return role == SortRole ? QVariant(port()) : role == Qt::DisplayRole ? QVariant(portWords(portLinks(c))) : QVariant();
    case Cpu:
    case Memory: return usageData(node, column, role);
    case Created:
        if (role == SortRole)
            return qlonglong(c.created);
        if (role == ToneRole)
            return int(Tint::Muted);
        if (role == Qt::ToolTipRole)
            return QLocale().toString(QDateTime::fromSecsSinceEpoch(c.created), QLocale::LongFormat);
        return role == Qt::DisplayRole ? listDate(c.created) : QVariant();
    default: return {};
    }
}

QVariant ContainerModel::statusData(const Node& node, int role) const
{
    const dockerapi::ContainerSummary& c = node.container;
    StateView view = stateView(c.state, c.status);
    if (!node.busy.isEmpty())
        view = {"state-restarting", Tint::Accent, node.busy, {}};
    else if (!node.problem.isEmpty())
        view = {"state-dead", Tint::Danger, node.problem, {}};
    switch (role) {
    case Qt::DisplayRole: return view.detail.isEmpty() ? view.word : QStringLiteral("%1, %2").arg(view.word, view.detail);
    case TextRole: return view.word;
    case AsideRole: return view.detail;
    case GlyphRole: return QVariant::fromValue(Glyph{view.icon, view.tint});
    case ToneRole: return int(view.tint == Tint::Muted ? Tint::Text : view.tint);
    case Qt::ToolTipRole: return node.problem.isEmpty() ? text(c.status) : node.why;
    case SortRole: return double(rank(c.state)) * 1e12 - double(c.created);
    default: return {};
    }
}

QVariant ContainerModel::usageData(const Node& node, int column, int role) const
{
    const UsageMonitor::Usage* usage = m_usage && node.container.state == "running" ? m_usage->usage(text(node.container.id)) : nullptr;
    const double value = !usage ? StatsHistory::none : column == Cpu ? usage->cores : usage->memory;
    if (role == SortRole)
        return std::isnan(value) ? -1.0 : value;
    if (std::isnan(value))
        return {};
    if (role == Qt::DisplayRole)
        return column == Cpu ? tr("%1 %").arg(QLocale().toString(value * 100, 'f', value < 0.0995 ? 1 : 0))
                             : formatValue(value, Unit::Bytes);
    if (role == Qt::ToolTipRole)
        return column == Cpu ? tr("100 % is one core, all of the time") : tr("Working set: without the cache that the kernel can drop");
    if (role == SparkRole) {
        const QList<float>& before = column == Cpu ? usage->coresBefore : usage->memoryBefore;
        const float highest = before.isEmpty() ? 0 : *std::ranges::max_element(before);
        return QVariant::fromValue(Spark{before, column == Cpu ? std::max(highest, 0.1F) : highest * 1.25F});
    }
    return {};
}

QVariant ContainerModel::groupData(const Node& node, int column, int role) const
{
    const auto up = int(std::ranges::count_if(node.children, [](const auto& child) { return isUp(child->container.state); }));
    const int all = int(node.children.size());
    if (role == GroupRole)
        return true;
    if (role == IdRole)
        return QString(QStringLiteral("project:") + text(node.project));
    if (role == StateRole)
        return up > 0 ? QStringLiteral("running") : QStringLiteral("exited");
    if (role == SortRole && column != Name) {
        QVariant best;
        for (const auto& child : node.children) {
            const QVariant value = containerData(*child, column, SortRole);
            const bool wanted = column == Status ? QVariant::compare(value, best) == QPartialOrdering::Less
                                                 : QVariant::compare(value, best) == QPartialOrdering::Greater;
            if (!best.isValid() || wanted)
                best = value;
        }
        return best;
    }
    switch (column) {
    case Name:
        if (role == Qt::DisplayRole || role == SortRole)
            return text(node.project);
        if (role == GlyphRole)
            return QVariant::fromValue(Glyph{"project", Tint::Muted});
        return role == AsideRole ? QVariant(tr("%n container(s)", nullptr, all)) : QVariant();
    case Status:
        if (role == Qt::DisplayRole)
            return up == all ? tr("All running") : up == 0 ? tr("All stopped") : tr("%1 of %2 running").arg(up).arg(all);
        if (role == GlyphRole)
            return QVariant::fromValue(Glyph{up == 0 ? "state-stopped" : "state-running",
                                             up == all ? Tint::Success : up == 0 ? Tint::Muted : Tint::Warning});
        return role == ToneRole && up > 0 ? QVariant(int(up == all ? Tint::Success : Tint::Warning)) : QVariant();
    case Cpu:
    case Memory: {
        double sum = 0;
        for (const auto& child : node.children)
            sum += std::max(0.0, usageData(*child, column, SortRole).toDouble());
        if (sum <= 0 || role != Qt::DisplayRole)
            return {};
        return column == Cpu ? tr("%1 %").arg(QLocale().toString(sum * 100, 'f', 1)) : formatValue(sum, Unit::Bytes);
    }
    default: return {};
    }
}

} // namespace slipway::ui
