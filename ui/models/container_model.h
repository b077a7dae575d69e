// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <QAbstractItemModel>
#include <QPointer>

#include "bridge/engine_bridge.h"
#include "widgets/list_roles.h"

namespace slipway::ui
{

class UsageMonitor;

// The engine's containers, those of a Compose project below a row of their own. Listed when the bridge connects and after events
// of containers (many at once are one listing, and one is on its way at a time). Rows are matched by id and only what changed is
// told, so selections and scroll positions live on. GUI thread.
class ContainerModel : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum Column { Name, Image, Status, Ports, Cpu, Memory, Created, ColumnCount };

    explicit ContainerModel(EngineBridge& bridge, QObject* parent = nullptr);
    ~ContainerModel() override;
    void refresh();
    void setRows(std::vector<dockerapi::ContainerSummary> rows);
    void setUsage(const UsageMonitor* usage); // whose readings the columns Cpu and Memory show; not owned
    void setLive(bool live); // somebody looks: "Up 3 minutes" is kept true

    [[nodiscard]] bool isLoaded() const { return m_loaded; } // since the last connection
    [[nodiscard]] const dockerapi::ContainerSummary* find(const QString& id) const; // until the next change
    [[nodiscard]] QString nameOf(const QString& id) const; // the id's beginning when it is not there (any more)
    [[nodiscard]] std::vector<const dockerapi::ContainerSummary*> containers() const; // until the next change, no order
    [[nodiscard]] int count() const { return int(m_byId.size()); }
    [[nodiscard]] int countUp() const;
    [[nodiscard]] bool hasProjects() const;

    // What is being done to a row ("Stopping…"), and what went wrong; an empty text takes it back. A change of the
    // container's state takes both back.
    void setBusy(const QString& id, const QString& doing);
    void setProblem(const QString& id, const QString& what, const QString& why);

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void refreshed();
    void failed(const QString& problem);

private:
    struct Node;
    using Nodes = std::vector<std::unique_ptr<Node>>;

    [[nodiscard]] QModelIndex indexOf(const Node& node, int column = 0) const;
    [[nodiscard]] Node* nodeOf(const QString& id) const;
    void tell(const Node& node, int first = 0, int last = ColumnCount - 1);
    void removeStale();
    void removeRun(Node& parent, int first, int last);
    void add(std::vector<dockerapi::ContainerSummary> rows);
    void append(Node& parent, Nodes nodes);
    [[nodiscard]] QVariant containerData(const Node& node, int column, int role) const;
    [[nodiscard]] QVariant groupData(const Node& node, int column, int role) const;
    [[nodiscard]] QVariant statusData(const Node& node, int role) const;
    [[nodiscard]] QVariant usageData(const Node& node, int column, int role) const;
    void planRefresh();
    void planStale();

    EngineBridge& m_bridge;
    std::unique_ptr<Node> m_root;
    std::unordered_map<std::string, Node*> m_byId;
    QPointer<const UsageMonitor> m_usage;
    bool m_loaded = false, m_live = false, m_asking = false, m_again = false;
    QTimer m_coalesce, m_stale;
    Request m_request;
};

} // namespace slipway::ui
