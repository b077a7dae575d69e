// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "client/session_client.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace slipway::ui
{

// Which shell or command, as whom, where, and with which variables; with LENDS also by the engine's own busybox, for a container that
// has no shell or not the command.
class NewSessionDialog : public QDialog
{
    Q_OBJECT

public:
    NewSessionDialog(const QStringList& shells, bool lends, QWidget* parent);
    [[nodiscard]] SessionClient::Options options() const; // without size

private:
    QComboBox* m_command;
    QCheckBox* m_tool;
    QLineEdit *m_user, *m_folder;
    QPlainTextEdit* m_env;
};

} // namespace slipway::ui
