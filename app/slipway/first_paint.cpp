// SPDX-License-Identifier: GPL-3.0-or-later
#include "first_paint.h"

#include <cstdio>
#include <ctime>

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QTimer>

#include <unistd.h>

namespace slipway
{
namespace
{
constexpr int startTimeField = 22; // of proc_pid_stat(5), in clock ticks since boot

double processStartMs()
{
    QFile file(QStringLiteral("/proc/self/stat"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray all = file.readAll();
    const QList<QByteArray> fields = all.sliced(all.lastIndexOf(')') + 2).split(' '); // the third is first
    return fields.value(startTimeField - 3).toDouble() * 1000 / double(sysconf(_SC_CLK_TCK));
}

class Watcher : public QObject
{
public:
    explicit Watcher(double mainMs) : QObject(qApp), m_mainMs(mainMs) { qApp->installEventFilter(this); }

    bool eventFilter(QObject*, QEvent* event) override
    {
        // Of any widget: a window that its children cover wholly is not painted itself.
        if (event->type() == QEvent::Paint) {
            qApp->removeEventFilter(this);
            // After this pass: the children are painted, and the window is flushed to the display.
            QTimer::singleShot(0, this, [this] {
                const double now = bootMs();
                std::printf("first_paint since_start %.0f since_main %.1f\n", now - processStartMs(), now - m_mainMs);
                std::fflush(stdout);
                QApplication::quit();
            });
        }
        return false;
    }

private:
    double m_mainMs;
};
} // namespace

double bootMs()
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

void printFirstPaint(double mainMs)
{
    new Watcher(mainMs);
}

} // namespace slipway
