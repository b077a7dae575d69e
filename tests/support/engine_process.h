// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>

namespace slipway::test
{

struct Output
{
    int code = -1; // the exit code; -1 when it crashed or did not end in time
    QByteArray out, err;
};

// A slipwayd of its own (from PATH) on a tmpfs below /tmp, gone with the object. Needs root. One thread.
class EngineProcess
{
public:
    EngineProcess();
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    // True when /_ping was answered; else errors() says why.
    bool start(int timeoutMs = 5000);
    void killHard(); // SIGKILL; returns when it is gone
    void stop();     // SIGTERM; returns when it is gone
    QString socketPath() const { return m_dir + "/s"; }
    QByteArray errors() const; // what slipwayd wrote to stderr
    // Debian's docker client against this engine.
    Output docker(const QStringList& arguments, const QByteArray& input = {}, int timeoutMs = 20000) const;
    // An image of that name with busybox and its commands, by `docker import`.
    Output importBusybox(const QString& name = "busybox:latest") const;

private:
    QString m_dir;
    QProcess m_process;
};

Output run(const QString& program, const QStringList& arguments, const QByteArray& input, int timeoutMs,
           const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment());

} // namespace slipway::test
