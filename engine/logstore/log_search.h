// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "logstore/log_query.h"
#include "logstore/log_set.h"

namespace slipway::logstore
{

// How many rows from FROM up to TO (not included) a query shows: those that match and their context. What it costs to keep
// these, about 24 bytes a megabyte of log, is all that a search of any size costs.
struct SearchChunk
{
    std::uint64_t from = 0, to = 0;
    std::uint64_t rows = 0, matches = 0;
};

struct SearchProgress
{
    std::vector<SearchChunk> chunks; // those with rows
    std::uint64_t searched = 0, total = 0; // rows
    std::uint64_t givenUp = 0;             // lines for which the expression took too long
};

struct SearchOptions
{
    std::uint64_t from = 0, to = UINT64_MAX; // rows
    bool newestFirst = false;
    unsigned threads = 0; // 0: one a core
};

// Searches on threads of its own and returns when it is done or STOP was asked for (at most some milliseconds later, without an
// error). ONPROGRESS is called by one thread at a time, several times a second and at the end.
[[nodiscard]] Status searchLogs(const LogSet& set, const LogQuery& query, const SearchOptions& options,
                                const std::function<void(const SearchProgress&)>& onProgress, const std::stop_token& stop);

// The rows that the query shows from FROM up to TO, without those SKIPped and at most MAX.
struct ShownRow
{
    std::uint64_t row = 0;
    bool match = false; // false: only context
};
[[nodiscard]] std::vector<ShownRow> shownRows(const LogSet& set, LineMatcher& matcher, unsigned context, std::uint64_t from, std::uint64_t to,
                                              std::uint64_t skip = 0, std::uint64_t max = UINT64_MAX);

} // namespace slipway::logstore
