// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractListModel>

#include "charts/axis.h"
#include "charts/stats_history.h"

namespace slipway::ui
{

class UsageMonitor;

// The running containers, those that use most of something first. GUI thread.
class TileModel : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Rank { Cpu, Memory, Network, BlockIo, RankCount };
    enum Role { IdRole = Qt::UserRole };
    struct Container
    {
        QString id, name;
        bool operator==(const Container&) const = default;
    };

    explicit TileModel(UsageMonitor& usage, QObject* parent = nullptr);
    void setContainers(std::vector<Container> containers);
    void rankBy(Rank rank);
    [[nodiscard]] Rank rank() const { return m_rank; }
    void sortNow();      // by the means of the last readings
    void valuesChanged(); // repaints; nobody changes place

    [[nodiscard]] const StatsHistory* history(const QModelIndex& index) const; // nullptr: nothing was read
    [[nodiscard]] double valueAt(const StatsHistory::Point& point) const;      // what is ranked by, at that moment
    [[nodiscard]] Unit unit() const;
    [[nodiscard]] double highest() const { return m_highest; } // of all shown ones since the oldest reading that is kept
    [[nodiscard]] QString name(const QModelIndex& index) const { return m_rows[static_cast<std::size_t>(index.row())].name; }
    [[nodiscard]] QModelIndex indexOf(const QString& id) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Row
    {
        QString id, name;
        double score = 0;
    };
    void score();
    [[nodiscard]] QString words(const Row& row, int place) const;

    UsageMonitor& m_usage;
    std::vector<Row> m_rows;
    Rank m_rank = Cpu;
    double m_highest = 0;
};

} // namespace slipway::ui
