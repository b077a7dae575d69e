// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/footprint.h"

#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QStringList>

#include "support/engine_process.h"

namespace slipway::test
{

namespace
{
QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList pids() { return QDir("/proc").entryList(QDir::Dirs).filter(QRegularExpression("^[0-9]+$")); }

QString difference(const QSet<QString>& more, const QSet<QString>& less, const char* sign)
{
    QStringList lines;
    for (const QString& thing : more - less)
        lines << sign + thing;
    lines.sort();
    return lines.join('\n');
}
} // namespace

Footprint::Footprint(const EngineProcess& engine)
{
    addMounts(engine.folder());
    addProcesses(engine.folder());
    addNetwork();
    addCgroups(engine);
    addFiles(engine.rootFolder());
    addFiles(engine.runFolder());
}

void Footprint::addMounts(const QString& dir)
{
    for (const QByteArray& line : contents("/proc/self/mountinfo").split('\n')) {
        const auto words = line.split(' ');
        if (words.size() > 4 && words[4].startsWith(dir.toLocal8Bit()))
            m_things << "mount " + QString::fromLocal8Bit(words[4]);
    }
}

// A process of a container shows the engine's folder in its own mount table, a monitor or crun in its arguments.
void Footprint::addProcesses(const QString& dir)
{
    const QByteArray mark = dir.toLocal8Bit() + '/';
    const QString ownMounts = QFile::symLinkTarget("/proc/self/ns/mnt");
    for (const QString& pid : pids()) {
        const QString proc = "/proc/" + pid;
        const QByteArray command = contents(proc + "/cmdline");
        const QByteArray program = command.left(command.indexOf('\0'));
        const bool waits = command.contains(QByteArray("\0--park", 7)); // a monitor for the next container: another after each start
        if (program.endsWith("slipwayd") || program.endsWith("docker") || program.endsWith("curl") || waits)
            continue;
        const bool inside = QFile::symLinkTarget(proc + "/ns/mnt") != ownMounts && contents(proc + "/mountinfo").contains(mark);
        if (inside || command.contains(mark))
            m_things << "process " + pid + ' ' + QString::fromLocal8Bit(command).replace(QChar(0), ' ').trimmed();
        const QString netns = QFile::symLinkTarget(proc + "/ns/net");
        if (!netns.isEmpty())
            m_things << "netns " + netns.section('/', -1);
    }
}

void Footprint::addNetwork()
{
    for (const QByteArray& line : contents("/proc/self/net/dev").split('\n').mid(2)) // sysfs would show whose who mounted it
        m_things << "link " + QString::fromLatin1(line.left(line.indexOf(':')).trimmed());
    const QByteArray table = run("nft", {"list", "table", "ip", "slipway"}).out;
    static const QRegularExpression element("(?:tcp|udp) \\. \\d+ : [0-9.]+ \\. \\d+");
    for (auto it = element.globalMatch(QString::fromLatin1(table)); it.hasNext();)
        m_things << "rule " + it.next().captured();
}

void Footprint::addCgroups(const EngineProcess& engine)
{
    QSet<QString> ids;
    for (const QString& folder : {engine.rootFolder() + "/containers", engine.rootFolder() + "/snapshots",
                                  engine.runFolder() + "/containers", engine.runFolder() + "/oci"})
        for (const QString& id : QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            ids << id;
    QStringList roots = {"/sys/fs/cgroup"};
    for (const QString& controller : QDir("/sys/fs/cgroup").entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        roots << "/sys/fs/cgroup/" + controller;
    for (const QString& root : roots)
        for (const QString& id : ids)
            if (QDir(root + "/slipway/" + id).exists())
                m_things << "cgroup " + root + "/slipway/" + id;
}

// Not the database's own files and not what containers write. A path that vanishes under the walk is no news.
void Footprint::addFiles(const QString& dir)
{
    QStringList folders = {dir};
    while (!folders.isEmpty()) {
        const QString folder = folders.takeFirst();
        for (const QFileInfo& entry : QDir(folder).entryInfoList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot)) {
            const QString path = entry.filePath();
            if (entry.fileName().startsWith("slipway.db-") || folder == dir + "/metrics" // a history begins a second after its container
                || path == dir + "/kept-logs" // of what was removed, for a week
                || path == dir + "/build-history") // of every build, on purpose
                continue;
            m_things << "file " + path;
            const bool content = path.endsWith("/merged") || path.endsWith("/work") || path.endsWith("/upper") || path.endsWith("/diff");
            if (entry.isDir() && !entry.isSymLink() && !content)
                folders << path;
        }
    }
}

QString Footprint::leftSince(const Footprint& before) const { return difference(m_things, before.m_things, "+ "); }

QString Footprint::since(const Footprint& before) const
{
    return (leftSince(before) + '\n' + difference(before.m_things, m_things, "- ")).trimmed();
}

} // namespace slipway::test
