// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QMetaType>
#include <QObject>
#include <QStringList>

#include "build/dockerfile/dockerfile.h"

namespace slipway::ui
{

// An error or an advice, in the editor's own places: lines and columns count from 0, columns in UTF-16 units.
struct Problem
{
    int line = 0, column = 0, endLine = 0, endColumn = 0; // never empty: at least a character, or the whole line
    dockerfile::Severity severity = dockerfile::Severity::Error;
    QString rule, message;
    std::optional<QString> fix; // what would stand there instead

    [[nodiscard]] bool saysSame(const Problem& other) const // wherever
    {
        return severity == other.severity && rule == other.rule && message == other.message && fix == other.fix;
    }
};

// What a Dockerfile says and what is wrong with it.
struct Analysis
{
    int revision = 0; // of the text it is of
    std::shared_ptr<const dockerfile::File> file; // never null
    std::vector<Problem> problems;                // in the order of the text
    [[nodiscard]] int count(dockerfile::Severity severity) const;
};

// IGNORE: the content of the .dockerignore that goes with it. Pure and thread-safe; some milliseconds for thousands of lines.
[[nodiscard]] Analysis analyse(const QString& text, const QString& ignore = {});

// Analyses on another thread; while one analysis runs only the newest text waits. GUI thread.
class Analyser : public QObject
{
    Q_OBJECT

public:
    explicit Analyser(QObject* parent = nullptr) : QObject(parent) {}
    // IGNOREFILES: the first that is there goes with it.
    void analyse(const QString& text, const QStringList& ignoreFiles, int revision);

signals:
    void analysed(const std::shared_ptr<const slipway::ui::Analysis>& analysis);

private:
    struct Wish
    {
        QString text;
        QStringList ignoreFiles;
        int revision;
    };
    void start(Wish wish);

    bool m_running = false;
    std::optional<Wish> m_waiting;
};

} // namespace slipway::ui
