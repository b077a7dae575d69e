// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPair>
#include <QTemporaryDir>

#include "support/engine_process.h"

namespace slipway::test
{

// Contexts in a folder that goes with the object, and the docker client's classic builder on them.
class ImageBuilder
{
public:
    explicit ImageBuilder(const EngineProcess& engine) : m_engine(engine) { qputenv("DOCKER_BUILDKIT", "0"); }

    QString path(const QString& name) const { return m_dir.filePath(name); } // beside the contexts
    // A new context with these files.
    QString context(const QList<QPair<QString, QByteArray>>& files);
    Output build(const QString& folder, const QStringList& more = {}) const;
    // What COMMAND prints in IMAGE.
    Output shell(const QString& image, const QString& command) const;
    QByteArray imageId(const QString& name) const;
    static void write(const QString& file, const QByteArray& content); // with the folders on its way

private:
    const EngineProcess& m_engine;
    QTemporaryDir m_dir{QStringLiteral("/tmp/slipway-build-XXXXXX")};
    int m_count = 0;
};

} // namespace slipway::test
