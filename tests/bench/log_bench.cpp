// SPDX-License-Identifier: GPL-3.0-or-later
// The engine's half of ./dev bench logview: makes a log, and opens, jumps in and searches it as the API does. Prints JSON lines.
//   log_bench make DIR TEXTFILE ROWS      a log in DIR and the same lines in a file, for rg and lnav; says bytes and times
//   log_bench append DIR ROWS PER_SECOND  more of it, at that pace
//   log_bench pages DIR                   milliseconds: open at the end; jump to lines and times (a fresh snapshot once)
//   log_bench search DIR TEXT REGEX CASE  milliseconds and matching rows
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "logstore/log_page.h"
#include "logstore/log_search.h"
#include "logstore/log_writer.h"

using namespace slipway;
using namespace slipway::logstore;
using Clock = std::chrono::steady_clock;

namespace
{

double msSince(Clock::time_point begun) { return std::chrono::duration<double, std::milli>(Clock::now() - begun).count(); }

// About 200 bytes, as services write them.
class Lines
{
public:
    const std::string& next()
    {
        static constexpr const char* levels[] = {"INFO ", "INFO ", "INFO ", "DEBUG", "WARN ", "ERROR"};
        static constexpr const char* verbs[] = {"GET", "POST", "PUT", "DELETE"};
        static constexpr const char* things[] = {"orders", "customers", "invoices", "sessions", "payments"};
        const std::uint64_t n = m_number++;
        const std::uint32_t r = m_random();
        char line[400];
        const int length = std::snprintf(line, sizeof line,
                                         "%s [http-nio-%u] com.example.shop.%s request id=%08x%08x %s /api/v2/%s/%llu status=%u duration=%ums user=u%u "
                                         "session=%08x agent=\"Mozilla/5.0 (X11; Linux x86_64)\"%s",
                                         levels[r % 6], r % 64, things[r % 5], r * 2654435761U, r ^ 0x9e3779b9U, verbs[(r >> 4) % 4], things[(r >> 6) % 5],
                                         static_cast<unsigned long long>(n), r % 97 == 0 ? 503 : 200, r % 900, r % 100'000, ~r,
                                         n % 100'003 == 7 ? " connection refused by 10.88.0.7:5432" : "");
        m_line.assign(line, static_cast<std::size_t>(length));
        m_line += '\n';
        return m_line;
    }

private:
    std::mt19937 m_random{42};
    std::uint64_t m_number = 0;
    std::string m_line;
};

constexpr std::int64_t begin = 1'790'000'000'000'000'000, step = 20'000; // ns

int make(const std::string& dir, const std::string& text, std::uint64_t rows)
{
    auto writer = LogWriter::open(dir, {.maxSegmentBytes = 16u << 20, .maxSegments = 100'000});
    std::ofstream plain(text, std::ios::binary);
    Lines lines;
    std::string batch;
    std::uint64_t bytes = 0;
    for (std::uint64_t row = 0; writer && row < rows; ++row) {
        batch += lines.next();
        if (batch.size() < 60'000 && row + 1 < rows)
            continue;
        writer->append(Stream::Stdout, batch.data(), batch.size(), fromUnixNano(begin + static_cast<std::int64_t>(row) * step));
        plain.write(batch.data(), static_cast<std::streamsize>(batch.size()));
        bytes += batch.size();
        batch.clear();
    }
    std::printf("{\"bytes\":%llu,\"from\":%lld,\"to\":%lld}\n", static_cast<unsigned long long>(bytes), static_cast<long long>(begin),
                static_cast<long long>(begin + static_cast<std::int64_t>(rows) * step));
    return writer && plain ? 0 : 1;
}

int append(const std::string& dir, std::uint64_t rows, std::uint64_t perSecond)
{
    auto writer = LogWriter::open(dir, {.maxSegmentBytes = 16u << 20, .maxSegments = 100'000});
    if (!writer)
        return 1;
    Lines lines;
    const auto begun = Clock::now();
    std::uint64_t written = 0;
    std::string batch;
    while (written < rows) {
        const auto due = std::min(rows, static_cast<std::uint64_t>(msSince(begun) / 1000 * static_cast<double>(perSecond)));
        while (written < due) {
            batch.clear();
            for (; written < due && batch.size() < 60'000; ++written)
                batch += lines.next();
            writer->append(Stream::Stdout, batch.data(), batch.size(), now());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    std::printf("{\"seconds\":%.2f}\n", msSince(begun) / 1000);
    return 0;
}

int pages(const std::string& dir)
{
    const auto begun = Clock::now();
    auto snapshot = LogSnapshot::take(dir);
    const LogSet set({snapshot});
    const auto last = readPage(set, {.from = {}, .last = 512, .timeNs = {}, .count = 512});
    const double opened = msSince(begun);
    std::mt19937_64 random(1);
    double worstLine = 0, worstTime = 0;
    for (int i = 0; i < 300; ++i) {
        auto at = Clock::now();
        const auto page = readPage(set, {.from = random() % set.end(), .last = {}, .timeNs = {}});
        worstLine = std::max(worstLine, page && !page->rows.empty() ? msSince(at) : 1e9);
        at = Clock::now();
        const auto span = static_cast<std::uint64_t>(set.lastTimeNs() - set.firstTimeNs());
        const auto then = readPage(set, {.from = {}, .last = {}, .timeNs = set.firstTimeNs() + static_cast<std::int64_t>(random() % span)});
        worstTime = std::max(worstTime, then ? msSince(at) : 1e9);
    }
    std::printf("{\"rows\":%llu,\"open\":%.2f,\"line\":%.2f,\"time\":%.2f}\n", static_cast<unsigned long long>(set.end()), last ? opened : 1e9, worstLine, worstTime);
    return 0;
}

int search(const std::string& dir, const LogQuery& query)
{
    const LogSet set({LogSnapshot::take(dir)});
    const auto begun = Clock::now();
    std::uint64_t rows = 0;
    double first = 0;
    const Status status = searchLogs(
        set, query, {.newestFirst = true},
        [&](const SearchProgress& progress) {
            for (const SearchChunk& chunk : progress.chunks)
                rows += chunk.rows;
            if (first == 0 && rows > 0)
                first = msSince(begun);
        },
        {});
    std::printf("{\"ms\":%.1f,\"first\":%.2f,\"rows\":%llu}\n", msSince(begun), first, static_cast<unsigned long long>(rows));
    return status ? 0 : 1;
}

} // namespace

int main(int count, char** arguments)
{
    const std::string what = count > 2 ? arguments[1] : "";
    if (what == "make" && count == 5)
        return make(arguments[2], arguments[3], std::stoull(arguments[4]));
    if (what == "append" && count == 5)
        return append(arguments[2], std::stoull(arguments[3]), std::stoull(arguments[4]));
    if (what == "pages")
        return pages(arguments[2]);
    if (what == "search" && count == 6)
        return search(arguments[2], {.text = arguments[3], .regex = *arguments[4] == '1', .caseSensitive = *arguments[5] == '1'});
    std::fprintf(stderr, "log_bench make|append|pages|search …: see its source\n");
    return 2;
}
