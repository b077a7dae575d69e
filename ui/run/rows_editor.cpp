// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/rows_editor.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "run/field_problem.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{

EntryRow::EntryRow(const QString& removeName, QWidget* parent)
    : QWidget(parent), m_parts(new QHBoxLayout), m_problem(new FieldProblem)
{
    auto* remove = new QToolButton;
    remove->setIcon(icon("close", Tint::Muted));
    remove->setAutoRaise(true);
    remove->setToolTip(removeName);
    remove->setAccessibleName(removeName);
    connect(remove, &QToolButton::clicked, this, &EntryRow::removed);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::space1);
    m_parts->setSpacing(theme::space2);
    line->addLayout(m_parts, 1);
    line->addWidget(remove);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(line);
    column->addWidget(m_problem);
}

RowsEditor::RowsEditor(const QString& addText, Factory factory, QWidget* parent)
    : QWidget(parent), m_factory(std::move(factory)), m_column(new QVBoxLayout(this)), m_add(new QPushButton(addText))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(theme::space1);
    m_add->setIcon(icon("add", Tint::Accent));
    m_add->setProperty("link", true);
    m_add->setFlat(true);
    m_add->setCursor(Qt::PointingHandCursor);
    m_column->addWidget(m_add, 0, Qt::AlignLeft);
    connect(m_add, &QPushButton::clicked, this, [this] { addRow()->setFocus(); });
}

EntryRow* RowsEditor::addRow(const QString& text)
{
    EntryRow* row = m_factory();
    if (!text.isEmpty())
        row->setText(text);
    m_column->insertWidget(static_cast<int>(m_rows.size()), row);
    setTabOrder(m_rows.empty() ? this : static_cast<QWidget*>(m_rows.back()), row);
    m_rows.push_back(row);
    connect(row, &EntryRow::changed, this, &RowsEditor::changed);
    connect(row, &EntryRow::removed, this, [this, row] { removeRow(row); });
    if (!text.isEmpty())
        emit changed();
    return row;
}

void RowsEditor::removeRow(EntryRow* row)
{
    std::erase(m_rows, row);
    row->hide();
    row->deleteLater();
    m_add->setFocus();
    emit changed();
}

void RowsEditor::setTexts(const QStringList& texts)
{
    if (texts == this->texts())
        return;
    while (m_rows.size() > static_cast<std::size_t>(texts.size())) {
        m_rows.back()->hide();
        m_rows.back()->deleteLater();
        m_rows.pop_back();
    }
    const QSignalBlocker quiet(this);
    for (qsizetype i = 0; i < texts.size(); ++i) {
        if (static_cast<std::size_t>(i) >= m_rows.size())
            addRow(texts[i]);
        else if (m_rows[static_cast<std::size_t>(i)]->text() != texts[i])
            m_rows[static_cast<std::size_t>(i)]->setText(texts[i]);
    }
}

QStringList RowsEditor::texts() const
{
    QStringList out;
    for (const EntryRow* row : m_rows)
        if (const QString text = row->text(); !text.isEmpty())
            out << text;
    return out;
}

EntryRow* RowsEditor::entry(int index) const
{
    for (EntryRow* row : m_rows)
        if (!row->text().isEmpty() && index-- == 0)
            return row;
    return nullptr;
}

void RowsEditor::clearProblems()
{
    for (EntryRow* row : m_rows)
        row->problem().clear();
}

} // namespace slipway::ui
