// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeView>

#include "dockerfile/analysis.h"

namespace slipway::ui
{

class ProblemModel;

// What is wrong with the text, a row each; a click or Enter goes there, one on the fix mends it. Only what is
// seen costs anything, however many there are. GUI thread.
class ProblemList : public QTreeView
{
    Q_OBJECT

public:
    explicit ProblemList(QWidget* parent = nullptr);
    void show(const Analysis& analysis);
    using QTreeView::show;
    [[nodiscard]] int count() const;

protected:
    void paintEvent(QPaintEvent* event) override;

signals:
    void chosen(int line, int column);
    void fixWanted(int line, int column);

private:
    ProblemModel* m_model;
};

} // namespace slipway::ui
