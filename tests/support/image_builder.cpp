// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/image_builder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace slipway::test
{

void ImageBuilder::write(const QString& path, const QByteArray& content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qWarning("%s was not written", qPrintable(path));
}

QString ImageBuilder::context(const QList<QPair<QString, QByteArray>>& files)
{
    const QString folder = m_dir.filePath(QString::number(++m_count));
    for (const auto& [name, content] : files)
        write(folder + u'/' + name, content);
    return folder;
}

Output ImageBuilder::build(const QString& folder, const QStringList& more) const
{
    return m_engine.docker(QStringList{"build"} + more + QStringList{folder}, {}, 60000);
}

Output ImageBuilder::shell(const QString& image, const QString& command) const
{
    return m_engine.docker({"run", "--rm", "--entrypoint", "", image, "sh", "-c", command});
}

QByteArray ImageBuilder::imageId(const QString& name) const
{
    return m_engine.docker({"inspect", "-f", "{{.Id}}", name}).out.trimmed();
}

} // namespace slipway::test
