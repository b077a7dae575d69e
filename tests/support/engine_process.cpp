// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/engine_process.h"

#include <sys/mount.h>

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QThread>

#include <cstdlib>

namespace slipway::test
{

Output run(const QString& program, const QStringList& arguments, const QByteArray& input, int timeoutMs,
           const QProcessEnvironment& environment)
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    Output output;
    if (process.waitForFinished(timeoutMs) && process.exitStatus() == QProcess::NormalExit)
        output.code = process.exitCode();
    output.out = process.readAllStandardOutput();
    output.err = process.readAllStandardError();
    return output;
}

EngineProcess::EngineProcess()
{
    char name[] = "/tmp/slipway-test-XXXXXX";
    m_dir = QString::fromLocal8Bit(::mkdtemp(name));
    ::mount("tmpfs", name, "tmpfs", 0, "mode=755");
}

EngineProcess::~EngineProcess()
{
    if (m_process.state() == QProcess::Running)
    {
        const QByteArray ids = docker({"ps", "-aq"}).out.simplified();
        if (!ids.isEmpty())
            docker(QStringList{"rm", "-f"} + QString::fromLatin1(ids).split(' '));
        stop();
    }
    ::umount2(m_dir.toLocal8Bit().constData(), MNT_DETACH);
    QDir().rmdir(m_dir);
}

bool EngineProcess::start(int timeoutMs)
{
    m_process.setStandardErrorFile(m_dir + "/stderr", QIODevice::Append);
    m_process.start("slipwayd", {"--socket", socketPath(), "--root", m_dir + "/root", "--run", m_dir + "/run"});
    const QDeadlineTimer deadline(timeoutMs);
    do
    {
        if (run("curl", {"-sf", "--unix-socket", socketPath(), "http://d/_ping"}, {}, 1000).out == "OK")
            return true;
        QThread::msleep(10);
    } while (!deadline.hasExpired());
    return false;
}

void EngineProcess::killHard()
{
    m_process.kill();
    m_process.waitForFinished();
}

void EngineProcess::stop()
{
    m_process.terminate();
    if (!m_process.waitForFinished(10000))
        killHard();
}

QByteArray EngineProcess::errors() const
{
    QFile file(m_dir + "/stderr");
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Output EngineProcess::docker(const QStringList& arguments, const QByteArray& input, int timeoutMs) const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("DOCKER_HOST", "unix://" + socketPath());
    environment.insert("DOCKER_CONFIG", m_dir + "/docker");
    return run("docker", arguments, input, timeoutMs, environment);
}

Output EngineProcess::importBusybox(const QString& name) const
{
    const QString tree = m_dir + "/busybox";
    for (const char* folder : {"/bin", "/tmp", "/etc", "/root"})
        QDir().mkpath(tree + folder);
    QFile::copy("/usr/bin/busybox", tree + "/bin/busybox");
    for (const char* applet : {"sh", "true", "echo", "cat", "sleep", "ls", "id", "grep", "wget", "httpd"})
        QFile::link("busybox", tree + "/bin/" + applet);
    return docker({"import", "-", name}, run("tar", {"-C", tree, "-c", "."}, {}, 10000).out);
}

} // namespace slipway::test
