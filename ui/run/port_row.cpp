// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/port_row.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>

#include "run/run_spec.h"

namespace slipway::ui
{

PortRow::PortRow(QWidget* parent)
    : EntryRow(tr("Do not publish this port"), parent), m_address(new QComboBox), m_protocol(new QComboBox), m_host(new QLineEdit),
      m_container(new QLineEdit)
{
    m_address->setEditable(true);
    m_address->addItems({QString(), QStringLiteral("127.0.0.1")});
    m_address->lineEdit()->setPlaceholderText(tr("every address"));
    m_address->setAccessibleName(tr("Address of this machine"));
    m_address->setToolTip(tr("Who can reach the port: empty = everybody who reaches this machine, 127.0.0.1 = only this machine"));
    m_host->setPlaceholderText(tr("any free port"));
    m_host->setAccessibleName(tr("Port of this machine"));
    m_container->setPlaceholderText(tr("container port"));
    m_container->setAccessibleName(tr("Port of the container"));
    m_protocol->addItems({QStringLiteral("tcp"), QStringLiteral("udp"), QStringLiteral("sctp")});
    m_protocol->setAccessibleName(tr("Protocol"));
    auto* arrow = new QLabel(QStringLiteral("→"));
    arrow->setProperty("muted", true);
    parts()->addWidget(m_address, 3);
    parts()->addWidget(m_host, 3);
    parts()->addWidget(arrow);
    parts()->addWidget(m_container, 3);
    parts()->addWidget(m_protocol, 1);
    setFocusProxy(m_host);
    for (QLineEdit* edit : {m_address->lineEdit(), m_host, m_container})
        connect(edit, &QLineEdit::textChanged, this, &PortRow::changed);
    connect(m_protocol, &QComboBox::currentIndexChanged, this, &PortRow::changed);
}

void PortRow::setText(const QString& text)
{
    const PortMapping port = parsePort(text);
    const QSignalBlocker quiet(this);
    m_address->setEditText(port.hostIp);
    m_host->setText(port.hostPort);
    m_container->setText(port.containerPort);
    if (m_protocol->findText(port.protocol) < 0)
        m_protocol->addItem(port.protocol);
    m_protocol->setCurrentText(port.protocol);
}

QString PortRow::text() const
{
    if (m_host->text().trimmed().isEmpty() && m_container->text().trimmed().isEmpty())
        return {};
    return PortMapping{m_address->currentText().trimmed(), m_host->text().trimmed(), m_container->text().trimmed(), m_protocol->currentText()}
        .text();
}

void PortRow::setHostPort(const QString& port) { m_host->setText(port); }

} // namespace slipway::ui
