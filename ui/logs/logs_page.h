// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include <QWidget>

#include "bridge/engine_bridge.h"
#include "logs/log_model.h"

class QLabel;
class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace slipway::ui
{

class ContainerModel;
class LogView;

// The room "Logs": the containers as a tree with ticks (projects first, then single ones, then removed ones whose logs are kept),
// and the logs of the ticked ones as one, in order of time. Until somebody ticks, all running containers are. GUI thread.
class LogsPage : public QWidget
{
    Q_OBJECT

public:
    LogsPage(EngineBridge& bridge, ContainerModel& containers, QWidget* parent = nullptr);
    void choose(const std::set<QString>& ids); // ticks these alone
    [[nodiscard]] std::set<QString> chosen() const { return m_chosen; }
    [[nodiscard]] LogView& view() const { return *m_view; }

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Known // a row of the tree
    {
        QString id, name, project;
        bool running = false, removed = false;
        QString when; // of a removed one
        bool operator==(const Known&) const = default;
    };
    QWidget* buildSide();
    void askRemoved();
    void refresh();
    void fill(const std::vector<Known>& rows);
    void ticked();
    void showChosen();
    void filterTree();
    [[nodiscard]] QColor colorOf(std::size_t index) const;

    EngineBridge& m_bridge;
    ContainerModel& m_containers;
    QLineEdit* m_search;
    QTreeWidget* m_tree;
    QLabel* m_count;
    LogView* m_view;
    std::vector<Known> m_rows;
    std::vector<RemovedLog> m_removed;
    std::set<QString> m_chosen;
    bool m_untouched = true; // nobody has ticked
    bool m_filling = false;
    Request m_request;
};

} // namespace slipway::ui
