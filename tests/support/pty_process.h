// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcessEnvironment>
#include <QStringList>

#include "support/patience.h"

namespace slipway::test
{

// A program on a pseudo terminal of its own, as a person has it: docker run -it, attach, exec -it. Killed with the object.
// One thread; nothing here blocks longer than it is told.
class PtyProcess
{
public:
    PtyProcess(const QString& program, const QStringList& arguments, const QProcessEnvironment& environment, int rows = 24,
               int columns = 80);
    ~PtyProcess();
    PtyProcess(const PtyProcess&) = delete;
    PtyProcess& operator=(const PtyProcess&) = delete;

    void type(const QByteArray& bytes);
    void resize(int rows, int columns); // the program gets SIGWINCH
    // Reads until TEXT has come after the last match; false when it did not come in time.
    bool waitFor(const QByteArray& text, int timeoutMs = patience);
    // The exit code; 128 + signal when killed; -1 when it did not end in time.
    int waitForEnd(int timeoutMs = patience);
    QByteArray output() const { return m_output; } // all so far
    int pid() const { return m_pid; }

private:
    bool read(int timeoutMs);

    int m_pid = -1, m_fd = -1;
    QByteArray m_output;
    qsizetype m_matched = 0;
};

} // namespace slipway::test
