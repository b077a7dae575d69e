// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QString>

namespace slipway::test
{

class EngineProcess;

// What an engine has made outside its own memory: mounts, network namespaces and links, packet rules' elements, processes,
// cgroups, and files (by path). Taken before and after a failure, the two must be the same:
//     const Footprint before(engine); … QTRY_COMPARE(Footprint(engine).since(before), QString());
// Cgroups are counted by the container ids that the engine knows or left in its folders. One thread.
class Footprint
{
public:
    explicit Footprint(const EngineProcess& engine);
    // "+ thing" for what is new, "- thing" for what is gone, a line each; empty when nothing changed.
    QString since(const Footprint& before) const;
    // As since(), but only what is new.
    QString leftSince(const Footprint& before) const;

private:
    void addMounts(const QString& dir);
    void addProcesses(const QString& dir);
    void addNetwork();
    void addCgroups(const EngineProcess& engine);
    void addFiles(const QString& dir);

    QSet<QString> m_things;
};

} // namespace slipway::test
