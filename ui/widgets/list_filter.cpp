// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/list_filter.h"

#include <algorithm>

#include "widgets/list_roles.h"

namespace slipway::ui
{

ListFilter::ListFilter(QObject* parent) : QSortFilterProxyModel(parent)
{
    if (m_collator.locale().language() == QLocale::C) // which compares bytes and knows no numbers
        m_collator.setLocale(QLocale(QLocale::English));
    m_collator.setNumericMode(true);
    m_collator.setCaseSensitivity(Qt::CaseInsensitive);
    setRecursiveFilteringEnabled(true);
    setSortRole(SortRole);
}

void ListFilter::setSearch(const QString& text)
{
    const QStringList words = text.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words)
        return;
    m_words = words;
    invalidateRowsFilter();
}

void ListFilter::setPredicate(std::function<bool(const QModelIndex&)> predicate)
{
    m_predicate = std::move(predicate);
    invalidateRowsFilter();
}

int ListFilter::leaves() const
{
    int count = 0;
    for (int i = 0; i < rowCount(); ++i) {
        const QModelIndex row = index(i, 0);
        count += row.data(GroupRole).toBool() ? rowCount(row) : 1;
    }
    return count;
}

bool ListFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (index.data(GroupRole).toBool())
        return false; // a child that is accepted brings its parent
    if (m_predicate && !m_predicate(index))
        return false;
    if (m_words.isEmpty())
        return true;
    const QString text = index.data(SearchRole).toString();
    return std::ranges::all_of(m_words, [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool ListFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const QVariant a = left.data(SortRole), b = right.data(SortRole);
    if (!a.isValid() || a.typeId() == QMetaType::QString)
        return m_collator.compare((a.isValid() ? a : left.data()).toString(), (b.isValid() ? b : right.data()).toString()) < 0;
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

} // namespace slipway::ui
