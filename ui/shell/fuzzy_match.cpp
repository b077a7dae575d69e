// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/fuzzy_match.h"

#include <algorithm>

namespace slipway::ui
{
namespace
{
constexpr int letter = 4, inARow = 6, wordStart = 8, whole = 60, part = 30;

// From the place where QUERY's first letter is taken; the best of those places wins.
int scoreFrom(const QString& query, const QString& text, qsizetype start)
{
    int score = 0;
    qsizetype at = start, last = -2;
    for (const QChar& wanted : query) {
        at = text.indexOf(wanted, at, Qt::CaseInsensitive);
        if (at < 0)
            return 0;
        const bool begins = at == 0 || !text[at - 1].isLetterOrNumber();
        score += letter + (at == last + 1 ? inARow : 0) + (begins ? wordStart : 0);
        last = at++;
    }
    return score;
}
} // namespace

int fuzzyScore(const QString& query, const QString& text)
{
    if (query.isEmpty())
        return 1;
    int best = 0;
    for (qsizetype start = text.indexOf(query[0], 0, Qt::CaseInsensitive); start >= 0;
         start = text.indexOf(query[0], start + 1, Qt::CaseInsensitive))
        best = std::max(best, scoreFrom(query, text, start));
    if (best == 0)
        return 0;
    if (text.compare(query, Qt::CaseInsensitive) == 0)
        best += whole;
    else if (text.contains(query, Qt::CaseInsensitive))
        best += part;
    return std::max(1, best * 8 - int(std::min<qsizetype>(text.size(), 200)));
}

} // namespace slipway::ui
