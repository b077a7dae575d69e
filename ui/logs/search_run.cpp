// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/search_run.h"

#include <algorithm>
#include <utility>

namespace slipway::ui
{
namespace
{
constexpr std::uint64_t smallStretch = 4096; // lines; what came while a log was followed is put together up to that
}

void SearchTable::clear()
{
    m_chunks.clear();
    sum();
}

void SearchTable::add(const std::vector<logstore::SearchChunk>& chunks)
{
    if (chunks.empty())
        return;
    const auto middle = static_cast<std::ptrdiff_t>(m_chunks.size());
    for (const logstore::SearchChunk& chunk : chunks) {
        logstore::SearchChunk* last = m_chunks.empty() ? nullptr : &m_chunks.back();
        if (last && chunks.size() == 1 && chunk.from >= last->to && chunk.to - last->from < smallStretch) {
            last->to = chunk.to;
            last->rows += chunk.rows;
            last->matches += chunk.matches;
        } else {
            m_chunks.push_back(chunk);
        }
    }
    const auto byFrom = [](const auto& a, const auto& b) { return a.from < b.from; };
    std::sort(m_chunks.begin() + middle, m_chunks.end(), byFrom);
    std::inplace_merge(m_chunks.begin(), m_chunks.begin() + middle, m_chunks.end(), byFrom);
    sum();
}

void SearchTable::forgetBefore(std::uint64_t line)
{
    const auto kept = std::ranges::find_if(m_chunks, [line](const auto& chunk) { return chunk.to > line; });
    if (kept == m_chunks.begin())
        return;
    m_chunks.erase(m_chunks.begin(), kept);
    sum();
}

void SearchTable::sum()
{
    m_rows = m_matches = 0;
    m_rowsBefore.resize(m_chunks.size());
    m_matchesBefore.resize(m_chunks.size());
    for (std::size_t i = 0; i < m_chunks.size(); ++i) {
        m_rowsBefore[i] = m_rows;
        m_matchesBefore[i] = m_matches;
        m_rows += m_chunks[i].rows;
        m_matches += m_chunks[i].matches;
    }
}

SearchTable::Spot SearchTable::spotOfRow(std::uint64_t row) const
{
    const auto after = std::ranges::upper_bound(m_rowsBefore, row);
    const auto chunk = static_cast<std::size_t>(after - m_rowsBefore.begin()) - 1;
    return {chunk, m_rowsBefore[chunk]};
}

SearchTable::Spot SearchTable::spotOfLine(std::uint64_t line) const
{
    const auto found = std::ranges::partition_point(m_chunks, [line](const auto& chunk) { return chunk.to <= line; });
    const auto chunk = static_cast<std::size_t>(found - m_chunks.begin());
    return {chunk, chunk < m_chunks.size() ? m_rowsBefore[chunk] : m_rows};
}

std::uint64_t SearchTable::matchesBefore(std::size_t chunk) const { return chunk < m_chunks.size() ? m_matchesBefore[chunk] : m_matches; }

SearchRun::SearchRun(EngineClient& client, QObject* parent) : QObject(parent), m_client(client)
{
    m_tell.setSingleShot(true);
    m_tell.setInterval(30);
    connect(&m_tell, &QTimer::timeout, this, [this] {
        if (std::exchange(m_untold, false)) {
            m_tell.start();
            emit advanced();
        }
    });
}

void SearchRun::start(const LogsClient::Containers& containers, const logstore::LogQuery& query, std::uint64_t first,
                      std::uint64_t end)
{
    stop();
    m_active = true;
    m_containers = containers;
    m_query = query;
    m_end = end;
    ask(first, end, true);
}

void SearchRun::stop()
{
    m_hop.cut();
    m_request.reset();
    m_tell.stop();
    m_untold = false;
    m_active = false;
    m_table.clear();
    m_error.clear();
    m_searched = m_total = m_givenUp = m_givenUpBefore = 0;
}

void SearchRun::grown(std::uint64_t first, std::uint64_t end)
{
    if (!m_active)
        return;
    m_end = end;
    m_table.forgetBefore(first);
    if (m_end < m_asked) // another log by now
        return start(LogsClient::Containers(m_containers), logstore::LogQuery(m_query), first, end);
    if (!m_request && m_error.isEmpty() && m_end > m_asked)
        ask(m_asked, m_end, false);
}

void SearchRun::ask(std::uint64_t from, std::uint64_t to, bool newestFirst)
{
    m_asked = to;
    m_searched = 0;
    m_total = to - std::min(from, to);
    m_givenUpBefore = m_givenUp;
    if (m_total == 0)
        return;
    m_hop.renew(this);
    logstore::SearchOptions options;
    options.from = from;
    options.to = to;
    options.newestFirst = newestFirst;
    // The context of what comes next may be rows that were searched already: they stay hidden until the search is made anew.
    m_request = m_client.logs().search(
        m_containers, m_query, options,
        m_hop.wrap<logstore::SearchProgress>([this](const logstore::SearchProgress& progress) { take(progress); }),
        m_hop.wrap<Status>([this](const Status& status) { ended(status); }));
}

void SearchRun::take(const logstore::SearchProgress& progress)
{
    m_table.add(progress.chunks);
    m_searched = progress.searched;
    m_total = std::max(progress.total, progress.searched);
    m_givenUp = m_givenUpBefore + progress.givenUp;
    if (m_tell.isActive()) {
        m_untold = true;
    } else {
        m_tell.start();
        emit advanced();
    }
}

void SearchRun::ended(const Status& status)
{
    m_request.reset();
    m_tell.stop();
    m_untold = false;
    m_searched = m_total;
    if (!status)
        m_error = QString::fromStdString(status.error().message);
    else if (m_end > m_asked)
        ask(m_asked, m_end, false);
    emit advanced();
}

} // namespace slipway::ui
