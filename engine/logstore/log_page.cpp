// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_page.h"

#include <algorithm>
#include <cstring>

#include "logstore/log_search.h"

namespace slipway::logstore
{
namespace
{

constexpr std::size_t generous = 1u << 20; // bytes of a page before its rows are cut short
constexpr std::size_t shortCap = 512;
constexpr std::uint32_t pageMagic = 0x31504c53; // "SLP1"

struct PageHead
{
    std::uint32_t magic, rows;
    std::uint64_t first, end, bytes;
    std::int64_t firstTimeNs, lastTimeNs;
};
struct RowHead
{
    std::uint64_t row, length;
    std::int64_t timeNs;
    std::uint32_t source, size;
    std::uint8_t stream, open, match, pad[5];
};
static_assert(sizeof(PageHead) == 48 && sizeof(RowHead) == 40);

class Filling
{
public:
    Filling(LogPage& page, const PageRange& range) : m_page(page), m_range(range) {}
    void add(Row&& row, std::uint64_t number, std::uint32_t source, bool match)
    {
        const std::size_t cap = m_used > generous && m_range.cap < generous ? std::min(shortCap, m_range.cap) : m_range.cap;
        if (row.text.size() > cap)
            row.text.resize(cap);
        m_used += row.text.size();
        m_page.rows.push_back({number, source, row.timeNs, row.stream, row.open, match, row.length, std::move(row.text)});
    }
    [[nodiscard]] bool full() const { return m_page.rows.size() >= m_range.count; }

private:
    LogPage& m_page;
    const PageRange& m_range;
    std::size_t m_used = 0;
};

} // namespace

Result<LogPage> readPage(const LogSet& set, const PageRange& range, const LogQuery& query)
{
    LogPage page{set.first(), set.end(), set.bytes(), set.firstTimeNs(), set.lastTimeNs(), {}};
    std::uint64_t from = range.from.value_or(page.first);
    if (range.last)
        from = page.end - std::min(page.end - page.first, *range.last);
    else if (range.timeNs)
        from = set.rowAtTime(*range.timeNs);
    Filling filling(page, range);
    Row row;
    std::uint64_t number = 0;
    std::uint32_t source = 0;
    if (query.everything()) {
        SetReader reader(set, from, range.cap);
        while (!filling.full() && reader.next(row, number, source) && number < range.to)
            filling.add(std::move(row), number, source, true);
        return page;
    }
    TRY(LineMatcher matcher, LineMatcher::compile(query));
    const auto shown = shownRows(set, matcher, query.context, from, range.to, range.skip, range.count);
    std::optional<SetReader> reader;
    std::uint64_t next = 0;
    for (const ShownRow& each : shown) {
        if (!reader || each.row < next || each.row - next > 2000) {
            reader.emplace(set, each.row, range.cap);
        }
        while (reader->next(row, number, source) && number < each.row) {
        }
        next = number + 1;
        if (number == each.row)
            filling.add(std::move(row), number, source, each.match);
    }
    return page;
}

std::string encodePage(const LogPage& page)
{
    std::string bytes;
    const PageHead head{pageMagic, static_cast<std::uint32_t>(page.rows.size()), page.first, page.end, page.bytes, page.firstTimeNs, page.lastTimeNs};
    bytes.append(reinterpret_cast<const char*>(&head), sizeof head);
    for (const PageRow& row : page.rows) {
        const RowHead rowHead{row.row, row.length, row.timeNs, row.source, static_cast<std::uint32_t>(row.text.size()),
                              static_cast<std::uint8_t>(row.stream), row.open, row.match, {}};
        bytes.append(reinterpret_cast<const char*>(&rowHead), sizeof rowHead);
        bytes.append(row.text);
    }
    return bytes;
}

Result<LogPage> decodePage(std::string_view bytes)
{
    const auto nonsense = [] { return fail(ErrorKind::Internal, "the engine's answer is not a page of a log"); };
    PageHead head{};
    if (bytes.size() < sizeof head)
        return nonsense();
    std::memcpy(&head, bytes.data(), sizeof head);
    bytes.remove_prefix(sizeof head);
    if (head.magic != pageMagic || head.first > head.end)
        return nonsense();
    LogPage page{head.first, head.end, head.bytes, head.firstTimeNs, head.lastTimeNs, {}};
    for (std::uint32_t i = 0; i < head.rows; ++i) {
        RowHead row{};
        if (bytes.size() < sizeof row)
            return nonsense();
        std::memcpy(&row, bytes.data(), sizeof row);
        bytes.remove_prefix(sizeof row);
        if (bytes.size() < row.size || row.length < row.size)
            return nonsense();
        const Stream stream = row.stream == 2 ? Stream::Stderr : row.stream == 3 ? Stream::Engine : Stream::Stdout;
        page.rows.push_back({row.row, row.source, row.timeNs, stream, row.open != 0, row.match != 0, row.length, std::string(bytes.substr(0, row.size))});
        bytes.remove_prefix(row.size);
    }
    return page;
}

} // namespace slipway::logstore
