// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QSettings>
#include <QTemporaryDir>

namespace slipway::test
{

// What the window remembers goes to a folder of this test's own, gone with the object. Make it before the first QSettings.
class IsolatedSettings
{
public:
    IsolatedSettings()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("slipway-test"));
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_dir.path());
        QSettings::setPath(QSettings::NativeFormat, QSettings::SystemScope, m_dir.path());
    }
    static void forget() { QSettings().clear(); }

private:
    QTemporaryDir m_dir;
};

} // namespace slipway::test
