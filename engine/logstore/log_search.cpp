// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_search.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>

#include "logstore/block_count.h"

namespace slipway::logstore
{
namespace
{

constexpr std::uint64_t chunkBytes = 1u << 20;
constexpr std::size_t rowCap = 1u << 20;
constexpr auto reportEvery = std::chrono::milliseconds(30);

// Where a search is cut. Of one log: an indexed record. Of several: a moment.
struct Cut
{
    Place place;
    std::int64_t timeNs = 0;
};

// A row is counted where it begins: a cut is where one begins.
std::vector<Cut> cutsOf(const LogSnapshot& log)
{
    std::vector<Cut> cuts;
    LogScanner scanner(log, log.begin());
    Record record;
    Place last = log.begin();
    for (Place at = log.nextIndexed(last); at.segment < log.segments().size(); at = log.nextIndexed(at)) {
        if (at.segment == log.end().segment && at.offset >= log.end().offset)
            break;
        if (at.segment == last.segment && at.offset - last.offset < chunkBytes)
            continue;
        scanner.seek(at, false);
        if (at.line == last.line || !scanner.next(record) || record.place.offset != at.offset || record.header.flags & Continued)
            continue;
        cuts.push_back({at, 0});
        last = at;
    }
    return cuts;
}

std::vector<Cut> cutsOf(const LogSet::Snapshots& logs)
{
    std::vector<std::int64_t> times;
    for (const auto& log : logs)
        for (const auto& segment : log->segments())
            for (const IndexEntry& entry : *segment.index)
                times.push_back(entry.timeNs);
    std::ranges::sort(times);
    std::vector<Cut> cuts;
    for (std::size_t i = 16; i < times.size(); i += 16)
        if (cuts.empty() || times[i] > cuts.back().timeNs)
            cuts.push_back({{}, times[i]});
    return cuts;
}

class Search
{
public:
    Search(const LogSet& set, const LogQuery& query, const LineMatcher& matcher, const SearchOptions& options,
           const std::function<void(const SearchProgress&)>& onProgress, const std::stop_token& stop)
        : m_set(set), m_query(query), m_matcher(matcher), m_onProgress(onProgress), m_stop(stop), m_newestFirst(options.newestFirst)
    {
        m_from = std::max(options.from, set.first());
        m_to = std::max(m_from, std::min(options.to, set.end()));
        m_progress.total = m_to - m_from;
        m_cuts = set.logs().size() == 1 ? cutsOf(*set.logs()[0]) : cutsOf(set.logs());
    }

    void run(unsigned threads)
    {
        if (threads == 0)
            threads = std::clamp(std::thread::hardware_concurrency(), 1u, 16u);
        threads = static_cast<unsigned>(std::min<std::size_t>(threads, m_cuts.size() + 1));
        {
            std::vector<std::jthread> others;
            for (unsigned i = 1; i < threads; ++i)
                others.emplace_back([this] { work(); });
            work();
        }
        m_onProgress(m_progress);
    }

private:
    struct Edge
    {
        std::uint64_t row = 0;
        std::vector<Place> places; // in each log; empty: an edge that is no cut
    };

    Edge edge(std::size_t number) const // 0 … cuts + 1
    {
        if (number == 0)
            return {m_from, m_from == m_set.first() ? begins() : std::vector<Place>()};
        if (number > m_cuts.size())
            return {m_to, m_to == m_set.end() ? ends() : std::vector<Place>()};
        const Cut& cut = m_cuts[number - 1];
        Edge edge;
        if (m_set.logs().size() == 1) {
            edge = {cut.place.line, {cut.place}};
        } else {
            for (const auto& log : m_set.logs()) {
                edge.places.push_back(placeOfTime(*log, cut.timeNs));
                edge.row += edge.places.back().line;
            }
        }
        if (edge.row <= m_from)
            return {m_from, edge.row == m_from ? edge.places : std::vector<Place>()};
        if (edge.row >= m_to)
            return {m_to, edge.row == m_to ? edge.places : std::vector<Place>()};
        return edge;
    }
    std::vector<Place> begins() const
    {
        std::vector<Place> places;
        for (const auto& log : m_set.logs())
            places.push_back(log->begin());
        return places;
    }
    std::vector<Place> ends() const
    {
        std::vector<Place> places;
        for (const auto& log : m_set.logs())
            places.push_back(log->end());
        return places;
    }

