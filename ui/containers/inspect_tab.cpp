// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/inspect_tab.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSet>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"
#include "widgets/literal_tip.h"

namespace slipway::ui
{
namespace
{
constexpr int pathRole = Qt::UserRole, jsonRole = Qt::UserRole + 1, valueRole = Qt::UserRole + 2;
}

InspectTab::InspectTab(QWidget* parent)
    : QWidget(parent), m_search(new QLineEdit), m_count(new QLabel), m_tree(new QTreeWidget)
{
    m_search->setObjectName(QLatin1StringView(names::inspectSearch));
    m_search->setPlaceholderText(tr("Search names and values"));
    m_search->setAccessibleName(tr("Search names and values"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(360);
    m_count->setProperty("muted", true);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(theme::space2, theme::space2, theme::space2, theme::space2);
    top->addWidget(m_search, 1);
    top->addWidget(m_count);
    top->addStretch(1);
    m_tree->setObjectName(QLatin1StringView(names::inspectTree));
    m_tree->setAccessibleName(tr("Everything the engine knows of this container"));
    m_tree->setHeaderLabels({tr("Field"), tr("Value")});
    m_tree->header()->resizeSection(0, 260);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space2, 0, theme::space2, 0);
    column->setSpacing(0);
    column->addLayout(top);
    column->addWidget(m_tree, 1);
    setFocusProxy(m_tree);
    connect(m_search, &QLineEdit::textChanged, this, &InspectTab::applyFilter);
    connect(m_tree, &QTreeWidget::customContextMenuRequested, this, &InspectTab::showMenu);
}

void InspectTab::fill(QTreeWidgetItem* parent, const Json& value, const QString& path)
{
    if (!value.is_structured())
        return;
    for (const auto& [key, member] : value.items()) {
        const QString name = QString::fromStdString(key);
        const QString place = value.is_array() ? QStringLiteral("%1[%2]").arg(path, name) : path + QLatin1Char('.') + name;
        QString text = member.is_string() ? QString::fromStdString(member.get<std::string>()) : QString::fromStdString(dumpJson(member));
        auto* item = new QTreeWidgetItem(parent);
        item->setText(0, value.is_array() ? QStringLiteral("[%1]").arg(name) : name);
        item->setData(0, pathRole, place);
        item->setData(0, valueRole, text);
        if (member.is_structured()) {
            text = member.empty() ? (member.is_array() ? QStringLiteral("[]") : QStringLiteral("{}"))
                                  : tr("%n entries", nullptr, static_cast<int>(member.size()));
            item->setForeground(1, theme::colors().muted);
        } else {
            item->setFont(1, MonoText::defaultFont());
            item->setToolTip(1, text.size() > 60 ? literalTip(text) : QString());
        }
        item->setText(1, text);
        fill(item, member, place);
    }
}

void InspectTab::setDocument(const Json& document)
{
    if (document == m_document)
        return;
    QSet<QString> open;
    QString chosen;
    for (QTreeWidgetItemIterator it(m_tree); *it; ++it)
        if ((*it)->isExpanded())
            open.insert((*it)->data(0, pathRole).toString());
    if (m_tree->currentItem())
        chosen = m_tree->currentItem()->data(0, pathRole).toString();
    const bool first = m_document.is_null();
    m_document = document;
    m_tree->clear();
    fill(m_tree->invisibleRootItem(), document, {});
    for (QTreeWidgetItemIterator it(m_tree); *it; ++it) {
        const QString path = (*it)->data(0, pathRole).toString();
        (*it)->setExpanded(open.contains(path) || (first && path == QLatin1StringView(".State")));
        if (path == chosen)
            m_tree->setCurrentItem(*it);
    }
    applyFilter();
}

bool InspectTab::filter(QTreeWidgetItem* item, const QString& text)
{
    const bool own = text.isEmpty() || item->text(0).contains(text, Qt::CaseInsensitive) ||
                     (item->childCount() == 0 && item->text(1).contains(text, Qt::CaseInsensitive));
    bool below = false;
    for (int i = 0; i < item->childCount(); ++i)
        below = filter(item->child(i), own ? QString() : text) || below;
    if (own && !text.isEmpty())
        ++m_matches;
    item->setHidden(!own && !below);
    if (!text.isEmpty() && !own && below)
        item->setExpanded(true);
    return own || below;
}

void InspectTab::applyFilter()
{
    m_matches = 0;
    const QString text = m_search->text().trimmed();
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i)
        filter(m_tree->topLevelItem(i), text);
    m_count->setText(text.isEmpty() ? QString() : m_matches == 0 ? tr("Nothing found") : tr("%n found", nullptr, m_matches));
}

void InspectTab::copy(int role)
{
    QTreeWidgetItem* item = m_tree->currentItem();
    if (!item)
        return;
    if (role != jsonRole)
        return QApplication::clipboard()->setText(item->data(0, role).toString());
    const Json* value = &m_document;
    QStringList steps;
    for (QTreeWidgetItem* at = item; at; at = at->parent())
        steps.prepend(at->text(0));
    for (const QString& step : steps) {
        const bool index = value->is_array();
        value = index ? &(*value)[step.mid(1, step.size() - 2).toULongLong()] : &jsonMember(*value, step.toStdString().c_str());
    }
    QApplication::clipboard()->setText(QString::fromStdString(value->dump(2, ' ', false, Json::error_handler_t::replace)));
}

void InspectTab::showMenu(const QPoint& at)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool chosen = m_tree->currentItem();
    menu->addAction(tr("Copy value"), QKeySequence::Copy, this, [this] { copy(valueRole); })->setEnabled(chosen);
    menu->addAction(tr("Copy path"), this, [this] { copy(pathRole); })->setEnabled(chosen);
    menu->addAction(tr("Copy as JSON"), this, [this] { copy(jsonRole); })->setEnabled(chosen);
    menu->addSeparator();
    menu->addAction(tr("Expand all"), m_tree, &QTreeWidget::expandAll);
    menu->addAction(tr("Collapse all"), m_tree, &QTreeWidget::collapseAll);
    menu->popup(m_tree->viewport()->mapToGlobal(at));
}

void InspectTab::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy))
        return copy(valueRole);
    if (event->matches(QKeySequence::Find))
        return m_search->setFocus();
    if (event->key() == Qt::Key_Escape && !m_search->text().isEmpty())
        return m_search->clear();
    QWidget::keyPressEvent(event);
}

} // namespace slipway::ui
