// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_scanner.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>

#include "logstore/segment_files.h"

namespace slipway::logstore
{
namespace
{
constexpr std::size_t window = 128 * 1024;
}

LogScanner::LogScanner(const LogSnapshot& snapshot, const Place& from, bool open) : m_snapshot(snapshot), m_place(from), m_open(open) {}

void LogScanner::seek(const Place& place, bool open)
{
    m_place = place;
    m_open = open;
}

bool LogScanner::enter()
{
    const auto& segments = m_snapshot.segments();
    if (m_place.segment >= segments.size())
        return false;
    if (m_opened == m_place.segment)
        return true;
    const auto& segment = segments[m_place.segment];
    m_fd.reset(::open(segmentPath(m_snapshot.dir(), segment.number, ".log").c_str(), O_RDONLY | O_CLOEXEC));
    m_opened = m_place.segment;
    m_limit = m_place.segment == m_snapshot.end().segment ? m_snapshot.end().offset : segment.size;
    m_filled = 0;
    return true;
}

const char* LogScanner::at(std::uint64_t offset, std::size_t size)
{
    if (!m_fd || offset + size > m_limit)
        return nullptr;
    if (offset < m_start || offset + size > m_start + m_filled) {
        m_buffer.resize(window);
        m_start = offset;
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(window, m_limit - offset));
        const ssize_t got = ::pread(m_fd.get(), m_buffer.data(), wanted, static_cast<off_t>(offset));
        m_filled = got > 0 ? static_cast<std::size_t>(got) : 0;
        if (size > m_filled)
            return nullptr;
    }
    return m_buffer.data() + (offset - m_start);
}

bool LogScanner::skipDamage()
{
    const Place next = m_snapshot.nextIndexed(m_place);
    const auto& segments = m_snapshot.segments();
    if (next.segment == m_place.segment && next.offset <= m_place.offset)
        return false;
    if (next.segment >= segments.size() || (next.segment == m_snapshot.end().segment && next.offset >= m_snapshot.end().offset))
        return false;
    m_open = m_open && next.segment != m_place.segment && next.line == m_place.line;
    m_place = next;
    return true;
}

bool LogScanner::next(Record& record)
{
    while (enter()) {
        const char* bytes = at(m_place.offset, sizeof record.header);
        if (bytes)
            std::memcpy(&record.header, bytes, sizeof record.header);
        const char* payload = bytes && record.header.length <= maxRecordPayload
                                  ? at(m_place.offset + sizeof record.header, record.header.length)
                                  : nullptr;
        if (!payload) {
            if (!skipDamage())
                return false;
            continue;
        }
        m_place.line += m_open && !(record.header.flags & Continued) ? 1 : 0;
        record.text = {payload, record.header.length};
        record.place = m_place;
        m_open = record.header.flags & Partial;
        m_place.offset += sizeof record.header + record.header.length;
        m_place.line += m_open ? 0 : 1;
        return true;
    }
    return false;
}

RowReader::RowReader(const LogSnapshot& snapshot, std::uint64_t line, std::size_t cap)
    : m_snapshot(snapshot), m_scanner(snapshot, snapshot.beforeLine(line)), m_cap(cap)
{
    while (nextRecord() && m_record.place.line < line) {
    }
}

RowReader::RowReader(const LogSnapshot& snapshot, const Place& place, std::size_t cap) : m_snapshot(snapshot), m_scanner(snapshot, place), m_cap(cap)
{
    nextRecord();
}

bool RowReader::nextRecord() { return m_have = m_scanner.next(m_record); }

bool RowReader::next(Row& row)
{
    if (!m_have)
        return false;
    row.line = m_record.place.line;
    row.timeNs = m_record.header.timeNs;
    row.stream = m_record.header.stream;
    row.open = false;
    row.length = 0;
    row.text.clear();
    do {
        row.length += m_record.text.size();
        row.text.append(m_record.text.substr(0, m_cap - std::min(m_cap, row.text.size())));
        row.open = m_record.header.flags & Partial;
        // What is beyond the cap is not read: its length follows from where the row's last indexed record is.
        if (row.open && row.text.size() >= m_cap) {
            const Place here = m_scanner.place(), last = m_snapshot.lastWithin(row.line);
            if (last.line == row.line && (last.segment > here.segment || (last.segment == here.segment && last.offset > here.offset))) {
                std::uint64_t passed = 0;
                for (std::uint32_t segment = here.segment; segment <= last.segment; ++segment) {
                    const std::uint64_t begin = segment == here.segment ? here.offset : m_snapshot.segments()[segment].headerSize;
                    const std::uint64_t end = segment == last.segment ? last.offset : m_snapshot.segments()[segment].size;
                    passed += end > begin ? end - begin : 0;
                }
                row.length += passed / (maxRecordPayload + sizeof(RecordHeader)) * maxRecordPayload;
                m_scanner.seek(last, true);
            }
        }
    } while (nextRecord() && m_record.place.line == row.line);
    return true;
}

Place placeOfTime(const LogSnapshot& snapshot, std::int64_t timeNs)
{
    LogScanner scanner(snapshot, snapshot.beforeTime(timeNs));
    Record record;
    while (scanner.next(record))
        if (record.header.timeNs >= timeNs && !(record.header.flags & Continued))
            return record.place;
    return snapshot.end();
}

} // namespace slipway::logstore
