// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "logstore/log_format.h"

namespace slipway::logstore
{

// Where a record begins.
struct Place
{
    std::uint32_t segment = 0; // index into LogSnapshot::segments()
    std::uint64_t offset = 0;
    std::uint64_t line = 0; // the number of its row
};

// One log as it was at a moment: which segments it had, how long they were, which rows they hold. Costs 24 bytes per 64 KiB of
// log. Immutable: any number of threads may read by it. A segment that rotation deletes meanwhile reads as empty.
class LogSnapshot
{
public:
    struct Segment
    {
        unsigned number = 0;
        std::uint64_t size = 0, firstLine = 0;
        std::uint32_t headerSize = 0;
        std::int64_t createdNs = 0, firstTimeNs = 0;
        std::shared_ptr<const std::vector<IndexEntry>> index;
    };

    // EARLIER, of the same folder, saves reading again what cannot have changed. A folder that is not there is an empty log.
    [[nodiscard]] static std::shared_ptr<const LogSnapshot> take(const std::filesystem::path& dir,
                                                                 const std::shared_ptr<const LogSnapshot>& earlier = nullptr);

    [[nodiscard]] const std::filesystem::path& dir() const { return m_dir; }
    [[nodiscard]] const std::vector<Segment>& segments() const { return m_segments; }
    [[nodiscard]] std::uint64_t firstLine() const { return m_segments.empty() ? 0 : m_segments.front().firstLine; }
    [[nodiscard]] std::uint64_t endLine() const { return m_end.line; } // one past the last row, also one without a newline yet
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }      // of its segments
    [[nodiscard]] std::int64_t firstTimeNs() const { return m_segments.empty() ? 0 : m_segments.front().firstTimeNs; }
    [[nodiscard]] std::int64_t lastTimeNs() const { return m_lastTimeNs; }

    [[nodiscard]] Place begin() const;
    [[nodiscard]] Place end() const { return m_end; }
    [[nodiscard]] Place beforeLine(std::uint64_t line) const;     // an indexed record at or before the first one of that row
    [[nodiscard]] Place beforeTime(std::int64_t timeNs) const;    // an indexed record at or before the first one not older
    [[nodiscard]] Place lastWithin(std::uint64_t line) const;     // the last indexed record of rows up to LINE
    [[nodiscard]] Place nextIndexed(const Place& place) const;    // the next indexed record after it; end() when there is none

private:
    void readSegment(unsigned number, const LogSnapshot* earlier, bool last);
    void readTail(const LogSnapshot* earlier);
    template <class Before>
    [[nodiscard]] Place lastIndexed(Before before) const;

    std::filesystem::path m_dir;
    std::vector<Segment> m_segments;
    Place m_end;          // where the next record will be
    bool m_open = false;  // the last row waits for its newline (it is counted)
    std::int64_t m_lastTimeNs = 0;
    std::uint64_t m_bytes = 0;
};

} // namespace slipway::logstore
