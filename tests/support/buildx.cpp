// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/buildx.h"

#include <QDir>
#include <QFile>

namespace slipway::test
{

QString buildxPlugin()
{
    QStringList places = {"/usr/libexec/docker/cli-plugins/docker-buildx"};
    const QDir cache(qEnvironmentVariable("CACHE"));
    for (const QString& peers : cache.entryList({"peers-*"}, QDir::Dirs))
        places << cache.filePath(peers + "/usr/libexec/docker/cli-plugins/docker-buildx");
    for (const QString& place : places)
        if (QFile::exists(place))
            return place;
    return {};
}

bool installBuildx(const QString& config)
{
    return QDir().mkpath(config + "/cli-plugins") && QFile::copy(buildxPlugin(), config + "/cli-plugins/docker-buildx");
}

QProcessEnvironment buildxEnvironment(const EngineProcess& engine, const QString& config)
{
    QProcessEnvironment environment = engine.clientEnvironment();
    environment.remove("DOCKER_BUILDKIT");
    environment.insert("DOCKER_CONFIG", config);
    environment.insert("BUILDX_CONFIG", config + "/buildx");
    return environment;
}

} // namespace slipway::test
