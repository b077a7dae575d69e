// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "logstore/log_format.h"
#include "logstore/log_snapshot.h"

namespace slipway::logstore
{

struct Record
{
    RecordHeader header{};
    std::string_view text; // until the next call
    Place place;           // its own; place.line is its row
};

// The records of a snapshot from a place on, whatever their size, through a window of memory. What is damaged is passed over up
// to the next indexed record: the numbers of the rows then have a gap.
class LogScanner
{
public:
    // OPEN: the record before FROM had no newline. The snapshot outlives the scanner.
    LogScanner(const LogSnapshot& snapshot, const Place& from, bool open = false);
    [[nodiscard]] bool next(Record& record); // false at the snapshot's end, for ever
    [[nodiscard]] const Place& place() const { return m_place; } // after the last record
    void seek(const Place& place, bool open);

private:
    const char* at(std::uint64_t offset, std::size_t size);
    bool enter();       // opens the segment of m_place
    bool skipDamage();

    const LogSnapshot& m_snapshot;
    Place m_place;
    bool m_open;
    UniqueFd m_fd;
    std::uint32_t m_opened = UINT32_MAX;
    std::uint64_t m_limit = 0, m_start = 0;
    std::size_t m_filled = 0;
    std::vector<char> m_buffer;
};

// A row as it is read: up to CAP bytes of it; length says how long it is (of one that is longer than CAP about).
struct Row
{
    std::uint64_t line = 0;
    std::int64_t timeNs = 0;
    Stream stream = Stream::Stdout;
    bool open = false; // no newline after it
    std::uint64_t length = 0;
    std::string text;
};

// The rows of a log from the first one whose number is at least LINE.
class RowReader
{
public:
    RowReader(const LogSnapshot& snapshot, std::uint64_t line, std::size_t cap);
    RowReader(const LogSnapshot& snapshot, const Place& place, std::size_t cap); // PLACE: the first record of a row
    [[nodiscard]] bool next(Row& row);

private:
    bool nextRecord();

    const LogSnapshot& m_snapshot;
    LogScanner m_scanner;
    std::size_t m_cap;
    Record m_record; // the one after the row that was given last
    bool m_have = false;
};

// The first record of the first row that is not older than that, exactly.
[[nodiscard]] Place placeOfTime(const LogSnapshot& snapshot, std::int64_t timeNs);

} // namespace slipway::logstore
