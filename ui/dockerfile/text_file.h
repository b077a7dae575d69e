// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

#include "base/error.h"

namespace slipway::ui
{

// A text file being edited: UTF-8, its line ends kept, written as a whole or not at all, watched for changes by others. A new
// one has no path until it is saved. GUI thread.
class TextFile : public QObject
{
    Q_OBJECT

public:
    static constexpr qint64 largest = 8 << 20; // bytes; more is no Dockerfile

    explicit TextFile(QObject* parent = nullptr);
    // The text with \n as line end. NotFound, Forbidden, InvalidArgument (too large, no text): in words for a person.
    [[nodiscard]] Result<QString> open(const QString& path);
    [[nodiscard]] Status save(const QString& path, const QString& text);
    [[nodiscard]] QString path() const { return m_path; }

signals:
    void changedOnDisk(); // the content is another than what was read or saved last
    void removedOnDisk();

private:
    [[nodiscard]] Result<QByteArray> read(const QString& path) const;
    void watch();
    void check();

    QString m_path;
    QByteArray m_known; // content on disk as far as we know
    bool m_carriageReturns = false, m_removed = false;
    QFileSystemWatcher m_watcher;
    QTimer m_settle;
};

} // namespace slipway::ui
