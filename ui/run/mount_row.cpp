// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/mount_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "run/run_spec.h"
#include "widgets/icons.h"

namespace slipway::ui
{

MountRow::MountRow(const QStringList& volumes, QWidget* parent)
    : EntryRow(tr("Do not mount this"), parent), m_source(new QComboBox), m_target(new QLineEdit), m_readOnly(new QCheckBox(tr("read-only")))
{
    m_source->setEditable(true);
    m_source->addItems(QStringList{QString()} + volumes);
    m_source->lineEdit()->setPlaceholderText(tr("folder or volume"));
    m_source->setAccessibleName(tr("Folder of this machine or name of a volume"));
    auto* pick = new QToolButton;
    pick->setIcon(icon("folder"));
    pick->setToolTip(tr("Choose a folder"));
    pick->setAccessibleName(tr("Choose a folder"));
    m_target->setPlaceholderText(tr("/path in the container"));
    m_target->setAccessibleName(tr("Path in the container"));
    auto* arrow = new QLabel(QStringLiteral("→"));
    arrow->setProperty("muted", true);
    parts()->addWidget(m_source, 4);
    parts()->addWidget(pick);
    parts()->addWidget(arrow);
    parts()->addWidget(m_target, 3);
    parts()->addWidget(m_readOnly);
    setFocusProxy(m_source);
    connect(m_source, &QComboBox::editTextChanged, this, &MountRow::changed);
    connect(m_target, &QLineEdit::textChanged, this, &MountRow::changed);
    connect(m_readOnly, &QCheckBox::toggled, this, &MountRow::changed);
    connect(pick, &QToolButton::clicked, this, &MountRow::chooseFolder);
}

void MountRow::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Folder to mount"), QDir::homePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) { m_source->setEditText(folder); });
    dialog->open();
}

void MountRow::setText(const QString& text)
{
    const MountMapping mount = parseMount(text);
    const QSignalBlocker quiet(this);
    m_source->setEditText(mount.source);
    m_target->setText(mount.target);
    m_readOnly->setChecked(mount.readOnly);
    m_otherOptions = mount.otherOptions;
}

QString MountRow::text() const
{
    const QString source = m_source->currentText().trimmed();
    const QString target = m_target->text().trimmed();
    return source.isEmpty() && target.isEmpty() ? QString() : MountMapping{source, target, m_readOnly->isChecked(), m_otherOptions}.text();
}

} // namespace slipway::ui
