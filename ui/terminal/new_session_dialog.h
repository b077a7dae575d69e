// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "client/session_client.h"

class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace slipway::ui
{

// Which shell or command, as whom, where, and with which variables.
class NewSessionDialog : public QDialog
{
    Q_OBJECT

public:
    NewSessionDialog(const QStringList& shells, QWidget* parent);
    [[nodiscard]] SessionClient::Options options() const; // without size

private:
    QComboBox* m_command;
    QLineEdit *m_user, *m_folder;
    QPlainTextEdit* m_env;
};

} // namespace slipway::ui
