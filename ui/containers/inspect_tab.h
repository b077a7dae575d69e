// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "base/json.h"

class QLabel;
class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace slipway::ui
{

// A JSON document as a tree that can be searched; a value, its path and its JSON can be copied. GUI thread.
class InspectTab : public QWidget
{
    Q_OBJECT

public:
    explicit InspectTab(QWidget* parent = nullptr);
    void setDocument(const Json& document); // what is expanded and chosen stays
    [[nodiscard]] int shownMatches() const { return m_matches; }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill(QTreeWidgetItem* parent, const Json& value, const QString& path);
    bool filter(QTreeWidgetItem* item, const QString& text);
    void applyFilter();
    void showMenu(const QPoint& at);
    void copy(int role);

    QLineEdit* m_search;
    QLabel* m_count;
    QTreeWidget* m_tree;
    Json m_document;
    int m_matches = 0;
};

} // namespace slipway::ui
