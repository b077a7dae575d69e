// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>

#include "dockerfile/analysis.h"

namespace slipway::ui
{

// The stages of a Dockerfile and their instructions, as a tree that follows the text. GUI thread.
class Outline : public QTreeWidget
{
    Q_OBJECT

public:
    explicit Outline(QWidget* parent = nullptr);
    void show(const Analysis& analysis);
    using QTreeWidget::show;
    void setCurrentLine(int line); // from 0; tells nobody

signals:
    void lineChosen(int line);
};

} // namespace slipway::ui
