// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonValue>
#include <QProcess>
#include <QString>
#include <QStringList>

#include "support/patience.h"

namespace slipway::test
{

struct Output
{
    int code = -1; // the exit code; -1 when it crashed or did not end in time
    QByteArray out, err;
};

// A slipwayd of its own (from PATH) on a tmpfs below /tmp, gone with the object. Needs root, also for an engine that is an
// ordinary user's: that one gets a home, a runtime folder and a login of its own and finds its paths by itself, as on a
// user's machine. ctest runs programs of tests/e2e as both ("e2e_X" and "e2e_X_as_user", SLIPWAY_TEST_AS=user; see e2e/CMakeLists.txt).
// One thread.
class EngineProcess
{
public:
    enum class As { Root, User };

    EngineProcess(); // As SLIPWAY_TEST_AS says
    explicit EngineProcess(As as);
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    // True when /_ping was answered; else errors() says why.
    bool start(int timeoutMs = patience, const QStringList& arguments = {}) { return spawn(arguments) && waitForPing(timeoutMs); }
    bool spawn(const QStringList& arguments = {}); // does not wait until it answers
    bool waitForPing(int timeoutMs = patience);
    // start() and importBusybox(): empty, or why not.
    QByteArray startWithBusybox();
    void killHard(); // SIGKILL; returns when it is gone
    void stop();     // SIGTERM; returns when it is gone
    bool rootless() const { return m_as == As::User; }
    QString folder() const { return m_dir; } // of the engine's owner; all that is this engine's lies below it
    QString runFolder() const;
    QString rootFolder() const;
    QString socketPath() const;
    qint64 pid() const { return m_process.processId(); }
    QByteArray errors() const; // what slipwayd wrote to stderr
    // Debian's docker client against this engine.
    Output docker(const QStringList& arguments, const QByteArray& input = {}, int timeoutMs = patience) const;
    // METHOD PATH of the API by curl; out is the answer's body, code 22 for a status of 400 or more.
    Output api(const QString& method, const QString& path, const QByteArray& body = {}, int timeoutMs = patience) const;
    QJsonValue get(const QString& path) const; // the JSON answered to GET; null when it failed
    // What the docker client needs in its environment to find this engine.
    QProcessEnvironment clientEnvironment() const;
    // An image of that name with busybox and its commands, by `docker import`.
    Output importBusybox(const QString& name = "busybox:latest") const;
    void removeContainers() const; // all of them, by force

    static constexpr int userId = 4321; // see as_user

private:
    QProcessEnvironment userEnvironment() const;

    As m_as;
    QString m_dir;
    QProcess m_process;
};

Output run(const QString& program, const QStringList& arguments, const QByteArray& input = {}, int timeoutMs = patience,
           const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment());

} // namespace slipway::test
