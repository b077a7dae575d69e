// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QObject>
#include <QString>

class QHeaderView;
class QMenu;
class QTreeView;

namespace slipway::ui
{

struct ListColumn
{
    QString key;      // under which its state is kept; never translated
    int width = 120;
    int priority = 0; // 0 = stays; the highest goes first when the room is short
    bool hidden = false; // unless somebody asks for it
};

// The columns of a ListView: the first one takes the room that the others leave, the least important ones give way when there is
// not enough, and what somebody hid, moved, resized or sorted by is remembered in QSettings under lists/NAME. GUI thread.
class ListColumns : public QObject
{
    Q_OBJECT

public:
    // VIEW has its model; it is the parent.
    ListColumns(const QString& name, std::vector<ListColumn> columns, QTreeView& view);
    void fit(); // after a change of the view's width
    void fillMenu(QMenu& menu); // a checkable entry per column, and the way back to the default
    void sortBy(int column, Qt::SortOrder order); // unless another order was remembered

private:
    void restore();
    void save() const;
    void setHidden(int column, bool hidden);
    [[nodiscard]] bool fits(int priority, int room) const;

    QString m_name;
    std::vector<ListColumn> m_columns, m_defaults;
    QTreeView& m_view;
    QHeaderView* m_header;
    bool m_fitting = false, m_sortRemembered = false;
};

} // namespace slipway::ui
