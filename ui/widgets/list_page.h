// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QAbstractItemModel>
#include <QWidget>

#include "widgets/list_action.h"
#include "widgets/list_columns.h"

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace slipway::ui
{

class EmptyState;
class ListFilter;
class ListView;
class MessageBar;
class SegmentedFilter;

// The one pattern of every list: title with count, live search, segments with counts, buttons at the end; messages; the rows;
// the chosen row's detail beside them (Enter or a double click gives it the whole page, Escape goes back; a page too narrow for
// both always gives it all). Where no row can be shown a picture says why. A page of the window derives from it. GUI thread.
//
// Keys: Ctrl+F or / search · Enter open · Escape back · Ctrl+A all · Menu the row's menu · and those of the actions.
class ListPage : public QWidget
{
    Q_OBJECT

public:
    enum class State : std::uint8_t { Loading, Disconnected, Ready };

    // NAME is the key of what is remembered: columns, order, splitter.
    ListPage(const QString& name, const QString& title, QWidget* parent = nullptr);
    ~ListPage() override;

    [[nodiscard]] SegmentedFilter& segments() const { return *m_segments; }
    [[nodiscard]] MessageBar& message() const { return *m_message; }
    [[nodiscard]] ListView& view() const { return *m_view; }
    [[nodiscard]] ListFilter& rows() const { return *m_filter; }
    [[nodiscard]] QLineEdit& search() const { return *m_search; }
    [[nodiscard]] QStringList selectedIds() const; // of rows; a chosen group stands for its children
    // Chooses the row as soon as it is there, and shows it.
    void select(const QString& id);
    void clearSelection();
    void closeDetail(); // Escape: from the whole page to beside the list, from there away
    void setDetailFull(bool full); // while there is one
    [[nodiscard]] bool detailIsFull() const { return m_full; }
    void focusSearch();

signals:
    void selectionChanged();
    void detailFullChanged(bool full);
    void visibleRowsChanged(); // which rows can be seen; also after sorting, filtering and a change of the model

protected:
    // Once, from the constructor of the page.
    void setModel(QAbstractItemModel& model, std::vector<ListColumn> columns);
    void setActions(std::vector<ListAction> actions);
    QPushButton* addButton(const char* objectName, const char* icon, const QString& text, bool primary);
    // MAKE is called when the detail is needed for the first time.
    void setDetail(std::function<QWidget*()> make);
    // The picture of an empty list and of a lost engine; the other two are ListPage's own.
    [[nodiscard]] EmptyState& emptyPicture() const { return *m_empty; }
    [[nodiscard]] EmptyState& lostPicture() const { return *m_lost; }
    void setState(State state);
    void setCount(int count);
    void setNote(const QString& note); // muted, behind the count
    void rowsChanged(); // after each change of the model: pictures, actions, a row that was waited for

    // Exactly one row is chosen (never a group), or none: ID is empty. The detail is made before the first id.
    virtual void showDetail(const QString& id) = 0;

    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildTop(const QString& title);
    void buildPictures();
    void updateActions();
    void updatePicture();
    void applySelection();
    void arrange();
    void showRowButtons();
    void showMenu(const QPoint& global);
    void activate();
    void handleKey(QKeyEvent* event);
    void clearNarrowing();
    [[nodiscard]] QStringList idsOf(const QModelIndexList& rows) const;
    [[nodiscard]] bool selectNow(const QString& id, const QModelIndex& parent = {});

    QString m_name;
    QLabel *m_title, *m_count, *m_note, *m_chosen;
    QLineEdit* m_search;
    SegmentedFilter* m_segments;
    MessageBar* m_message;
    ListView* m_view;
    ListFilter* m_filter;
    ListColumns* m_columns = nullptr;
    QSplitter* m_splitter;
    QStackedWidget* m_stack;
    EmptyState *m_empty, *m_lost, *m_loading, *m_noMatch;
    QHBoxLayout *m_buttons, *m_bar;
    QWidget *m_left, *m_barWidget, *m_rowButtons, *m_detail = nullptr;
    std::function<QWidget*()> m_makeDetail;
    std::vector<ListAction> m_actions;
    std::vector<QToolButton*> m_barButtons, m_onRow; // m_onRow: nullptr for an action without
    State m_state = State::Loading;
    QString m_wanted, m_shown;
    bool m_full = false, m_narrow = false; // the detail has the page: by wish, for want of room
};

} // namespace slipway::ui