    void work()
    {
        BlockCount counter(m_matcher);
        LineMatcher matcher(m_matcher);
        const std::size_t chunks = m_cuts.size() + 1;
        for (std::size_t taken = m_next++; taken < chunks && !m_stop.stop_requested(); taken = m_next++) {
            const std::size_t number = m_newestFirst ? chunks - 1 - taken : taken;
            const Edge begin = edge(number), end = edge(number + 1);
            if (end.row <= begin.row && begin.row != m_from)
                continue;
            SearchChunk chunk{begin.row, end.row, 0, 0};
            if (end.row > begin.row)
                count(chunk, begin, end, counter, matcher);
            report(chunk);
        }
        const std::lock_guard lock(m_mutex);
        m_progress.givenUp += counter.givenUp() + matcher.givenUp();
    }

    void count(SearchChunk& chunk, const Edge& begin, const Edge& end, BlockCount& counter, LineMatcher& matcher) const
    {
        const bool whole = !begin.places.empty() && !end.places.empty();
        if (whole) {
            for (std::size_t i = 0; i < m_set.logs().size(); ++i)
                chunk.matches += counter.count(*m_set.logs()[i], begin.places[i], end.places[i]);
            chunk.rows = chunk.matches;
            if (m_query.context == 0)
                return;
        }
        if (m_query.context > 0 && whole && chunk.matches == 0) {
            // Only the edges can have context, of matches beyond them.
            const std::uint64_t width = m_query.context, middle = std::min(chunk.to, chunk.from + width);
            chunk.rows = shownRows(m_set, matcher, m_query.context, chunk.from, middle).size();
            const std::uint64_t late = std::max(middle, chunk.to - std::min(chunk.to, width));
            if (late < chunk.to)
                chunk.rows += shownRows(m_set, matcher, m_query.context, late, chunk.to).size();
            return;
        }
        const std::vector<ShownRow> shown = shownRows(m_set, matcher, m_query.context, chunk.from, chunk.to);
        chunk.rows = shown.size();
        chunk.matches = static_cast<std::uint64_t>(std::ranges::count_if(shown, &ShownRow::match));
    }

    void report(const SearchChunk& chunk)
    {
        const std::lock_guard lock(m_mutex);
        m_progress.searched += chunk.to - chunk.from;
        if (chunk.rows > 0)
            m_progress.chunks.push_back(chunk);
        const auto now = std::chrono::steady_clock::now();
        if (now - m_reported < reportEvery)
            return;
        m_reported = now;
        m_onProgress(m_progress);
        m_progress.chunks.clear();
    }

    const LogSet& m_set;
    const LogQuery& m_query;
    const LineMatcher& m_matcher;
    const std::function<void(const SearchProgress&)>& m_onProgress;
    const std::stop_token& m_stop;
    bool m_newestFirst;
    std::uint64_t m_from = 0, m_to = 0;
    std::vector<Cut> m_cuts;
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex;
    SearchProgress m_progress;
    std::chrono::steady_clock::time_point m_reported;
};

} // namespace

Status searchLogs(const LogSet& set, const LogQuery& query, const SearchOptions& options,
                  const std::function<void(const SearchProgress&)>& onProgress, const std::stop_token& stop)
{
    TRY(const LineMatcher matcher, LineMatcher::compile(query));
    Search(set, query, matcher, options, onProgress, stop).run(options.threads);
    return {};
}

std::vector<ShownRow> shownRows(const LogSet& set, LineMatcher& matcher, unsigned context, std::uint64_t from, std::uint64_t to,
                                std::uint64_t skip, std::uint64_t max)
{
    std::vector<ShownRow> shown;
    std::deque<std::uint64_t> before; // rows that will be context if a match comes
    std::uint64_t after = 0;          // rows that are context of the last match
    const std::uint64_t begin = from - std::min<std::uint64_t>(from, context);
    const std::uint64_t end = to + std::min<std::uint64_t>(UINT64_MAX - to, context);
    SetReader reader(set, begin, rowCap);
    Row row;
    std::uint64_t number = 0;
    std::uint32_t source = 0;
    const auto add = [&](std::uint64_t each, bool match) {
        if (each < from || each >= to)
            return;
        if (skip > 0)
            --skip;
        else
            shown.push_back({each, match});
    };
    while (shown.size() < max && reader.next(row, number, source) && number < end) {
        if (matcher.matches(row.stream, row.text)) {
            for (const std::uint64_t each : before)
                add(each, false);
            before.clear();
            add(number, true);
            after = context;
        } else if (context == 0 || !matcher.rightStream(row.stream)) {
            // not even context
        } else if (after > 0) {
            --after;
            add(number, false);
        } else {
            before.push_back(number);
            if (before.size() > context)
                before.pop_front();
        }
        if (number + 1 >= end)
            break;
    }
    if (shown.size() > max)
        shown.resize(max);
    return shown;
}

} // namespace slipway::logstore
