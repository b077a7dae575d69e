// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <QColor>
#include <QObject>
#include <QString>

// What a LogCanvas shows. A log has lines with numbers that stay; rows are the lines that are shown, from 0. GUI thread.
namespace slipway::ui
{

struct LogLineView
{
    std::string_view text; // until the next change
    std::int64_t timeNs = 0; // 0: unknown
    bool isStderr = false;
    bool isNote = false;       // the engine's own words, not the container's
    bool isContext = false;    // of a filter's match
    std::uint32_t source = 0;  // index into sources()
    std::uint64_t length = 0;  // of all of it; more than the text's: the rest was not read
};

class LogModel : public QObject
{
    Q_OBJECT

public:
    struct Source
    {
        QString id, name;
        QColor color;
        bool operator==(const Source&) const = default;
    };

    using QObject::QObject;
    [[nodiscard]] virtual std::uint64_t count() const = 0; // rows
    // The number of the line of a row; of one that is not here yet nothing, and it is asked for.
    [[nodiscard]] virtual std::optional<std::uint64_t> lineAt(std::uint64_t row) = 0;
    [[nodiscard]] virtual std::uint64_t rowOf(std::uint64_t line) const = 0; // or of the first shown one after it; about, if it is not here
    [[nodiscard]] virtual std::optional<LogLineView> line(std::uint64_t number) = 0;
    [[nodiscard]] virtual std::uint64_t firstLine() const = 0;
    [[nodiscard]] virtual std::uint64_t endLine() const = 0;
    [[nodiscard]] virtual std::int64_t firstTimeNs() const { return 0; }
    [[nodiscard]] virtual const std::vector<Source>& sources() const // more than one: rows say whose they are
    {
        static const std::vector<Source> none;
        return none;
    }
    // What was found: where in what is shown of a line, whether that line is the current match, and at which of HEIGHT pixels of
    // the log there are matches.
    struct Span
    {
        int start = 0, length = 0;
    };
    [[nodiscard]] virtual std::vector<Span> found(const QString& shown) const
    {
        Q_UNUSED(shown)
        return {};
    }
    [[nodiscard]] virtual std::optional<std::uint64_t> currentMatch() const { return std::nullopt; } // its line
    [[nodiscard]] virtual std::vector<int> marks(int height) const
    {
        Q_UNUSED(height)
        return {};
    }

signals:
    void changed();                                    // rows came or went; the last line may have gone on
    void reread(std::uint64_t from, std::uint64_t to); // texts or names of these lines (TO not included) are others now
    void soughtOther();                                // found() says others now
    void searched();                                   // currentMatch() or marks() changed
};

} // namespace slipway::ui
