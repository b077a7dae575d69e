// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/ask_text.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{

void askText(QWidget* parent, const TextQuestion& question, std::function<void(const QString& text, TextDone done)> send)
{
    auto* dialog = new QDialog(parent->window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QLatin1StringView(names::askDialog));
    dialog->setWindowTitle(question.title);
    auto* label = new QLabel(question.label);
    auto* field = new QLineEdit(question.text);
    field->setObjectName(QLatin1StringView(names::askField));
    field->setPlaceholderText(question.hint);
    field->selectAll();
    label->setBuddy(field);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    auto* problem = new MessageBar;
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* verb = buttons->addButton(question.verb, QDialogButtonBox::AcceptRole);
    verb->setObjectName(QLatin1StringView(names::askConfirm));
    verb->setProperty("primary", true);
    verb->setDefault(true);
    verb->setEnabled(!question.text.isEmpty());
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(theme::space6, theme::space6, theme::space6, theme::space4);
    column->setSpacing(theme::space2);
    column->addWidget(label);
    column->addWidget(field);
    column->addWidget(problem);
    column->addSpacing(theme::space4);
    column->addWidget(buttons);
    dialog->setMinimumWidth(460);
    QObject::connect(field, &QLineEdit::textChanged, dialog, [verb, problem](const QString& text) {
        verb->setEnabled(!text.trimmed().isEmpty());
        problem->clear();
    });
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    QObject::connect(buttons, &QDialogButtonBox::accepted, dialog, [=, send = std::move(send)] {
        verb->setEnabled(false);
        problem->clear();
        send(field->text().trimmed(), [verb, problem, open = QPointer<QDialog>(dialog)](const Status& status) {
            if (!open)
                return;
            if (status) {
                open->accept();
                return;
            }
            verb->setEnabled(true);
            problem->say(MessageBar::Kind::Problem, QString::fromStdString(status.error().message));
        });
    });
    dialog->open();
    field->setFocus();
}

} // namespace slipway::ui
