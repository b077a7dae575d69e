// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/list_view.h"

#include <QDesktopServices>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include "shell/theme.h"
#include "widgets/list_delegate.h"

namespace slipway::ui
{

ListView::ListView(QWidget* parent) : QTreeView(parent), m_delegate(new ListDelegate(this))
{
    setItemDelegate(m_delegate);
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setExpandsOnDoubleClick(false);
    setRootIsDecorated(false);
    setSortingEnabled(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setTextElideMode(Qt::ElideRight);
    setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
    header()->setHighlightSections(false);
    header()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    connect(this, &QTreeView::expanded, this, &ListView::visibleRowsChanged);
    connect(this, &QTreeView::collapsed, this, &ListView::visibleRowsChanged);
}

void ListView::setRowButtons(QWidget* buttons)
{
    m_buttons = buttons;
    m_buttons->setParent(viewport());
    m_buttons->hide();
}

QModelIndexList ListView::visibleRows() const
{
    QModelIndexList rows;
    for (QModelIndex row = indexAt({1, 1}); row.isValid() && visualRect(row).top() < viewport()->height(); row = indexBelow(row))
        rows << row.siblingAtColumn(0);
    return rows;
}

void ListView::drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QTreeView::drawRow(painter, option, index);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), viewport()->width(), 1),
                      theme::mix(theme::colors().surface, theme::colors().line, 0.6));
}

void ListView::keyPressEvent(QKeyEvent* event)
{
    event->ignore();
    emit keyPressed(event);
    if (!event->isAccepted())
        QTreeView::keyPressEvent(event);
}

void ListView::mousePressEvent(QMouseEvent* event)
{
    m_pressed = event->button() == Qt::LeftButton ? linkAt(event->position().toPoint()) : QUrl();
    if (!m_pressed.isValid())
        QTreeView::mousePressEvent(event);
}

void ListView::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_pressed.isValid() && m_pressed == linkAt(event->position().toPoint()))
        QDesktopServices::openUrl(m_pressed);
    else if (!m_pressed.isValid())
        QTreeView::mouseReleaseEvent(event);
    m_pressed.clear();
}

void ListView::resizeEvent(QResizeEvent* event)
{
    QTreeView::resizeEvent(event);
    placeButtons();
    emit visibleRowsChanged();
}

void ListView::scrollContentsBy(int dx, int dy)
{
    QTreeView::scrollContentsBy(dx, dy);
    hover(viewport()->mapFromGlobal(QCursor::pos()));
    emit visibleRowsChanged();
}

bool ListView::viewportEvent(QEvent* event)
{
    const bool done = QTreeView::viewportEvent(event);
    if (event->type() == QEvent::HoverMove || event->type() == QEvent::HoverEnter)
        hover(static_cast<QHoverEvent*>(event)->position().toPoint());
    else if (event->type() == QEvent::HoverLeave || event->type() == QEvent::Leave)
        hover({-1, -1});
    return done;
}

void ListView::hover(const QPoint& position)
{
    const QModelIndex under = viewport()->rect().contains(position) ? indexAt(position) : QModelIndex();
    m_delegate->setHoverPosition(position);
    viewport()->setCursor(linkAt(position).isValid() ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (under.data(LinksRole).isValid() || m_underLink.isValid()) {
        update(under);
        update(m_underLink);
        m_underLink = under.data(LinksRole).isValid() ? under : QModelIndex();
    }
    const QModelIndex row = under.siblingAtColumn(0);
    if (row != m_hovered) {
        m_hovered = row;
        emit hoveredRowChanged();
    }
    placeButtons();
}

void ListView::placeButtons()
{
    if (!m_buttons || !m_hovered.isValid())
        return;
    const QRect row = visualRect(m_hovered);
    const QSize size(m_buttons->sizeHint().width(), row.height() - 1);
    const bool mirrored = layoutDirection() == Qt::RightToLeft;
    m_buttons->setGeometry(QRect(QPoint(mirrored ? 0 : viewport()->width() - size.width(), row.top()), size));
}

QUrl ListView::linkAt(const QPoint& position) const
{
    const QModelIndex index = indexAt(position);
    return index.isValid() ? m_delegate->linkAt(visualRect(index), index, position, *this) : QUrl();
}

} // namespace slipway::ui
