// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QTreeView>

#include "dockerfile/line_diff.h"
#include "dockerapi/build_history.h"

namespace slipway::ui
{

class StepModel;

// The steps of one past build, or of two side by side: equal instructions on one row, what each took and weighs, and the difference.
// GUI thread.
class StepTable : public QTreeView
{
    Q_OBJECT

public:
    explicit StepTable(QWidget* parent = nullptr);
    void show(const dockerapi::PastBuild& build);
    void compare(const dockerapi::PastBuild& older, const dockerapi::PastBuild& newer);
    using QTreeView::show;

signals:
    void stepChosen(int number); // of the newer, or the only one

private:
    void fitColumns();

    StepModel* m_model;
};

} // namespace slipway::ui
