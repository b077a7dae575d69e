// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "bridge/engine_bridge.h"

namespace slipway::ui
{

// The engine's containers: listed when the bridge connects and after each event of a container (several at once are one
// listing). Rows are matched by id, so selections live on. GUI thread.
class ContainerModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Image, Status, Ports, Created, ColumnCount };
    enum Role { IdRole = Qt::UserRole, StateRole, SortRole };

    explicit ContainerModel(EngineBridge& bridge, QObject* parent = nullptr);
    void refresh();
    void setRows(std::vector<dockerapi::ContainerSummary> rows);
    [[nodiscard]] const dockerapi::ContainerSummary* find(const QString& id) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void refreshed();
    void failed(const QString& problem);

private:
    EngineBridge& m_bridge;
    std::vector<dockerapi::ContainerSummary> m_rows;
    QTimer m_coalesce;
    Request m_request;
};

} // namespace slipway::ui
