// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/list_page.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"
#include "widgets/list_delegate.h"
#include "widgets/list_filter.h"
#include "widgets/list_roles.h"
#include "widgets/list_view.h"
#include "widgets/message_bar.h"
#include "widgets/row_buttons.h"
#include "widgets/segmented_filter.h"

namespace slipway::ui
{
namespace
{
constexpr int detailWidth = 320, roomForNote = 1000;
} // namespace

ListPage::ListPage(const QString& name, const QString& title, QWidget* parent)
    : QWidget(parent), m_name(name), m_title(new QLabel(title)), m_count(new QLabel), m_note(new QLabel), m_chosen(new QLabel),
      m_search(new QLineEdit), m_segments(new SegmentedFilter), m_message(new MessageBar), m_view(new ListView),
      m_filter(new ListFilter(this)), m_splitter(new QSplitter), m_stack(new QStackedWidget), m_empty(new EmptyState),
      m_lost(new EmptyState), m_loading(new EmptyState), m_noMatch(new EmptyState), m_buttons(new QHBoxLayout),
      m_bar(new QHBoxLayout), m_left(new QWidget), m_barWidget(new QWidget), m_rowButtons(new RowButtons)
{
    buildTop(title);
    buildPictures();
    m_view->setAccessibleName(title);
    m_view->setRowButtons(m_rowButtons);
    m_splitter->addWidget(m_left);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    m_splitter->setMinimumWidth(detailWidth); // with less than both need, arrange() chooses
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_splitter);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setFocusProxy(m_view);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setSearch(text);
        rowsChanged();
    });
    connect(m_segments, &SegmentedFilter::currentChanged, this, &ListPage::rowsChanged, Qt::QueuedConnection);
    connect(m_view, &ListView::hoveredRowChanged, this, &ListPage::showRowButtons);
    connect(m_view, &ListView::visibleRowsChanged, this, &ListPage::visibleRowsChanged);
    connect(m_view, &ListView::keyPressed, this, &ListPage::handleKey);
    connect(m_view, &QTreeView::doubleClicked, this, &ListPage::activate);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_view->viewport()->mapToGlobal(at)); });
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] {
        QSettings().setValue(QStringLiteral("lists/%1/splitter").arg(m_name), m_splitter->saveState());
    });
    connect(new QShortcut(QKeySequence::Find, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this,
            &ListPage::focusSearch);
    connect(new QShortcut(Qt::Key_Escape, m_search, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this, [this] {
        m_search->clear();
        m_view->setFocus();
    });
}

ListPage::~ListPage() = default;

void ListPage::buildTop(const QString& title)
{
    m_title->setProperty("heading", true);
    m_count->setProperty("muted", true);
    m_note->setProperty("muted", true);
    m_note->setMinimumWidth(0);
    m_search->setObjectName(QLatin1StringView(names::searchField));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search %1").arg(title));
    m_search->setToolTip(tr("Search (%1)").arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon("search", Tint::Muted), QLineEdit::LeadingPosition);
    m_search->setMaximumWidth(260);
    m_search->setMinimumWidth(120);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(theme::space4, theme::space3, theme::space4, 0);
    top->setSpacing(theme::space2);
    top->addWidget(m_title);
    top->addWidget(m_count);
    top->addWidget(m_note);
    top->addStretch(1);
    top->addWidget(m_search, 3);
    top->addLayout(m_buttons);
    auto* second = new QHBoxLayout;
    second->setContentsMargins(theme::space4, theme::space1, theme::space3, theme::space2);
    m_chosen->setProperty("muted", true);
    m_bar->setContentsMargins(0, 0, 0, 0);
    m_bar->setSpacing(2);
    m_bar->addWidget(m_chosen);
    m_barWidget->setLayout(m_bar);
    second->addWidget(m_segments);
    second->addStretch(1);
    second->addWidget(m_barWidget);
    auto* messages = new QHBoxLayout;
    messages->setContentsMargins(theme::space4, 0, theme::space4, 0);
    messages->addWidget(m_message);
    auto* column = new QVBoxLayout(m_left);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(theme::space2);
    column->addLayout(top);
    column->addLayout(second);
    column->addLayout(messages);
    // The cells' own margin more, and their words stand below the title.
    auto* rows = new QHBoxLayout;
    rows->setContentsMargins(theme::space4 - ListDelegate::margin, 0, theme::space4 - ListDelegate::margin, 0);
    rows->addWidget(m_stack);
    column->addLayout(rows, 1);
}

void ListPage::buildPictures()
{
    for (QWidget* page : {static_cast<QWidget*>(m_view), static_cast<QWidget*>(m_empty), static_cast<QWidget*>(m_lost),
                          static_cast<QWidget*>(m_loading), static_cast<QWidget*>(m_noMatch)})
        m_stack->addWidget(page);
    m_loading->show(nullptr, tr("Loading…"));
    m_noMatch->show("search", tr("Nothing matches"), tr("No row fits the search and the filter."));
    m_noMatch->setAction(tr("Show all"), [this] { clearNarrowing(); });
    m_lost->show("plug", tr("The engine is not reachable"));
    m_stack->setCurrentWidget(m_loading);
}

void ListPage::setModel(QAbstractItemModel& model, std::vector<ListColumn> columns)
{
    m_filter->setSourceModel(&model);
    m_view->setModel(m_filter);
    m_columns = new ListColumns(m_name, std::move(columns), *m_view);
    connect(m_view, &ListView::visibleRowsChanged, m_columns, &ListColumns::fit);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ListPage::applySelection);
    connect(m_filter, &QAbstractItemModel::layoutChanged, this, &ListPage::visibleRowsChanged);
    for (const auto change : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(m_filter, change, this, &ListPage::visibleRowsChanged, Qt::QueuedConnection);
    m_columns->sortBy(0, Qt::AscendingOrder);
    updateActions();
}

void ListPage::setActions(std::vector<ListAction> actions)
{
    m_actions = std::move(actions);
    auto* row = static_cast<QHBoxLayout*>(m_rowButtons->layout());
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        const ListAction& action = m_actions[i];
        const QString keys = action.key.toString(QKeySequence::NativeText);
        const auto button = [&] {
            auto* b = new QToolButton;
            b->setAutoRaise(true);
            b->setIcon(icon(action.icon));
            b->setAccessibleName(action.text);
            b->setToolTip(keys.isEmpty() ? action.text : QStringLiteral("%1 (%2)").arg(action.text, keys));
            return b;
        };
        auto* inBar = button();
        inBar->setObjectName(QLatin1StringView(action.name));
        connect(inBar, &QToolButton::clicked, this, [this, i] { m_actions[i].run(selectedIds()); });
        m_bar->addWidget(inBar);
        m_barButtons.push_back(inBar);
        m_onRow.push_back(action.onRow ? button() : nullptr);
        if (auto* onRow = m_onRow.back()) {
            onRow->setFocusPolicy(Qt::NoFocus);
            connect(onRow, &QToolButton::clicked, this, [this, i] { m_actions[i].run(idsOf({m_view->hoveredRow()})); });
            row->addWidget(onRow);
        }
    }
    auto* more = new QToolButton;
    more->setAutoRaise(true);
    more->setFocusPolicy(Qt::NoFocus);
    more->setIcon(icon("more"));
    more->setAccessibleName(tr("More"));
    more->setToolTip(tr("More"));
    connect(more, &QToolButton::clicked, this, [this, more] { showMenu(more->mapToGlobal(QPoint(0, more->height()))); });
    row->addWidget(more);
    updateActions();
}

