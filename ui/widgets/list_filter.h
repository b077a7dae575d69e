// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QCollator>
#include <QSortFilterProxyModel>

namespace slipway::ui
{

// Sorts and narrows a list. All words of the search must occur in the row's SearchRole, in any order and case; a group shows as
// long as one of its children does. Words are sorted as people do: web-2 before web-10. GUI thread.
class ListFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit ListFilter(QObject* parent = nullptr);
    void setSearch(const QString& text);
    void setPredicate(std::function<bool(const QModelIndex&)> predicate); // of the source's rows, groups excepted
    [[nodiscard]] bool isNarrowing() const { return !m_words.isEmpty() || m_predicate; }
    [[nodiscard]] int leaves() const; // rows that are no group

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QStringList m_words;
    std::function<bool(const QModelIndex&)> m_predicate;
    QCollator m_collator;
};

} // namespace slipway::ui
