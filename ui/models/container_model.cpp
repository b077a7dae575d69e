// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/container_model.h"

#include <algorithm>
#include <set>

#include <QColor>
#include <QDateTime>
#include <QLocale>

namespace slipway::ui
{

ContainerModel::ContainerModel(EngineBridge& bridge, QObject* parent) : QAbstractTableModel(parent), m_bridge(bridge)
{
    m_coalesce.setSingleShot(true);
    m_coalesce.setInterval(30);
    connect(&m_coalesce, &QTimer::timeout, this, &ContainerModel::refresh);
    connect(&bridge, &EngineBridge::stateChanged, this, [this](EngineBridge::State state) {
        if (state == EngineBridge::State::Connected)
            refresh();
    });
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& message) {
        if (message.type == "container" && !message.action.starts_with("exec_") && !m_coalesce.isActive())
            m_coalesce.start();
    });
}

void ContainerModel::refresh()
{
    using Rows = Result<std::vector<dockerapi::ContainerSummary>>;
    m_request = m_bridge.client().containers().list(true, onGui<Rows>(this, [this](Rows rows) {
        if (!rows) {
            emit failed(QString::fromStdString(rows.error().message));
            return;
        }
        setRows(std::move(*rows));
    }));
}

void ContainerModel::setRows(std::vector<dockerapi::ContainerSummary> rows)
{
    std::set<std::string> wanted;
    for (const auto& row : rows)
        wanted.insert(row.id);
    for (int i = int(m_rows.size()) - 1; i >= 0; --i) {
        if (wanted.contains(m_rows[std::size_t(i)].id))
            continue;
        beginRemoveRows({}, i, i);
        m_rows.erase(m_rows.begin() + i);
        endRemoveRows();
    }
    for (auto& row : rows) {
        const auto it = std::ranges::find(m_rows, row.id, &dockerapi::ContainerSummary::id);
        const int at = int(it - m_rows.begin());
        if (it != m_rows.end()) {
            *it = std::move(row);
            emit dataChanged(index(at, 0), index(at, ColumnCount - 1));
        } else {
            beginInsertRows({}, at, at);
            m_rows.push_back(std::move(row));
            endInsertRows();
        }
    }
    emit refreshed();
}

const dockerapi::ContainerSummary* ContainerModel::find(const QString& id) const
{
    const auto it = std::ranges::find(m_rows, id.toStdString(), &dockerapi::ContainerSummary::id);
    return it == m_rows.end() ? nullptr : &*it;
}

int ContainerModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ContainerModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ContainerModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const auto& row = m_rows[std::size_t(index.row())];
    if (role == IdRole)
        return QString::fromStdString(row.id);
    if (role == StateRole)
        return QString::fromStdString(row.state);
    if (role == SortRole && index.column() == Created)
        return qlonglong(row.created);
    if (role == Qt::ForegroundRole && index.column() == Status)
        return row.state == "running"                           ? QColor(0x16, 0x9b, 0x62)
               : row.state == "dead"                            ? QColor(0xd9, 0x2d, 0x20)
               : row.state == "paused" || row.state == "restarting" ? QColor(0xd9, 0x7a, 0x06)
                                                                : QColor(0x80, 0x8a, 0x9a);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != SortRole)
        return {};
    switch (index.column()) {
    case Name: return QString::fromStdString(row.name);
    case Image: return QString::fromStdString(row.image);
    case Status: {
        const QString glyph = row.state == "running" ? QStringLiteral("▶ ") : row.state == "paused" ? QStringLiteral("‖ ")
                              : row.state == "created" ? QStringLiteral("+ ") : QStringLiteral("■ ");
        return QString(glyph + QString::fromStdString(row.status.empty() ? row.state : row.status));
    }
    case Ports: {
        QStringList ports;
        for (const auto& port : row.ports)
            if (port.publicPort)
                ports << QStringLiteral("%1 → %2").arg(port.publicPort).arg(port.privatePort);
        ports.removeDuplicates();
        return ports.join(QStringLiteral(", "));
    }
    case Created: return QLocale().toString(QDateTime::fromSecsSinceEpoch(row.created), QLocale::ShortFormat);
    default: return {};
    }
}

QVariant ContainerModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList names{tr("Name"), tr("Image"), tr("Status"), tr("Ports"), tr("Created")};
    return names.value(section);
}

} // namespace slipway::ui
