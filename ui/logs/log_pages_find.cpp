// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "logs/log_pages.h"

// Going from match to match, and to a time.
namespace slipway::ui
{

void LogPages::forgetMatch()
{
    m_stepHop.cut();
    m_step.reset();
    m_match.reset();
    m_matchNumber.reset();
}

void LogPages::stepMatch(bool forward, std::uint64_t fromLine)
{
    const SearchTable& table = findRun().table();
    if (m_step || table.matches() == 0)
        return;
    // Behind the current match; without one the line itself counts too.
    if (m_match)
        fromLine = forward ? *m_match + 1 : *m_match - std::min<std::uint64_t>(*m_match, 1);
    if (m_match && !forward && *m_match == 0)
        fromLine = UINT64_MAX;
    std::size_t chunk = table.spotOfLine(fromLine).chunk;
    if (chunk >= table.chunks().size()) {
        chunk = forward ? 0 : table.chunks().size() - 1;
        fromLine = forward ? 0 : UINT64_MAX;
    }
    stepWithin(chunk, forward, fromLine);
}

void LogPages::stepWithin(std::size_t chunk, bool forward, std::uint64_t fromLine)
{
    const auto& chunks = findRun().table().chunks();
    for (std::size_t tried = 0; tried <= chunks.size(); ++tried) {
        const auto& each = chunks[chunk];
        const bool possible = each.matches > 0 && (forward ? each.to > fromLine : each.from <= fromLine);
        if (possible)
            break;
        const bool wraps = forward ? chunk + 1 == chunks.size() : chunk == 0;
        chunk = wraps ? (forward ? 0 : chunks.size() - 1) : forward ? chunk + 1 : chunk - 1;
        if (wraps)
            fromLine = forward ? 0 : UINT64_MAX;
        if (tried == chunks.size())
            return;
    }
    logstore::PageRange range;
    range.from = chunks[chunk].from;
    range.to = chunks[chunk].to;
    range.count = 100'000;
    range.cap = 0;
    logstore::LogQuery query = findRun().query();
    query.context = 0;
    m_stepHop.renew(this);
    m_step = m_client.logs().page(containers(), range, query,
                                  m_stepHop.wrap<Result<logstore::LogPage>>([this, chunk, forward, fromLine](const Result<logstore::LogPage>& page) {
                                      m_step.reset();
                                      if (!page)
                                          return fail(page.error());
                                      gotMatches(chunk, forward, fromLine, *page);
                                  }));
}

void LogPages::gotMatches(std::size_t chunk, bool forward, std::uint64_t fromLine, const logstore::LogPage& page)
{
    const SearchTable& table = findRun().table();
    if (chunk >= table.chunks().size())
        return; // another search by now
    const auto& rows = page.rows;
    auto found = std::ranges::lower_bound(rows, fromLine, {}, &logstore::PageRow::row);
    if (!forward) {
        if (found == rows.end() || found->row > fromLine)
            found = found == rows.begin() ? rows.end() : std::prev(found);
    }
    if (found == rows.end()) {
        const std::size_t chunks = table.chunks().size();
        const bool wraps = forward ? chunk + 1 >= chunks : chunk == 0;
        if (rows.empty() && chunks == 1)
            return;
        if (wraps)
            return stepWithin(forward ? 0 : chunks - 1, forward, forward ? 0 : UINT64_MAX);
        return stepWithin(forward ? chunk + 1 : chunk - 1, forward, fromLine);
    }
    m_match = found->row;
    m_matchNumber = table.matchesBefore(chunk) + static_cast<std::uint64_t>(found - rows.begin());
    emit searched();
    emit matchFound(*m_match);
}

void LogPages::lineAtTime(std::int64_t timeNs)
{
    logstore::PageRange range;
    range.timeNs = timeNs;
    range.count = 1;
    m_stepHop.renew(this);
    m_step = m_client.logs().page(containers(), range, {}, m_stepHop.wrap<Result<logstore::LogPage>>([this](const Result<logstore::LogPage>& page) {
                                      m_step.reset();
                                      if (!page)
                                          return fail(page.error());
                                      emit timeFound(page->rows.empty() ? page->end : page->rows.front().row);
                                  }));
}

} // namespace slipway::ui
