// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <stop_token>
#include <tuple>
#include <vector>

#include "logstore/log_query.h"
#include "logstore/log_snapshot.h"

namespace slipway::logstore
{

// When the lines of one log were written that say they are errors or worse (levelOf). What was counted once is kept, a megabyte
// at a time, so a log that grows costs what is new. One thread at a time.
class ErrorDensity
{
public:
    struct Counted
    {
        std::vector<std::uint32_t> bins; // lines in each of equal stretches of [FROM, TO)
        std::int64_t fromNs = 0;         // they are complete from here on; the rest was not read yet
    };
    // Newest first, and no longer than BUDGET: asked again it goes on. BINS 1 to 10,000; FROM < TO.
    [[nodiscard]] Counted count(const LogSnapshot& log, std::int64_t fromNs, std::int64_t toNs, std::size_t bins,
                                std::chrono::milliseconds budget);

private:
    struct Stretch
    {
        std::int64_t timeNs = 0;
        std::uint32_t lines = 0;
    };
    struct Block
    {
        std::int64_t stretchNs = 1'000'000'000; // how long a stretch is
        std::vector<Stretch> stretches;             // those with lines
        void add(std::int64_t timeNs);
    };
    [[nodiscard]] static Block read(const LogSnapshot& log, const Place& from, const Place& to, LineMatcher& matcher);

    using Key = std::tuple<std::int64_t, unsigned, std::uint64_t>; // of the segment: when it was made, its number; where in it
    std::map<Key, Block> m_blocks;                                 // whole ones
};

} // namespace slipway::logstore
