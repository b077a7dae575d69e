// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include <QTreeView>

#include "dockerfile/analysis.h"
#include "widgets/icons.h"

class QMenu;

namespace slipway::ui
{

class OutlineModel;

// The stages of a Dockerfile and their instructions, as a tree that follows the text: what is closed or chosen stays so while it
// changes, and thousands of lines cost no more than those that are seen. GUI thread.
class Outline : public QTreeView
{
    Q_OBJECT

public:
    explicit Outline(QWidget* parent = nullptr);
    void show(const Analysis& analysis);
    using QTreeView::show;
    void setCurrentLine(int line); // from 0; tells nobody
    // What is said of lines (from 0) beside their text, and in which colour their pictures are. Others: nothing.
    struct Note
    {
        QString text;
        Tint tint = Tint::Muted;
    };
    void setNotes(std::map<int, Note> notes);
    [[nodiscard]] int lineAt(const QModelIndex& index) const;

signals:
    void lineChosen(int line);
    void lineMenuRequested(QMenu* menu, int line); // to be added to

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    OutlineModel* m_model;
};

} // namespace slipway::ui
