// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include "widgets/list_roles.h"

namespace slipway::ui
{

// Paints a cell of a ListView from the roles of list_roles.h; the row behind it is the view's. Clicks on links open them (in the
// browser), the text of a cell that is cut off is its tooltip. GUI thread.
class ListDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

    // The link of INDEX, drawn in RECT, at POSITION; invalid when there is none.
    [[nodiscard]] QUrl linkAt(const QRect& rect, const QModelIndex& index, const QPoint& position, const QWidget& view) const;
    void setHoverPosition(const QPoint& position) { m_hover = position; } // of the mouse in the view, for the underline

    static constexpr int margin = 8; // left and right of a cell

private:
    struct Pen;
    void paintLinks(QPainter& p, QRect rect, const QModelIndex& index, const Pen& pen) const;
    void paintSpark(QPainter& p, const QRect& rect, const Spark& spark) const;

    QPoint m_hover{-1, -1};
};

} // namespace slipway::ui
