// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <csignal>

namespace slipway::test
{

// Pid and start time of a process, which together name it for ever; empty when there is none of that pid.
QByteArray identityOf(int pid);

// A shell script that runs until endProcess(), and then exits with that code.
QString untilTold(int exitCode);

// Signals the process until it is gone (a script may not listen yet); false when it never goes.
bool endProcess(int pid, int signal = SIGTERM);

} // namespace slipway::test