QPushButton* ListPage::addButton(const char* objectName, const char* name, const QString& text, bool primary)
{
    auto* button = new QPushButton(icon(name, primary ? Tint::OnAccent : Tint::Text), text);
    button->setObjectName(QLatin1StringView(objectName));
    button->setProperty("primary", primary);
    m_buttons->addWidget(button);
    return button;
}

void ListPage::setDetail(std::function<QWidget*()> make)
{
    m_makeDetail = std::move(make);
}

void ListPage::setState(State state)
{
    m_state = state;
    updatePicture();
}

void ListPage::setCount(int count)
{
    m_count->setText(m_state == State::Loading ? QString() : locale().toString(count));
}

void ListPage::setNote(const QString& note)
{
    m_note->setText(note.isEmpty() ? note : QStringLiteral("· %1").arg(note));
}

void ListPage::rowsChanged()
{
    if (!m_wanted.isEmpty() && selectNow(m_wanted))
        m_wanted.clear();
    updatePicture();
    updateActions();
    emit visibleRowsChanged();
}

void ListPage::updatePicture()
{
    QWidget* page = m_view;
    if (m_state == State::Loading)
        page = m_loading;
    else if (m_state == State::Disconnected)
        page = m_lost;
    else if (!m_filter->sourceModel() || m_filter->sourceModel()->rowCount() == 0)
        page = m_empty;
    else if (m_filter->rowCount() == 0)
        page = m_noMatch;
    m_stack->setCurrentWidget(page);
    m_segments->setEnabled(page == m_view || page == m_noMatch);
}

void ListPage::clearNarrowing()
{
    m_search->clear();
    if (m_segments->current() > 0)
        m_segments->setCurrent(0);
}

QStringList ListPage::idsOf(const QModelIndexList& rows) const
{
    QStringList ids;
    const auto add = [&ids](const QModelIndex& row) {
        const QString id = row.data(IdRole).toString();
        if (!ids.contains(id))
            ids << id;
    };
    for (const QModelIndex& row : rows) {
        if (!row.data(GroupRole).toBool()) {
            add(row);
            continue;
        }
        for (int i = 0; i < m_filter->rowCount(row); ++i)
            add(m_filter->index(i, 0, row));
    }
    return ids;
}

QStringList ListPage::selectedIds() const
{
    return m_view->selectionModel() ? idsOf(m_view->selectionModel()->selectedRows()) : QStringList();
}

void ListPage::select(const QString& id)
{
    m_wanted = id;
    rowsChanged();
}

