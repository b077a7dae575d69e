// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/confirm.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{

void confirm(QWidget* parent, const Confirmation& what, std::function<void(bool option)> then)
{
    auto* dialog = new QDialog(parent->window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QLatin1StringView(names::confirmDialog));
    dialog->setWindowTitle(what.title);
    auto* title = new QLabel(what.title);
    title->setTextFormat(Qt::PlainText);
    title->setWordWrap(true);
    QFont font = title->font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(font.pointSizeF() * 1.15);
    title->setFont(font);
    auto* text = new QLabel(what.text);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setProperty("muted", true);
    auto* option = new QCheckBox(what.option);
    option->setVisible(!what.option.isEmpty());
    auto* buttons = new QDialogButtonBox;
    auto* cancel = buttons->addButton(QDialogButtonBox::Cancel);
    auto* verb = buttons->addButton(what.verb, QDialogButtonBox::AcceptRole);
    verb->setObjectName(QLatin1StringView(names::confirmButton));
    verb->setProperty("danger", true);
    verb->setAutoDefault(false);
    cancel->setDefault(true);
    cancel->setFocus();
    auto* words = new QVBoxLayout;
    words->setSpacing(theme::space2);
    words->addWidget(title);
    words->addWidget(text);
    words->addWidget(option);
    auto* row = new QHBoxLayout;
    row->setSpacing(theme::space4);
    row->addWidget(new IconLabel("warning", Tint::Danger, 24), 0, Qt::AlignTop);
    row->addLayout(words, 1);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(theme::space6, theme::space6, theme::space6, theme::space4);
    column->setSpacing(theme::space6);
    column->addLayout(row);
    column->addWidget(buttons);
    dialog->setMinimumWidth(440);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, [dialog, option, then = std::move(then)] {
        const bool chosen = option->isChecked();
        dialog->accept();
        then(chosen);
    });
    dialog->open();
}

} // namespace slipway::ui
