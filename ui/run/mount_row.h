// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "run/rows_editor.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace slipway::ui
{

// A mount: a folder of this machine or a volume, the path in the container, read-only or not. GUI thread.
class MountRow : public EntryRow
{
    Q_OBJECT

public:
    explicit MountRow(const QStringList& volumes, QWidget* parent = nullptr);
    void setText(const QString& text) override;
    [[nodiscard]] QString text() const override;
    void chooseFolder(); // asks; does not block

private:
    QComboBox* m_source;
    QLineEdit* m_target;
    QCheckBox* m_readOnly;
    QString m_otherOptions;
};

} // namespace slipway::ui
