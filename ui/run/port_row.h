// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "run/rows_editor.h"

class QComboBox;
class QLineEdit;

namespace slipway::ui
{

// A published port: addresses of this machine, its port, the container's port, protocol. GUI thread.
class PortRow : public EntryRow
{
    Q_OBJECT

public:
    explicit PortRow(QWidget* parent = nullptr);
    void setText(const QString& text) override;
    [[nodiscard]] QString text() const override;
    void setHostPort(const QString& port);

private:
    QComboBox *m_address, *m_protocol;
    QLineEdit *m_host, *m_container;
};

} // namespace slipway::ui
