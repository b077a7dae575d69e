// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/memory_log.h"

#include <algorithm>

namespace slipway::ui
{

void MemoryLog::linesChanged()
{
    emit changed();
    if (m_matcher) {
        search();
        emit searched();
    }
}

bool MemoryLog::find(const logstore::LogQuery& query)
{
    m_matcher.reset();
    m_matches.clear();
    m_match.reset();
    m_searched = m_store.firstLine();
    bool good = true;
    if (!query.text.empty()) {
        auto compiled = logstore::LineMatcher::compile(query);
        good = compiled.has_value();
        if (good) {
            m_matcher.emplace(*std::move(compiled));
            m_regex = expressionOf(query);
            search();
        }
    }
    emit soughtOther();
    emit searched();
    return good;
}

void MemoryLog::search()
{
    for (m_searched = std::max(m_searched, m_store.firstLine()); m_searched < m_store.endLine(); ++m_searched)
        if (m_matcher->textMatches(logstore::Stream::Stdout, m_store.line(m_searched).text))
            m_matches.push_back(m_searched);
    m_matches.erase(m_matches.begin(), std::ranges::lower_bound(m_matches, m_store.firstLine()));
}

void MemoryLog::step(bool forward, std::uint64_t fromLine)
{
    if (m_matches.empty())
        return;
    auto at = m_match ? (forward ? std::ranges::upper_bound(m_matches, *m_match) : std::ranges::lower_bound(m_matches, *m_match))
                      : (forward ? std::ranges::lower_bound(m_matches, fromLine) : std::ranges::upper_bound(m_matches, fromLine));
    if (forward)
        m_match = at == m_matches.end() ? m_matches.front() : *at;
    else
        m_match = at == m_matches.begin() ? m_matches.back() : *std::prev(at);
    emit searched();
}

std::optional<std::size_t> MemoryLog::matchNumber() const
{
    if (!m_match)
        return std::nullopt;
    return std::size_t(std::ranges::lower_bound(m_matches, *m_match) - m_matches.begin()) + 1;
}

std::vector<LogModel::Span> MemoryLog::found(const QString& shown) const
{
    return m_matcher ? foundSpans(m_regex, shown) : std::vector<Span>();
}

std::vector<int> MemoryLog::marks(int height) const
{
    std::vector<int> places;
    const double lines = static_cast<double>(std::max<std::uint64_t>(1, count()));
    for (auto at = m_matches.begin(); at != m_matches.end();) { // a step a pixel, however many matches
        const auto pixel = static_cast<int>(static_cast<double>(rowOf(*at)) / lines * height);
        places.push_back(pixel);
        const auto next = m_store.firstLine() + static_cast<std::uint64_t>((pixel + 1) * lines / std::max(1, height));
        at = std::lower_bound(at + 1, m_matches.end(), next);
    }
    return places;
}

std::uint64_t MemoryLog::rowOf(std::uint64_t line) const { return std::clamp(line, m_store.firstLine(), m_store.endLine()) - m_store.firstLine(); }

std::optional<LogLineView> MemoryLog::line(std::uint64_t number)
{
    if (number < m_store.firstLine() || number >= m_store.endLine())
        return std::nullopt;
    const LineStore::Line line = m_store.line(number);
    return LogLineView{line.text, line.timeNs, line.isStderr, false, false, 0, line.text.size()};
}

} // namespace slipway::ui
