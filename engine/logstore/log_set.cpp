// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_set.h"

#include <algorithm>
#include <optional>

namespace slipway::logstore
{
namespace
{

// How many rows of a log are older than a time, asked again and again with times that come closer: the block between two
// indexed records is read once.
class TimeFinder
{
public:
    explicit TimeFinder(const LogSnapshot& log) : m_log(log) {}

    std::uint64_t rowsBefore(std::int64_t timeNs)
    {
        const Place from = m_log.beforeTime(timeNs);
        if (!m_at || m_at->segment != from.segment || m_at->offset != from.offset)
            read(from);
        const auto found = std::ranges::partition_point(m_rows, [timeNs](const auto& each) { return each.first < timeNs; });
        return found == m_rows.end() ? m_after : found->second;
    }

private:
    void read(const Place& from)
    {
        m_at = from;
        m_rows.clear();
        m_after = m_log.endLine();
        const Place until = m_log.nextIndexed(from);
        LogScanner scanner(m_log, from);
        Record record;
        while (scanner.next(record)) {
            if (record.place.segment > until.segment || (record.place.segment == until.segment && record.place.offset > until.offset))
                break; // the first one of the next block is read too: its row may be the first that is not older
            if (!(record.header.flags & Continued))
                m_rows.emplace_back(record.header.timeNs, record.place.line);
        }
        if (!m_rows.empty() && until.line < m_log.endLine())
            m_after = until.line;
    }

    const LogSnapshot& m_log;
    std::optional<Place> m_at;
    std::vector<std::pair<std::int64_t, std::uint64_t>> m_rows;
    std::uint64_t m_after = 0;
};

} // namespace

std::uint64_t LogSet::first() const
{
    std::uint64_t sum = 0;
    for (const auto& log : m_logs)
        sum += log->firstLine();
    return sum;
}

std::uint64_t LogSet::end() const
{
    std::uint64_t sum = 0;
    for (const auto& log : m_logs)
        sum += log->endLine();
    return sum;
}

std::uint64_t LogSet::bytes() const
{
    std::uint64_t sum = 0;
    for (const auto& log : m_logs)
        sum += log->bytes();
    return sum;
}

std::int64_t LogSet::firstTimeNs() const
{
    std::int64_t time = 0;
    for (const auto& log : m_logs)
        if (log->endLine() > log->firstLine() && (time == 0 || log->firstTimeNs() < time))
            time = log->firstTimeNs();
    return time;
}

std::int64_t LogSet::lastTimeNs() const
{
    std::int64_t time = 0;
    for (const auto& log : m_logs)
        if (log->endLine() > log->firstLine())
            time = std::max(time, log->lastTimeNs());
    return time;
}

std::uint64_t LogSet::rowAtTime(std::int64_t timeNs) const
{
    std::uint64_t sum = 0;
    for (const auto& log : m_logs)
        sum += placeOfTime(*log, timeNs).line;
    return sum;
}

SetReader::SetReader(const LogSet& set, std::uint64_t row, std::size_t cap) : m_set(set), m_cap(cap)
{
    row = std::max(row, set.first());
    m_next = row;
    m_lanes.resize(set.logs().size());
    if (set.logs().size() == 1) {
        m_lanes[0].reader = std::make_unique<RowReader>(*set.logs()[0], row, cap);
        m_lanes[0].have = m_lanes[0].reader->next(m_lanes[0].row);
        return;
    }
    std::vector<TimeFinder> finders;
    for (const auto& log : set.logs())
        finders.emplace_back(*log);
    std::int64_t low = set.firstTimeNs(), high = set.lastTimeNs() + 1; // rows before LOW <= row < rows before HIGH
    while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        std::uint64_t before = 0;
        for (TimeFinder& finder : finders)
            before += finder.rowsBefore(middle);
        (before <= row ? low : high) = middle;
        if (before == row)
            break;
    }
    start(row, low);
}

void SetReader::start(std::uint64_t row, std::int64_t timeNs)
{
    m_next = 0;
    for (std::size_t i = 0; i < m_lanes.size(); ++i) {
        const LogSnapshot& log = *m_set.logs()[i];
        const std::uint64_t line = placeOfTime(log, timeNs).line;
        m_next += line;
        m_lanes[i].reader = std::make_unique<RowReader>(log, line, m_cap);
        m_lanes[i].have = m_lanes[i].reader->next(m_lanes[i].row);
    }
    Row passed;
    std::uint32_t source = 0;
    while (m_next < row && take(passed, source)) {
    }
}

bool SetReader::take(Row& row, std::uint32_t& source)
{
    Lane* earliest = nullptr;
    for (Lane& lane : m_lanes)
        if (lane.have && (!earliest || lane.row.timeNs < earliest->row.timeNs))
            earliest = &lane;
    if (!earliest)
        return false;
    source = static_cast<std::uint32_t>(earliest - m_lanes.data());
    std::swap(row, earliest->row);
    earliest->have = earliest->reader->next(earliest->row);
    // What is damaged or was deleted meanwhile leaves a gap in the numbers.
    if (m_lanes.size() == 1)
        m_next = row.line;
    ++m_next;
    return true;
}

bool SetReader::next(Row& row, std::uint64_t& number, std::uint32_t& source)
{
    if (!take(row, source))
        return false;
    number = m_next - 1;
    return true;
}

} // namespace slipway::logstore
