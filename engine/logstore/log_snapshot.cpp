// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_snapshot.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/unique_fd.h"
#include "logstore/log_scanner.h"
#include "logstore/segment_files.h"

namespace slipway::logstore
{

std::shared_ptr<const LogSnapshot> LogSnapshot::take(const std::filesystem::path& dir, const std::shared_ptr<const LogSnapshot>& earlier)
{
    auto taken = std::make_shared<LogSnapshot>();
    taken->m_dir = dir;
    const std::vector<unsigned> numbers = segmentsIn(dir);
    for (const unsigned number : numbers)
        taken->readSegment(number, earlier.get(), number == numbers.back());
    for (const Segment& segment : taken->m_segments)
        taken->m_bytes += segment.size;
    taken->readTail(earlier.get());
    return taken;
}

void LogSnapshot::readSegment(unsigned number, const LogSnapshot* earlier, bool last)
{
    const Segment* known = nullptr;
    if (earlier) {
        const auto found = std::ranges::lower_bound(earlier->m_segments, number, {}, &Segment::number);
        if (found != earlier->m_segments.end() && found->number == number)
            known = &*found;
        if (known && !last && known != &earlier->m_segments.back()) {
            m_segments.push_back(*known);
            return;
        }
    }
    const UniqueFd fd(::open(segmentPath(m_dir, number, ".log").c_str(), O_RDONLY | O_CLOEXEC));
    struct
    {
        SegmentHeader segment;
        RecordHeader record;
    } head{};
    struct stat info{};
    if (!fd || ::pread(fd.get(), &head, sizeof head, 0) < static_cast<ssize_t>(sizeof head.segment) || ::fstat(fd.get(), &info) != 0
        || head.segment.magic != segmentMagic)
        return;
    Segment segment{number, static_cast<std::uint64_t>(info.st_size), head.segment.firstLine, head.segment.headerSize, head.segment.createdNs,
                    head.record.timeNs != 0 ? head.record.timeNs : head.segment.createdNs, nullptr};
    const bool grown = known && known->createdNs == segment.createdNs && known->size <= segment.size;
    auto index = std::make_shared<std::vector<IndexEntry>>(grown ? *known->index : std::vector<IndexEntry>());
    for (const IndexEntry& entry : indexOf(m_dir, number, index->size())) {
        const bool ascends = entry.offset > (index->empty() ? 0 : index->back().offset);
        if (ascends && entry.offset < segment.size && entry.line >= segment.firstLine)
            index->push_back(entry);
    }
    segment.index = std::move(index);
    m_segments.push_back(std::move(segment));
}

// Counts what came after the last entry of the index, from where the earlier snapshot stopped if that is further.
void LogSnapshot::readTail(const LogSnapshot* earlier)
{
    if (m_segments.empty())
        return;
    const auto last = static_cast<std::uint32_t>(m_segments.size() - 1);
    const Segment& segment = m_segments.back();
    Place from{last, segment.headerSize, segment.firstLine};
    if (!segment.index->empty())
        from = {last, segment.index->back().offset, segment.index->back().line};
    bool open = false;
    m_lastTimeNs = segment.index->empty() ? segment.firstTimeNs : segment.index->back().timeNs;
    if (earlier && !earlier->m_segments.empty() && earlier->m_segments.back().number == segment.number
        && earlier->m_segments.back().createdNs == segment.createdNs && earlier->m_end.offset >= from.offset
        && earlier->m_end.offset <= segment.size) {
        from = {last, earlier->m_end.offset, earlier->m_end.line - (earlier->m_open ? 1 : 0)};
        open = earlier->m_open;
        m_lastTimeNs = earlier->m_lastTimeNs;
    }
    m_end = {last, segment.size, 0}; // the scanner's bound
    LogScanner scanner(*this, from, open);
    Record record;
    while (scanner.next(record)) {
        open = record.header.flags & Partial;
        m_lastTimeNs = record.header.timeNs;
    }
    m_end = scanner.place();
    m_open = open;
    m_end.line = scanner.place().line + (open ? 1 : 0);
}

Place LogSnapshot::begin() const
{
    if (m_segments.empty())
        return {};
    return {0, m_segments.front().headerSize, m_segments.front().firstLine};
}

template <class Before>
Place LogSnapshot::lastIndexed(Before before) const
{
    if (m_segments.empty())
        return {};
    auto segment = std::partition_point(m_segments.begin(), m_segments.end(), [&](const Segment& s) { return before(s.firstLine, s.firstTimeNs); });
    if (segment != m_segments.begin())
        --segment;
    const auto number = static_cast<std::uint32_t>(segment - m_segments.begin());
    const auto entry = std::partition_point(segment->index->begin(), segment->index->end(),
                                            [&](const IndexEntry& e) { return before(e.line, e.timeNs); });
    if (entry == segment->index->begin())
        return {number, segment->headerSize, segment->firstLine};
    return {number, std::prev(entry)->offset, std::prev(entry)->line};
}

Place LogSnapshot::beforeLine(std::uint64_t line) const
{
    return lastIndexed([line](std::uint64_t each, std::int64_t) { return each < line; });
}

Place LogSnapshot::beforeTime(std::int64_t timeNs) const
{
    return lastIndexed([timeNs](std::uint64_t, std::int64_t each) { return each < timeNs; });
}

Place LogSnapshot::lastWithin(std::uint64_t line) const
{
    return lastIndexed([line](std::uint64_t each, std::int64_t) { return each <= line; });
}

Place LogSnapshot::nextIndexed(const Place& place) const
{
    if (place.segment >= m_segments.size())
        return m_end;
    const Segment& segment = m_segments[place.segment];
    const auto entry = std::ranges::upper_bound(*segment.index, place.offset, {}, &IndexEntry::offset);
    if (entry != segment.index->end())
        return {place.segment, entry->offset, entry->line};
    if (place.segment + 1 >= m_segments.size())
        return m_end;
    return {place.segment + 1, m_segments[place.segment + 1].headerSize, m_segments[place.segment + 1].firstLine};
}

} // namespace slipway::logstore
