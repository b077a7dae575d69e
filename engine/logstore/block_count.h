// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/unique_fd.h"
#include "logstore/log_query.h"
#include "logstore/log_snapshot.h"
#include "logstore/needle_scan.h"

namespace slipway::logstore
{

// Counts the rows of one log that match, a megabyte at a time: the needles are looked for in the whole block, and only lines
// that have one are looked at. One thread; a search has one of these for each.
class BlockCount
{
public:
    explicit BlockCount(const LineMatcher& matcher);
    // The matching rows that begin from FROM up to TO, two indexed records or the ends of the log.
    [[nodiscard]] std::uint64_t count(const LogSnapshot& log, const Place& from, const Place& to);
    [[nodiscard]] std::uint64_t givenUp() const { return m_matcher.givenUp(); }

private:
    struct Piece
    {
        std::uint32_t offset, length; // of the payload, in m_block
        Stream stream;
        std::uint8_t flags;
    };
    void readPieces(const LogSnapshot& log, const Place& from, std::uint64_t end);
    [[nodiscard]] std::uint64_t countPieces(const LogSnapshot& log, const Place& from);
    void markEscapes();
    void markNeedles();
    [[nodiscard]] bool longRowMatches(const LogSnapshot& log, const Place& at);

    LineMatcher m_matcher;
    std::vector<NeedleScan> m_needles;
    std::vector<char> m_block;
    std::vector<Piece> m_pieces;
    enum Mark : std::uint8_t { Unlikely = 0, HasNeedle = 1, HasEscape = 2 };
    std::vector<std::uint8_t> m_marks; // of each piece
};

} // namespace slipway::logstore
