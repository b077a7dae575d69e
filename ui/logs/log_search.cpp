// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_search.h"

#include <algorithm>
#include <cstring>

#include <QElapsedTimer>

#include "logs/ansi_text.h"

namespace slipway::ui
{

bool LogSearch::start(const LineStore& store, const Query& query)
{
    m_query = query;
    m_matches.clear();
    m_error.clear();
    m_next = store.firstLine();
    m_prefilter = false;
    if (query.text.isEmpty())
        return true;
    if (query.regex) {
        m_regex = QRegularExpression(query.text, query.caseSensitive ? QRegularExpression::NoPatternOption
                                                                      : QRegularExpression::CaseInsensitiveOption);
        if (!m_regex.isValid()) {
            m_error = m_regex.errorString();
            return false;
        }
        m_regex.optimize();
        return true;
    }
    const bool ascii = std::all_of(query.text.begin(), query.text.end(),
                                   [](QChar c) { return c.unicode() >= 0x21 && c.unicode() < 0x7f; });
    m_needle = (query.caseSensitive ? query.text : query.text.toLower()).toStdString();
    m_prefilter = ascii;
    return true;
}

bool LogSearch::mayMatch(std::string_view bytes) const
{
    if (!m_prefilter || bytes.find('\x1b') != std::string_view::npos)
        return true;
    if (m_query.caseSensitive)
        return memmem(bytes.data(), bytes.size(), m_needle.data(), m_needle.size()) != nullptr;
    const unsigned char low = static_cast<unsigned char>(m_needle[0]);
    const unsigned char up = static_cast<unsigned char>(low >= 'a' && low <= 'z' ? low - 32 : low);
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i + m_needle.size() <= bytes.size(); ++i) {
        const unsigned char c = static_cast<unsigned char>(bytes[i]);
        if (c != low && c != up)
            continue;
        std::size_t k = 1;
        while (k < m_needle.size() && lower(bytes[i + k]) == m_needle[k])
            ++k;
        if (k == m_needle.size())
            return true;
    }
    // Non-ASCII letters may fold to ASCII ones (the Kelvin sign): let Qt decide where there are any.
    return std::any_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) < 0; });
}

void LogSearch::searchLine(std::uint64_t number, std::string_view bytes)
{
    if (!mayMatch(bytes))
        return;
    const QString text = parseAnsi(bytes).text;
    if (m_query.regex) {
        for (auto it = m_regex.globalMatch(text); it.hasNext() && !full();) {
            const QRegularExpressionMatch match = it.next();
            if (match.capturedLength() > 0)
                m_matches.push_back({number, static_cast<int>(match.capturedStart()),
                                     static_cast<int>(match.capturedLength())});
        }
        return;
    }
    const auto sensitivity = m_query.caseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
    const int length = static_cast<int>(m_query.text.size());
    for (qsizetype at = text.indexOf(m_query.text, 0, sensitivity); at >= 0 && !full();
         at = text.indexOf(m_query.text, at + length, sensitivity))
        m_matches.push_back({number, static_cast<int>(at), length});
}

bool LogSearch::advance(const LineStore& store, int milliseconds)
{
    if (!active())
        return false;
    if (store.endLine() < m_next) { // the store was cleared
        m_matches.clear();
        m_next = store.firstLine();
    }
    if (!m_matches.empty() && m_matches.front().line < store.firstLine())
        m_matches.erase(m_matches.begin(), m_matches.begin() + static_cast<std::ptrdiff_t>(firstAtOrAfter(store.firstLine())));
    m_next = std::max(m_next, store.firstLine());
    QElapsedTimer timer;
    timer.start();
    while (m_next < store.endLine() && !full()) {
        searchLine(m_next, store.line(m_next).text);
        ++m_next;
        if (m_next % 64 == 0 && timer.elapsed() >= milliseconds)
            return m_next < store.endLine();
    }
    return false;
}

std::size_t LogSearch::firstAtOrAfter(std::uint64_t line) const
{
    return static_cast<std::size_t>(std::lower_bound(m_matches.begin(), m_matches.end(), line,
                                                     [](const Match& m, std::uint64_t l) { return m.line < l; }) -
                                    m_matches.begin());
}

std::pair<std::size_t, std::size_t> LogSearch::ofLine(std::uint64_t line) const
{
    return {firstAtOrAfter(line), firstAtOrAfter(line + 1)};
}

} // namespace slipway::ui
