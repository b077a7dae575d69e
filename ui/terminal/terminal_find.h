// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QObject>
#include <QRegularExpression>
#include <QTimer>

#include "logstore/log_query.h"
#include "terminal/terminal_screen.h"

namespace slipway::ui
{

// Finds in a terminal's lines, scrollback included, from the newest to the oldest, some milliseconds at a time between the events of
// the window. A match does not go over the end of a row. What is printed later is found by searching again (next, previous).
class TerminalFind : public QObject
{
    Q_OBJECT

public:
    struct Match
    {
        std::uint64_t line; // index + discarded()
        int from, to;       // columns
    };
    static constexpr std::size_t most = 10'000;

    explicit TerminalFind(QObject* parent = nullptr);

    void setScreen(TerminalScreen* screen); // forgets all matches
    void start(const logstore::LogQuery& query);
    void stop();
    void next();     // towards the end
    void previous(); // towards the beginning

    [[nodiscard]] const std::vector<Match>& matches() const { return m_matches; } // the newest first
    [[nodiscard]] const Match* current() const { return m_current < m_matches.size() ? &m_matches[m_current] : nullptr; }
    [[nodiscard]] QString status() const;
    [[nodiscard]] bool isError() const { return m_wrong; }

signals:
    void changed();
    void shown(quint64 line); // the current match should be seen

private:
    void work();
    void searchLine(int index);

    TerminalScreen* m_screen = nullptr;
    QRegularExpression m_pattern;
    bool m_active = false, m_wrong = false;
    std::uint64_t m_next = 0; // the line above which it is not searched yet, as Match::line, + 1
    std::vector<Match> m_matches;
    std::size_t m_current = 0;
    TerminalLine m_line;
    QTimer m_more;
};

} // namespace slipway::ui
