// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/processes.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QThread>

#include "support/patience.h"

namespace slipway::test
{

QByteArray identityOf(int pid)
{
    QFile file(QString("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray stat = file.readAll();
    const auto fields = stat.mid(stat.lastIndexOf(')')).split(' ');
    return fields.value(1) == "Z" ? QByteArray() : QByteArray::number(pid) + ' ' + fields.value(20);
}

QString untilTold(int exitCode)
{
    return QString("trap 'exit %1' TERM; while true; do busybox usleep 20000; done").arg(exitCode);
}

bool endProcess(int pid, int signal)
{
    const QByteArray identity = identityOf(pid);
    for (const QDeadlineTimer deadline(patience); !deadline.hasExpired(); QThread::msleep(20)) {
        if (identity.isEmpty() || identityOf(pid) != identity)
            return !identity.isEmpty();
        ::kill(pid, signal);
    }
    return false;
}

} // namespace slipway::test
