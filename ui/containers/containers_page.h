// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>

#include "bridge/engine_bridge.h"
#include "widgets/list_page.h"

namespace slipway::ui
{

class ContainerDetail;
class ContainerModel;
class RunDialog;
class Jobs;
class UsageMonitor;

// The containers, those of a project together, with what can be done to one or many of them, and the chosen one's detail. Readings
// of CPU and memory are asked for only of rows that can be seen (of all that run, while the list is sorted by them). GUI thread.
class ContainersPage : public ListPage
{
    Q_OBJECT

public:
    ContainersPage(EngineBridge& bridge, ContainerModel& model, Jobs& jobs, QWidget* parent = nullptr);
    void askRun(const QString& image = {});
    void showCharts(const QString& id); // chooses it and opens its charts

    // start, stop, restart, kill, pause, unpause: of those of IDS that it makes sense for.
    void act(const QStringList& ids, std::string_view verb);
    void askRemove(const QStringList& ids);
    void askRename(const QString& id);

protected:
    void showDetail(const QString& id) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    [[nodiscard]] std::vector<ListAction> actions();
    RunDialog* openRun();
    void refreshed();
    void applySegment();
    void showConnection();
    void watchUsage();
    void remove(const QStringList& ids, bool volumes);
    void report(const QString& id, const QString& verb, const Status& status);
    void explain(const QString& id, const QString& verb, const QString& why);

    EngineBridge& m_bridge;
    ContainerModel& m_model;
    Jobs& m_jobs;
    UsageMonitor* m_usage;
    ContainerDetail* m_detail = nullptr;
    QString m_chartsOf; // whose charts are to be opened when it is chosen
    QSet<QString> m_seen; // projects that were opened once
};

} // namespace slipway::ui
