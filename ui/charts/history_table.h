// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

#include "charts/chart_window.h"
#include "charts/stats_history.h"

namespace slipway::ui
{

// The values of all charts as rows, the newest first: for those who do not see curves, and for copying (Ctrl+C). GUI thread.
class HistoryTable : public QTableView
{
    Q_OBJECT

public:
    explicit HistoryTable(QWidget* parent = nullptr);
    ~HistoryTable() override;
    using QTableView::show;
    // The points of HISTORY (may be null) in WINDOW, in steps of STEP seconds.
    void show(const StatsHistory* history, const ChartWindow& window, int step);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Model;
    Model* m_model;
};

} // namespace slipway::ui
