// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <QRegularExpression>
#include <QString>

#include "logs/line_store.h"

// Finding in a log, a slice of time after another on the caller's thread: start(), then advance() until it is false, and
// again whenever lines came. Matches are in the text as shown (escape sequences gone).
namespace slipway::ui
{

class LogSearch
{
public:
    static constexpr std::size_t maxMatches = 1'000'000;

    struct Query
    {
        QString text;
        bool caseSensitive = false, regex = false;
        bool operator==(const Query&) const = default;
    };
    struct Match
    {
        std::uint64_t line = 0;
        int start = 0, length = 0;
    };

    // False when the regular expression is wrong: errorText() says why. An empty text clears.
    bool start(const LineStore& store, const Query& query);
    // Searches for about MILLISECONDS; true while lines remain.
    bool advance(const LineStore& store, int milliseconds);

    [[nodiscard]] bool active() const { return !m_query.text.isEmpty() && m_error.isEmpty(); }
    [[nodiscard]] bool full() const { return m_matches.size() >= maxMatches; }
    [[nodiscard]] const std::vector<Match>& matches() const { return m_matches; } // in order of line and start
    [[nodiscard]] const Query& query() const { return m_query; }
    [[nodiscard]] QString errorText() const { return m_error; }
    [[nodiscard]] std::size_t firstAtOrAfter(std::uint64_t line) const; // index into matches()
    [[nodiscard]] std::pair<std::size_t, std::size_t> ofLine(std::uint64_t line) const;

private:
    void searchLine(std::uint64_t number, std::string_view bytes);
    [[nodiscard]] bool mayMatch(std::string_view bytes) const;

    Query m_query;
    QString m_error;
    QRegularExpression m_regex;
    std::string m_needle; // bytes to look for before a line is decoded; lower case unless caseSensitive
    bool m_prefilter = false;
    std::vector<Match> m_matches;
    std::uint64_t m_next = 0;
};

} // namespace slipway::ui
