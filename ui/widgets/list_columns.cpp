// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/list_columns.h"

#include <algorithm>
#include <ranges>

#include <QAction>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QTreeView>

namespace slipway::ui
{
namespace
{
constexpr int firstWidth = 180; // below this the first column would rather have others give way
constexpr int leastWidth = 48;
} // namespace

ListColumns::ListColumns(const QString& name, std::vector<ListColumn> columns, QTreeView& view)
    : QObject(&view), m_name(QStringLiteral("lists/") + name), m_columns(std::move(columns)), m_defaults(m_columns), m_view(view),
      m_header(view.header())
{
    m_header->setStretchLastSection(false);
    m_header->setSectionsMovable(true);
    m_header->setFirstSectionMovable(false);
    m_header->setMinimumSectionSize(leastWidth);
    m_header->setSectionResizeMode(0, QHeaderView::Fixed);
    m_header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_header, &QHeaderView::customContextMenuRequested, this, [this](const QPoint& at) {
        QMenu menu;
        fillMenu(menu);
        menu.exec(m_header->mapToGlobal(at));
    });
    restore();
    connect(m_header, &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (m_fitting || width == 0 || column == 0)
            return;
        m_columns[std::size_t(column)].width = width;
        fit();
        save();
    });
    connect(m_header, &QHeaderView::sectionMoved, this, &ListColumns::save);
    connect(m_header, &QHeaderView::sortIndicatorChanged, this, &ListColumns::save);
}

bool ListColumns::fits(int priority, int room) const
{
    int wanted = firstWidth;
    for (const ListColumn& column : m_columns | std::views::drop(1))
        if (!column.hidden && column.priority <= priority)
            wanted += column.width;
    return wanted <= room;
}

void ListColumns::fit()
{
    const int room = m_view.viewport()->width();
    int highest = 0;
    for (const ListColumn& column : m_columns)
        highest = std::max(highest, column.priority);
    while (highest > 0 && !fits(highest, room))
        --highest;
    m_fitting = true;
    int left = room;
    for (std::size_t i = 1; i < m_columns.size(); ++i) {
        const ListColumn& column = m_columns[i];
        const bool shown = !column.hidden && column.priority <= highest;
        m_header->setSectionHidden(int(i), !shown);
        if (shown) {
            m_header->resizeSection(int(i), column.width);
            left -= column.width;
        }
    }
    m_header->resizeSection(0, std::max(left, 100));
    m_fitting = false;
}

void ListColumns::setHidden(int column, bool hidden)
{
    m_columns[std::size_t(column)].hidden = hidden;
    fit();
    save();
}

void ListColumns::fillMenu(QMenu& menu)
{
    for (int i = 1; i < int(m_columns.size()); ++i) {
        QAction* action = menu.addAction(m_view.model()->headerData(i, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!m_columns[std::size_t(i)].hidden);
        connect(action, &QAction::toggled, this, [this, i](bool on) { setHidden(i, !on); });
    }
    menu.addSeparator();
    menu.addAction(tr("Reset columns"), this, [this] {
        m_columns = m_defaults;
        for (int i = 0; i < int(m_columns.size()); ++i)
            m_header->moveSection(m_header->visualIndex(i), i);
        fit();
        save();
    });
}

void ListColumns::sortBy(int column, Qt::SortOrder order)
{
    if (!m_sortRemembered)
        m_view.sortByColumn(column, order);
}

void ListColumns::restore()
{
    const QSettings settings;
    const auto column = [this](const QString& key) {
        return int(std::ranges::find(m_columns, key, &ListColumn::key) - m_columns.begin());
    };
    int place = 0;
    for (const QString& key : settings.value(m_name + QStringLiteral("/order")).toStringList())
        if (const int i = column(key); i < int(m_columns.size()) && i > 0)
            m_header->moveSection(m_header->visualIndex(i), ++place);
    for (ListColumn& c : m_columns) {
        c.width = std::max(leastWidth, settings.value(m_name + QStringLiteral("/width/") + c.key, c.width).toInt());
        c.hidden = settings.value(m_name + QStringLiteral("/hidden/") + c.key, c.hidden).toBool();
    }
    const int sorted = column(settings.value(m_name + QStringLiteral("/sort")).toString());
    m_sortRemembered = sorted < int(m_columns.size());
    if (m_sortRemembered)
        m_view.sortByColumn(sorted, Qt::SortOrder(settings.value(m_name + QStringLiteral("/descending")).toInt()));
}

void ListColumns::save() const
{
    QSettings settings;
    QStringList order;
    for (int i = 0; i < m_header->count(); ++i)
        order << m_columns[std::size_t(m_header->logicalIndex(i))].key;
    settings.setValue(m_name + QStringLiteral("/order"), order);
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        const ListColumn& c = m_columns[i];
        const auto keep = [&](const QString& what, const QVariant& value, const QVariant& usual) {
            const QString key = m_name + what + c.key;
            value == usual ? settings.remove(key) : settings.setValue(key, value);
        };
        keep(QStringLiteral("/width/"), c.width, m_defaults[i].width);
        keep(QStringLiteral("/hidden/"), c.hidden, m_defaults[i].hidden);
    }
    const int sorted = m_header->sortIndicatorSection();
    if (sorted >= 0 && sorted < int(m_columns.size())) {
        settings.setValue(m_name + QStringLiteral("/sort"), m_columns[std::size_t(sorted)].key);
        settings.setValue(m_name + QStringLiteral("/descending"), int(m_header->sortIndicatorOrder()));
    }
}

} // namespace slipway::ui
