// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeyEvent>
#include <QTreeView>
#include <QUrl>

namespace slipway::ui
{

class ListDelegate;

// The rows of a list page: painted by ListDelegate, groups that open, many rows can be chosen, links inside cells, and a place for
// buttons at the end of the row that the mouse is on. GUI thread.
class ListView : public QTreeView
{
    Q_OBJECT

public:
    explicit ListView(QWidget* parent = nullptr);
    // BUTTONS are laid over the end of the row under the mouse while they are visible; owned by the view from now on.
    void setRowButtons(QWidget* buttons);
    [[nodiscard]] QModelIndex hoveredRow() const { return m_hovered; } // its column 0; invalid when the mouse is elsewhere
    [[nodiscard]] QModelIndexList visibleRows() const;                 // column 0 of what can be seen now

signals:
    void hoveredRowChanged();
    void visibleRowsChanged(); // by scrolling, resizing, opening a group; not when the model changes
    void keyPressed(QKeyEvent* event); // accepted: the view does nothing more

protected:
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void keyboardSearch(const QString& text) override { Q_UNUSED(text) }
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    bool viewportEvent(QEvent* event) override;

private:
    void hover(const QPoint& position);
    void placeButtons();
    [[nodiscard]] QUrl linkAt(const QPoint& position) const;

    ListDelegate* m_delegate;
    QWidget* m_buttons = nullptr;
    QPersistentModelIndex m_hovered, m_underLink;
    QUrl m_pressed;
};

} // namespace slipway::ui
