// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/history_table.h"

#include <algorithm>
#include <cmath>

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>

#include "charts/axis.h"
#include "charts/metric_columns.h"

namespace slipway::ui
{

class HistoryTable::Model : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    void set(std::vector<StatsHistory::Point> points, bool days)
    {
        m_days = days;
        // A reading more is a row more on top: what is chosen and scrolled to stays.
        const std::size_t fresh = m_points.empty() ? 0 : static_cast<std::size_t>(std::ranges::find(points, m_points.front().timeNs, &StatsHistory::Point::timeNs) - points.begin());
        if (!m_points.empty() && fresh < points.size()) {
            if (fresh > 0) {
                beginInsertRows({}, 0, static_cast<int>(fresh) - 1);
                m_points.insert(m_points.begin(), points.begin(), points.begin() + static_cast<std::ptrdiff_t>(fresh));
                endInsertRows();
            }
            if (m_points.size() > points.size()) {
                beginRemoveRows({}, static_cast<int>(points.size()), static_cast<int>(m_points.size()) - 1);
                m_points.resize(points.size());
                endRemoveRows();
            }
            if (m_points.size() == points.size())
                return;
        }
        beginResetModel();
        m_points = std::move(points);
        endResetModel();
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent) const override { return parent.isValid() ? 0 : static_cast<int>(m_points.size()); }
    [[nodiscard]] int columnCount(const QModelIndex& parent) const override { return parent.isValid() ? 0 : static_cast<int>(metricColumns().size()) + 1; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
    {
        const StatsHistory::Point& point = m_points[static_cast<std::size_t>(index.row())];
        if (role == Qt::TextAlignmentRole)
            return QVariant::fromValue(Qt::Alignment(index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        if (role != Qt::DisplayRole)
            return {};
        if (index.column() == 0)
            return QLocale().toString(QDateTime::fromMSecsSinceEpoch(point.timeNs / 1'000'000), m_days ? QStringLiteral("d MMM HH:mm") : QStringLiteral("HH:mm:ss"));
        const MetricColumn& column = metricColumns()[static_cast<std::size_t>(index.column()) - 1];
        return formatValue(point.value(column.metric), column.unit);
    }
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (orientation == Qt::Horizontal && section == 0 && role == Qt::TextAlignmentRole)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
        if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
            return {};
        return section == 0 ? HistoryTable::tr("Time") : metricColumns()[static_cast<std::size_t>(section) - 1].title();
    }

private:
    std::vector<StatsHistory::Point> m_points; // the newest first
    bool m_days = false;
};

HistoryTable::HistoryTable(QWidget* parent) : QTableView(parent), m_model(new Model(this))
{
    setModel(m_model);
    setAccessibleName(tr("Values of the charts"));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setAlternatingRowColors(true);
    setSelectionBehavior(SelectRows);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    horizontalHeader()->setDefaultSectionSize(fontMetrics().averageCharWidth() * 16);
}

HistoryTable::~HistoryTable() = default;

void HistoryTable::show(const StatsHistory* history, const ChartWindow& window, int step)
{
    std::vector<StatsHistory::Point> points;
    if (history)
        for (const StatsHistory::Point& point : history->points())
            if (point.timeNs >= window.beginNs() && point.timeNs <= window.endNs && std::ranges::any_of(point.values, [](double v) { return !std::isnan(v); }))
                points.push_back(point);
    std::ranges::reverse(points);
    m_model->set(std::move(points), step >= 60);
}

void HistoryTable::keyPressEvent(QKeyEvent* event)
{
    if (!event->matches(QKeySequence::Copy))
        return QTableView::keyPressEvent(event);
    QStringList rows;
    QModelIndexList chosen = selectionModel()->selectedRows();
    std::ranges::sort(chosen, {}, &QModelIndex::row);
    for (const QModelIndex& row : chosen) {
        QStringList cells;
        for (int column = 0; column < m_model->columnCount({}); ++column)
            cells << row.siblingAtColumn(column).data().toString();
        rows << cells.join(QLatin1Char('\t'));
    }
    QApplication::clipboard()->setText(rows.join(QLatin1Char('\n')));
}

} // namespace slipway::ui