bool ListPage::selectNow(const QString& id, const QModelIndex& parent)
{
    for (int i = 0; i < m_filter->rowCount(parent); ++i) {
        const QModelIndex row = m_filter->index(i, 0, parent);
        if (row.data(GroupRole).toBool()) {
            if (selectNow(id, row))
                return true;
        } else if (row.data(IdRole).toString() == id) {
            m_view->expand(parent);
            m_view->setCurrentIndex(row);
            m_view->scrollTo(row);
            return true;
        }
    }
    return false;
}

void ListPage::applySelection()
{
    const auto rows = m_view->selectionModel()->selectedRows();
    const bool one = rows.size() == 1 && !rows[0].data(GroupRole).toBool();
    const QString id = one ? rows[0].data(IdRole).toString() : QString();
    updateActions();
    if (m_makeDetail && id != m_shown) {
        m_shown = id;
        if (one && !m_detail) {
            m_detail = m_makeDetail();
            m_splitter->addWidget(m_detail);
            m_detail->setMinimumWidth(detailWidth);
            m_splitter->setStretchFactor(1, 1);
            if (!m_splitter->restoreState(QSettings().value(QStringLiteral("lists/%1/splitter").arg(m_name)).toByteArray()))
                m_splitter->setSizes({width() * 45 / 100, width() * 55 / 100});
        }
        if (m_detail) {
            showDetail(id);
            m_detail->setVisible(one);
            if (!one)
                setDetailFull(false);
            arrange();
        }
    }
    emit selectionChanged();
}

void ListPage::updateActions()
{
    const QStringList ids = selectedIds();
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        m_barButtons[i]->setVisible(m_actions[i].canRun(ids));
    }
    m_chosen->setText(ids.size() > 1 ? tr("%n selected", nullptr, int(ids.size())) : QString());
    m_barWidget->setVisible(!ids.isEmpty());
    showRowButtons();
}

void ListPage::showRowButtons()
{
    const QModelIndex row = m_view->hoveredRow();
    const QStringList ids = row.isValid() ? idsOf({row}) : QStringList();
    for (std::size_t i = 0; i < m_actions.size(); ++i)
        if (m_onRow[i])
            m_onRow[i]->setVisible(m_actions[i].canRun(ids));
    m_rowButtons->setVisible(!ids.isEmpty() && !m_actions.empty());
    if (row.isValid())
        static_cast<RowButtons*>(m_rowButtons)->setRow(m_view->selectionModel()->isRowSelected(row.row(), row.parent()));
}

void ListPage::showMenu(const QPoint& global)
{
    const QModelIndex hovered = m_view->hoveredRow();
    const QStringList selected = selectedIds();
    const QStringList under = hovered.isValid() ? idsOf({hovered}) : QStringList();
    const bool inSelection = under.isEmpty() || selected.contains(under.first());
    const QStringList ids = inSelection ? selected : under;
    if (ids.isEmpty())
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const ListAction& action : m_actions) {
        if (action.separated)
            menu->addSeparator();
        auto* entry = menu->addAction(icon(action.icon), action.text, this, [&action, ids] { action.run(ids); });
        entry->setShortcut(action.key);
        entry->setShortcutVisibleInContextMenu(true);
        entry->setEnabled(action.canRun(ids));
    }
    menu->popup(global);
}

void ListPage::handleKey(QKeyEvent* event)
{
    const QStringList ids = selectedIds();
    if (event->key() == Qt::Key_Slash) {
        focusSearch();
        event->accept();
    } else if (event->key() == Qt::Key_Escape) {
        closeDetail();
        event->accept();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        activate();
        event->accept();
    }
    const QKeySequence pressed(event->keyCombination());
    for (const ListAction& action : m_actions) {
        if (event->isAccepted() || action.key != pressed || !action.canRun(ids))
            continue;
        event->accept();
        action.run(ids);
    }
}

void ListPage::activate()
{
    const QModelIndex current = m_view->currentIndex().siblingAtColumn(0);
    if (current.data(GroupRole).toBool())
        m_view->setExpanded(current, !m_view->isExpanded(current));
    else if (m_detail && !m_shown.isEmpty())
        setDetailFull(true);
}

void ListPage::setDetailFull(bool full)
{
    if (!m_detail || full == detailIsFull())
        return;
    m_full = full;
    arrange();
    if (full)
        m_detail->setFocus();
    else
        m_view->setFocus();
    emit detailFullChanged(full);
}

void ListPage::arrange()
{
    const bool shown = m_detail && !m_detail->isHidden();
    m_note->setVisible(!shown || width() > roomForNote);
    m_narrow = shown && width() < m_left->minimumSizeHint().width() + detailWidth;
    m_left->setVisible(!shown || (!m_full && !m_narrow));
}

void ListPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ListPage::closeDetail()
{
    if (m_full && !m_narrow)
        setDetailFull(false);
    else
        clearSelection();
}

void ListPage::clearSelection()
{
    if (m_view->selectionModel())
        m_view->clearSelection();
}

void ListPage::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ListPage::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_view->viewport()->update();
}

} // namespace slipway::ui
