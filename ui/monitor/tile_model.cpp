// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tile_model.h"

#include <algorithm>
#include <cmath>

#include "models/usage_monitor.h"

namespace slipway::ui
{
namespace
{
constexpr std::size_t meanOf = 10; // readings that decide the place

double sumOf(const StatsHistory::Point& point, Metric first, Metric second)
{
    const double a = point.value(first), b = point.value(second);
    return std::isnan(a) ? b : std::isnan(b) ? a : a + b;
}
} // namespace

TileModel::TileModel(UsageMonitor& usage, QObject* parent) : QAbstractListModel(parent), m_usage(usage) {}

void TileModel::setContainers(std::vector<Container> containers)
{
    std::vector<Container> known;
    for (const Row& row : m_rows)
        known.push_back({row.id, row.name});
    std::ranges::sort(known, {}, &Container::id);
    std::ranges::sort(containers, {}, &Container::id);
    if (known == containers)
        return;
    const auto find = [](auto& list, const QString& id) { return std::ranges::find_if(list, [&](const auto& each) { return each.id == id; }); };
    for (int i = static_cast<int>(m_rows.size()) - 1; i >= 0; --i) {
        const auto still = find(containers, m_rows[static_cast<std::size_t>(i)].id);
        if (still != containers.end()) {
            m_rows[static_cast<std::size_t>(i)].name = still->name;
            continue;
        }
        beginRemoveRows({}, i, i);
        m_rows.erase(m_rows.begin() + i);
        endRemoveRows();
    }
    for (const Container& each : containers) {
        if (find(m_rows, each.id) != m_rows.end())
            continue;
        const int end = static_cast<int>(m_rows.size());
        beginInsertRows({}, end, end);
        m_rows.push_back({each.id, each.name});
        endInsertRows();
    }
    sortNow();
}

void TileModel::rankBy(Rank rank)
{
    m_rank = rank;
    sortNow();
}

double TileModel::valueAt(const StatsHistory::Point& point) const
{
    switch (m_rank) {
    case Cpu: return point.value(Metric::CpuCores);
    case Memory: return point.value(Metric::Memory);
    case Network: return sumOf(point, Metric::NetworkRx, Metric::NetworkTx);
    case BlockIo: return sumOf(point, Metric::BlockRead, Metric::BlockWrite);
    case RankCount: break;
    }
    return StatsHistory::none;
}

Unit TileModel::unit() const { return m_rank == Cpu ? Unit::Cores : m_rank == Memory ? Unit::Bytes : Unit::BytesPerSecond; }

void TileModel::score()
{
    m_highest = 0;
    for (Row& row : m_rows) {
        row.score = -1; // nothing is known of it
        const StatsHistory* history = m_usage.history(row.id);
        if (!history)
            continue;
        double sum = 0;
        int count = 0;
        std::size_t left = history->points().size();
        for (const StatsHistory::Point& point : history->points()) {
            const double value = valueAt(point);
            if (!std::isnan(value)) {
                m_highest = std::max(m_highest, value);
                if (left <= meanOf) {
                    sum += value;
                    ++count;
                }
            }
            --left;
        }
        if (count > 0)
            row.score = sum / count;
    }
}

void TileModel::sortNow()
{
    score();
    const auto before = [](const Row& a, const Row& b) { return a.score != b.score ? a.score > b.score : a.name < b.name; };
    if (std::ranges::is_sorted(m_rows, before))
        return valuesChanged();
    emit layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList old = persistentIndexList();
    QStringList ids;
    for (const QModelIndex& index : old)
        ids << m_rows[static_cast<std::size_t>(index.row())].id;
    std::ranges::sort(m_rows, before);
    QModelIndexList now;
    for (const QString& id : std::as_const(ids))
        now << indexOf(id);
    changePersistentIndexList(old, now);
    emit layoutChanged({}, VerticalSortHint);
}

void TileModel::valuesChanged()
{
    if (!m_rows.empty())
        emit dataChanged(index(0), index(static_cast<int>(m_rows.size()) - 1), {Qt::DisplayRole});
}

QModelIndex TileModel::indexOf(const QString& id) const
{
    const auto found = std::ranges::find(m_rows, id, &Row::id);
    return found == m_rows.end() ? QModelIndex() : index(static_cast<int>(found - m_rows.begin()));
}

const StatsHistory* TileModel::history(const QModelIndex& index) const { return m_usage.history(m_rows[static_cast<std::size_t>(index.row())].id); }

int TileModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }

QVariant TileModel::data(const QModelIndex& index, int role) const
{
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole: return row.name;
    case IdRole: return row.id;
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole: return words(row, index.row() + 1);
    default: return {};
    }
}

QString TileModel::words(const Row& row, int place) const
{
    const StatsHistory* history = m_usage.history(row.id);
    if (!history)
        return tr("%1. %2: nothing was read yet").arg(place).arg(row.name);
    const StatsHistory::Point& point = history->points().back();
    return tr("%1. %2: CPU %3, memory %4, network %5, block I/O %6")
        .arg(QString::number(place), row.name, formatValue(point.value(Metric::CpuCores), Unit::Cores), formatValue(point.value(Metric::Memory), Unit::Bytes),
             formatValue(sumOf(point, Metric::NetworkRx, Metric::NetworkTx), Unit::BytesPerSecond),
             formatValue(sumOf(point, Metric::BlockRead, Metric::BlockWrite), Unit::BytesPerSecond));
}

} // namespace slipway::ui
