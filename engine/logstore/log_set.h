// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "logstore/log_scanner.h"
#include "logstore/log_snapshot.h"

namespace slipway::logstore
{

// Several logs as one, in order of time (of equal times the log named first comes first). Rows are numbered over all of them:
// first() <= row < end(). A row keeps its number while logs grow; what rotation takes away only leaves from the front. Of one
// log the numbers are its own. Any row is found by time, without memory: a few hundred microseconds per log.
class LogSet
{
public:
    using Snapshots = std::vector<std::shared_ptr<const LogSnapshot>>;
    explicit LogSet(Snapshots logs) : m_logs(std::move(logs)) {}

    [[nodiscard]] const Snapshots& logs() const { return m_logs; }
    [[nodiscard]] std::uint64_t first() const;
    [[nodiscard]] std::uint64_t end() const;
    [[nodiscard]] std::uint64_t bytes() const;
    [[nodiscard]] std::int64_t firstTimeNs() const; // 0: there is no row
    [[nodiscard]] std::int64_t lastTimeNs() const;
    [[nodiscard]] std::uint64_t rowAtTime(std::int64_t timeNs) const; // the first one not older, or end()

private:
    Snapshots m_logs;
};

// Rows of a set from one on.
class SetReader
{
public:
    SetReader(const LogSet& set, std::uint64_t row, std::size_t cap);
    // The next row, of log number SOURCE; false at the end. ROW: its number in the set.
    [[nodiscard]] bool next(Row& row, std::uint64_t& number, std::uint32_t& source);

private:
    struct Lane
    {
        std::unique_ptr<RowReader> reader;
        Row row; // the next one
        bool have = false;
    };
    void start(std::uint64_t row, std::int64_t timeNs);
    bool take(Row& row, std::uint32_t& source);

    const LogSet& m_set;
    std::size_t m_cap;
    std::vector<Lane> m_lanes;
    std::uint64_t m_next = 0;
};

} // namespace slipway::logstore
