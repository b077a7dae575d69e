// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>

#include "dockerfile/analysis.h"

namespace slipway::ui
{

// What is wrong with the text, a row each; a click or Enter goes there, one on the fix mends it. GUI thread.
class ProblemList : public QTreeWidget
{
    Q_OBJECT

public:
    explicit ProblemList(QWidget* parent = nullptr);
    void show(const Analysis& analysis);
    using QTreeWidget::show;

protected:
    void paintEvent(QPaintEvent* event) override;

signals:
    void chosen(int line, int column);
    void fixWanted(int line, int column);
};

} // namespace slipway::ui
