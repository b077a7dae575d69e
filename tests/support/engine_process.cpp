// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/engine_process.h"

#include <sys/mount.h>
#include <unistd.h>

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

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

EngineProcess::EngineProcess() : EngineProcess(qgetenv("SLIPWAY_TEST_AS") == "user" ? As::User : As::Root) {}

EngineProcess::EngineProcess(As as) : m_as(as)
{
    char name[] = "/tmp/slipway-test-XXXXXX";
    m_dir = QString::fromLocal8Bit(::mkdtemp(name));
    ::mount("tmpfs", name, "tmpfs", 0, "mode=755");
    if (!rootless())
        return;
    // What is mounted here later is seen by the engine, as on a machine whose mounts are shared (systemd makes them so).
    ::mount(nullptr, name, nullptr, MS_SHARED, nullptr);
    // The user may not be able to go where the programs are (a repository in root's home).
    const QByteArray bin = QFile::encodeName(m_dir + "/bin");
    const QString programs = QFileInfo(QStandardPaths::findExecutable("slipwayd")).absolutePath();
    QDir(m_dir).mkdir("bin");
    ::mount(QFile::encodeName(programs).constData(), bin.constData(), nullptr, MS_BIND, nullptr);
    for (const char* folder : {"/home", "/xdg", ""}) {
        const QByteArray path = QFile::encodeName(m_dir + folder);
        QDir().mkpath(m_dir + folder);
        if (::chown(path.constData(), userId, userId) != 0)
            qWarning("%s does not become the user's", path.constData());
    }
    QFile::setPermissions(m_dir + "/xdg", QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

QProcessEnvironment EngineProcess::userEnvironment() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* gone : {"XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"})
        environment.remove(gone);
    environment.insert("PATH", m_dir + "/bin:" + environment.value("PATH"));
    environment.insert("HOME", m_dir + "/home");
    environment.insert("XDG_RUNTIME_DIR", m_dir + "/xdg");
    return environment;
}

QString EngineProcess::runFolder() const { return m_dir + (rootless() ? "/xdg/slipway" : "/run"); }
QString EngineProcess::rootFolder() const { return m_dir + (rootless() ? "/home/.local/share/slipway/engine" : "/root"); }
QString EngineProcess::socketPath() const { return rootless() ? runFolder() + "/slipway.sock" : m_dir + "/s"; }

EngineProcess::~EngineProcess()
{
    if (m_process.state() == QProcess::Running)
    {
        removeContainers();
        stop();
    }
    ::umount2(m_dir.toLocal8Bit().constData(), MNT_DETACH);
    QDir().rmdir(m_dir);
}

bool EngineProcess::spawn(const QStringList& arguments)
{
    m_process.setStandardErrorFile(m_dir + "/stderr", QIODevice::Append);
    if (rootless())
        m_process.setProcessEnvironment(userEnvironment());
    if (rootless())
        m_process.start(SLIPWAY_SOURCE_DIR "/tests/support/as_user", QStringList{"slipwayd"} + arguments);
    else
        m_process.start("slipwayd", QStringList{"--socket", socketPath(), "--root", rootFolder(), "--run", runFolder()} + arguments);
    return m_process.waitForStarted();
}

bool EngineProcess::waitForPing(int timeoutMs)
{
    const QDeadlineTimer deadline(timeoutMs);
    do
    {
        if (run("curl", {"-sf", "--unix-socket", socketPath(), "http://d/_ping"}, {}, 1000).out == "OK")
            return true;
    } while (!m_process.waitForFinished(10) && !deadline.hasExpired() && m_process.state() != QProcess::NotRunning);
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

Output EngineProcess::api(const QString& method, const QString& path, const QByteArray& body, int timeoutMs) const
{
    QStringList words = {"-s", "--fail-with-body", "--unix-socket", socketPath(), "-X", method, "http://d" + path};
    if (!body.isEmpty())
        words << "-H" << "Content-Type: application/json" << "--data-binary" << "@-";
    return run("curl", words, body, timeoutMs);
}

QJsonValue EngineProcess::get(const QString& path) const
{
    const Output answer = api("GET", path);
    const QJsonDocument document = QJsonDocument::fromJson(answer.code == 0 ? answer.out : QByteArray());
    return document.isArray() ? QJsonValue(document.array()) : document.isObject() ? QJsonValue(document.object()) : QJsonValue();
}

QProcessEnvironment EngineProcess::clientEnvironment() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("DOCKER_HOST", "unix://" + socketPath());
    environment.insert("DOCKER_CONFIG", m_dir + "/docker");
    return environment;
}

Output EngineProcess::docker(const QStringList& arguments, const QByteArray& input, int timeoutMs) const
{
    return run("docker", arguments, input, timeoutMs, clientEnvironment());
}

Output EngineProcess::importBusybox(const QString& name) const
{
    const QString tree = m_dir + "/busybox";
    for (const char* folder : {"/bin", "/tmp", "/etc", "/root"})
        QDir().mkpath(tree + folder);
    QFile::copy("/usr/bin/busybox", tree + "/bin/busybox");
    for (const QByteArray& applet : run("busybox", {"--list"}).out.split('\n'))
        QFile::link("busybox", tree + "/bin/" + applet);
    const auto write = [&](const char* path, const char* text) {
        QFile file(tree + path);
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
    };
    write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
    write("/etc/group", "root:x:0:\nnogroup:x:65534:\n");
    return docker({"import", "-", name}, run("tar", {"-C", tree, "-c", "."}).out);
}

QByteArray EngineProcess::startWithBusybox()
{
    if (!start())
        return "slipwayd does not answer: " + errors();
    const Output imported = importBusybox();
    return imported.code == 0 ? QByteArray() : imported.err + errors();
}

void EngineProcess::removeContainers() const
{
    const QByteArray ids = docker({"ps", "-aq"}).out.simplified();
    if (!ids.isEmpty())
        docker(QStringList{"rm", "-f"} + QString::fromLatin1(ids).split(' '));
}

} // namespace slipway::test
