// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/fact_list.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "shell/theme.h"
#include "terminal/mono_text.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{

constexpr int rowHeight = 22;

QToolButton* smallButton(const char* picture, const QString& name)
{
    auto* button = new QToolButton;
    button->setIcon(icon(picture, Tint::Muted));
    button->setIconSize({14, 14});
    button->setFixedSize(24, rowHeight);
    button->setAutoRaise(true);
    button->setToolTip(name);
    button->setAccessibleName(name);
    return button;
}

QToolButton* copyButton(const QString& what, const QString& text)
{
    auto* button = smallButton("copy", FactList::tr("Copy %1").arg(what));
    QObject::connect(button, &QToolButton::clicked, button, [text] { QApplication::clipboard()->setText(text); });
    return button;
}

QLabel* valueLabel(const QString& value, bool mono)
{
    auto* label = new QLabel(value);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setWordWrap(true);
    label->setMinimumWidth(40);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    if (mono)
        label->setFont(MonoText::defaultFont());
    return label;
}

} // namespace

FactList::FactList(const QString& title, QWidget* parent) : QWidget(parent), m_grid(new QGridLayout)
{
    auto* head = new QLabel(title);
    head->setTextFormat(Qt::PlainText);
    QFont font = head->font();
    font.setWeight(QFont::DemiBold);
    head->setFont(font);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(theme::space1);
    column->addWidget(head);
    m_grid->setHorizontalSpacing(theme::space3);
    m_grid->setVerticalSpacing(2);
    m_grid->setColumnMinimumWidth(0, 104);
    m_grid->setColumnStretch(1, 1);
    column->addLayout(m_grid);
    hide();
}

void FactList::clear()
{
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (int row = 0; row < m_rows; ++row)
        m_grid->setRowMinimumHeight(row, 0);
    m_rows = 0;
    hide();
}

void FactList::addCell(const QString& name, QWidget* value, QWidget* button)
{
    auto* label = new QLabel(name);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("muted", true);
    label->setMaximumWidth(200);
    label->setWordWrap(name.size() > 24);
    label->setContentsMargins(0, 3, 0, 0);
    value->setContentsMargins(0, 3, 0, 0);
    m_grid->addWidget(label, m_rows, 0, Qt::AlignTop | Qt::AlignLeft);
    m_grid->addWidget(value, m_rows, 1, Qt::AlignTop);
    if (button)
        m_grid->addWidget(button, m_rows, 2, Qt::AlignTop | Qt::AlignRight);
    m_grid->setRowMinimumHeight(m_rows, rowHeight);
    ++m_rows;
    show();
}

void FactList::add(const QString& name, const QString& value, bool mono, const QString& copied)
{
    addCell(name, valueLabel(value, mono), copyButton(name, copied.isEmpty() ? value : copied));
}

void FactList::add(const QString& name, QWidget* value) { addCell(name, value, nullptr); }

void FactList::addSecret(const QString& name, const QString& value)
{
    auto* label = valueLabel(QStringLiteral("••••••••"), true);
    auto* reveal = smallButton("lock", tr("Show %1").arg(name));
    reveal->setCheckable(true);
    connect(reveal, &QToolButton::toggled, label, [label, value](bool on) { label->setText(on ? value : QStringLiteral("••••••••")); });
    auto* buttons = new QWidget;
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(reveal);
    row->addWidget(copyButton(name, value));
    addCell(name, label, buttons);
}

} // namespace slipway::ui
