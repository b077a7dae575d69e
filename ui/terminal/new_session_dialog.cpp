// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/new_session_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

#include "run/shell_words.h"

namespace slipway::ui
{

NewSessionDialog::NewSessionDialog(const QStringList& shells, bool lends, QWidget* parent) : QDialog(parent)
{
    setWindowTitle(tr("New Session"));
    m_command = new QComboBox;
    m_command->setEditable(true);
    m_command->addItems(shells.isEmpty() ? QStringList{QStringLiteral("sh")} : shells);
    m_command->setToolTip(tr("A shell of the container, or any command with its arguments"));
    m_tool = new QCheckBox(tr("Use the &busybox of this machine"));
    m_tool->setToolTip(lends ? tr("A shell with the usual commands that is lent to the container while the session is open. Its files are not touched.")
                             : tr("Only Slipway's own engine can lend a container a shell."));
    m_tool->setEnabled(lends);
    m_tool->setChecked(lends && shells.isEmpty());
    m_user = new QLineEdit;
    m_user->setPlaceholderText(tr("the image's own; or root, 1000, www-data:staff"));
    m_folder = new QLineEdit;
    m_folder->setPlaceholderText(tr("the image's own; or an absolute path"));
    m_env = new QPlainTextEdit;
    m_env->setPlaceholderText(tr("NAME=value, one a line"));
    m_env->setTabChangesFocus(true);
    m_env->setFixedHeight(fontMetrics().lineSpacing() * 4);
    auto* form = new QFormLayout(this);
    form->addRow(tr("&Command:"), m_command);
    form->addRow(QString(), m_tool);
    form->addRow(tr("&User:"), m_user);
    form->addRow(tr("&Folder:"), m_folder);
    form->addRow(tr("&Environment:"), m_env);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* open = buttons->addButton(tr("Open Session"), QDialogButtonBox::AcceptRole);
    open->setDefault(true);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const auto check = [this, open] {
        const QString folder = m_folder->text().trimmed();
        open->setEnabled(!m_command->currentText().trimmed().isEmpty() && (folder.isEmpty() || folder.startsWith(QLatin1Char('/'))));
    };
    connect(m_command, &QComboBox::currentTextChanged, this, check);
    connect(m_folder, &QLineEdit::textChanged, this, check);
}

SessionClient::Options NewSessionDialog::options() const
{
    SessionClient::Options options;
    if (const auto words = splitWords(m_command->currentText()))
        for (const QString& word : *words)
            options.command.push_back(word.toStdString());
    else
        options.command = {m_command->currentText().toStdString()};
    options.tool = m_tool->isChecked();
    options.user = m_user->text().trimmed().toStdString();
    options.workingDir = m_folder->text().trimmed().toStdString();
    for (const QString& line : m_env->toPlainText().split(QLatin1Char('\n')))
        if (line.indexOf(QLatin1Char('=')) > 0)
            options.env.push_back(line.toStdString());
    return options;
}

} // namespace slipway::ui
