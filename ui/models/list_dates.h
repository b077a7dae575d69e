// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace slipway::ui
{

// When something was made, for a column: the time of day if it was today, else the date. It never goes stale within a day.
[[nodiscard]] inline QString listDate(qint64 unixSeconds)
{
    const QDateTime time = QDateTime::fromSecsSinceEpoch(unixSeconds);
    const QLocale locale;
    if (time.date() == QDate::currentDate())
        return QCoreApplication::translate("ListDate", "Today %1").arg(locale.toString(time.time(), QLocale::ShortFormat));
    return locale.toString(time.date(), QLocale::ShortFormat);
}

} // namespace slipway::ui
