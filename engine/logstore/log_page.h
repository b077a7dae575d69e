// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "logstore/log_query.h"
#include "logstore/log_set.h"

namespace slipway::logstore
{

// What a page is asked for. Exactly one of from, last, time says where it begins.
struct PageRange
{
    std::optional<std::uint64_t> from;  // a row
    std::optional<std::uint64_t> last;  // so many rows before the end
    std::optional<std::int64_t> timeNs; // the first row that is not older
    std::uint64_t to = UINT64_MAX;      // rows before this one only
    std::uint64_t skip = 0;             // rows of the query that are passed over
    std::uint64_t count = 256;
    std::size_t cap = 16 * 1024; // bytes of one row
};

struct PageRow
{
    std::uint64_t row = 0;
    std::uint32_t source = 0; // which log of the set
    std::int64_t timeNs = 0;
    Stream stream = Stream::Stdout;
    bool open = false;  // no newline after it
    bool match = true;  // false: context of a query's match
    std::uint64_t length = 0; // of the whole row; more than the text's: it was cut
    std::string text;
    [[nodiscard]] bool cut() const { return length > text.size(); }
};

// Some rows of a set, and how far it reaches at that moment.
struct LogPage
{
    std::uint64_t first = 0, end = 0, bytes = 0; // of the set
    std::int64_t firstTimeNs = 0, lastTimeNs = 0;
    std::vector<PageRow> rows; // numbers that are missing between them are damaged or were deleted
};

// A page is about a megabyte: what comes after it is cut earlier than at CAP, unless CAP itself is more than a megabyte.
[[nodiscard]] Result<LogPage> readPage(const LogSet& set, const PageRange& range, const LogQuery& query = {});

// A page as bytes, for the way between the engine and the window (one machine: in its byte order).
[[nodiscard]] std::string encodePage(const LogPage& page);
[[nodiscard]] Result<LogPage> decodePage(std::string_view bytes);

enum class ExportFormat : std::uint8_t { Plain, Timestamps, JsonLines };

// All rows that the query shows, as docker logs prints them (Plain, Timestamps), or as one JSON object a row with time, stream,
// text and, of several logs, the NAME of its log. SINK gets pieces of some hundred kilobytes and may say that it had enough.
[[nodiscard]] Status exportLogs(const LogSet& set, const LogQuery& query, ExportFormat format, const std::vector<std::string>& names,
                                const std::function<bool(std::string_view)>& sink);

} // namespace slipway::logstore
