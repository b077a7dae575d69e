// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QWidget>

#include "first_paint.h"

// The least that a Qt program with a window does: what Slipway's first paint is compared with.
int main(int argc, char** argv)
{
    const double startMs = slipway::bootMs();
    QApplication app(argc, argv);
    QWidget window;
    window.resize(1280, 800);
    slipway::printFirstPaint(startMs);
    window.show();
    return QApplication::exec();
}
