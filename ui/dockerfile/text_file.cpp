// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/text_file.h"

#include <QFileInfo>
#include <QSaveFile>
#include <QStringDecoder>

namespace slipway::ui
{
namespace
{
constexpr int settleMs = 150; // editors write a file in several steps
}

TextFile::TextFile(QObject* parent) : QObject(parent)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleMs);
    connect(&m_settle, &QTimer::timeout, this, &TextFile::check);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
}

Result<QByteArray> TextFile::read(const QString& path) const
{
    QFile file(path);
    const QFileInfo info(path);
    if (!info.exists())
        return fail(ErrorKind::NotFound, tr("%1 is not there").arg(path).toStdString());
    if (!info.isFile())
        return fail(ErrorKind::InvalidArgument, tr("%1 is not a file").arg(path).toStdString());
    if (info.size() > largest)
        return fail(ErrorKind::InvalidArgument, tr("%1 has more than 8 MiB: too much for a Dockerfile").arg(path).toStdString());
    if (!file.open(QFile::ReadOnly))
        return fail(ErrorKind::Forbidden, tr("%1 could not be read: %2").arg(path, file.errorString()).toStdString());
    return file.read(largest);
}

Result<QString> TextFile::open(const QString& path)
{
    TRY(QByteArray bytes, read(path));
    if (bytes.contains('\0'))
        return fail(ErrorKind::InvalidArgument, tr("%1 is not text").arg(path).toStdString());
    QStringDecoder decode(QStringDecoder::Utf8);
    QString text = decode(bytes);
    if (decode.hasError())
        return fail(ErrorKind::InvalidArgument, tr("%1 is not UTF-8 text").arg(path).toStdString());
    m_carriageReturns = text.contains(QLatin1StringView("\r\n"));
    text.replace(QLatin1StringView("\r\n"), QLatin1StringView("\n"));
    m_path = QFileInfo(path).absoluteFilePath();
    m_known = std::move(bytes);
    m_removed = false;
    watch();
    return text;
}

Status TextFile::save(const QString& path, const QString& text)
{
    QString out = text;
    if (m_carriageReturns)
        out.replace(QLatin1Char('\n'), QLatin1StringView("\r\n"));
    const QByteArray bytes = out.toUtf8();
    const QFileInfo info(path);
    QSaveFile file(info.isSymLink() ? info.symLinkTarget() : path);
    file.setDirectWriteFallback(true); // a file that may be written in a folder that may not
    if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return fail(ErrorKind::Forbidden, tr("%1 could not be saved: %2").arg(path, file.errorString()).toStdString());
    m_path = info.absoluteFilePath();
    m_known = bytes;
    m_removed = false;
    watch();
    return {};
}

void TextFile::watch()
{
    if (const QStringList watched = m_watcher.files() + m_watcher.directories(); !watched.isEmpty())
        m_watcher.removePaths(watched);
    m_watcher.addPaths({m_path, QFileInfo(m_path).absolutePath()}); // the folder: a file that is replaced is another one
}

void TextFile::check()
{
    const auto bytes = read(m_path);
    if (!bytes) {
        if (!std::exchange(m_removed, true))
            emit removedOnDisk();
        return;
    }
    watch();
    if (*bytes == m_known && !m_removed)
        return;
    m_removed = false;
    if (std::exchange(m_known, *bytes) != *bytes)
        emit changedOnDisk();
}

} // namespace slipway::ui
