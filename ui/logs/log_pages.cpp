// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_pages.h"

#include <algorithm>

namespace slipway::ui
{
namespace
{

constexpr std::uint64_t pageRows = 256;
constexpr std::size_t mostBytes = 24u << 20; // of pages that are held
constexpr std::size_t mostAsked = 8;         // pages at once: what was scrolled past is not waited for
constexpr std::uint64_t openedRows = 2 * pageRows;

std::size_t sizeOf(const std::vector<logstore::PageRow>& rows)
{
    std::size_t bytes = rows.capacity() * sizeof(logstore::PageRow);
    for (const auto& row : rows)
        bytes += row.text.capacity();
    return bytes;
}

bool sameRow(const logstore::PageRow& a, const logstore::PageRow& b)
{
    return a.row == b.row && a.source == b.source && a.timeNs == b.timeNs && a.stream == b.stream && a.match == b.match &&
           a.length == b.length && a.text == b.text;
}

} // namespace

LogPages::LogPages(EngineClient& client, QObject* parent) : LogModel(parent), m_client(client), m_rows(client, this), m_find(client, this)
{
    connect(&m_rows, &SearchRun::advanced, this, [this] {
        emit changed();
        emit searched();
    });
    connect(&m_find, &SearchRun::advanced, this, &LogModel::searched);
}

LogPages::~LogPages() { close(); }

void LogPages::open(std::vector<Source> sources, bool everything)
{
    close();
    m_rows.stop();
    m_find.stop();
    forgetMatch();
    forgetPages();
    m_sources = std::move(sources);
    m_extent = {};
    m_loaded = false;
    m_everything = everything;
    m_firstTimeNs = m_lastTimeNs = 0;
    m_problem.clear();
    emit changed();
    emit reread(0, UINT64_MAX);
    if (!m_sources.empty())
        listen(everything);
}

void LogPages::relabel(std::vector<Source> sources)
{
    if (sources == m_sources)
        return;
    m_sources = std::move(sources);
    emit changed();
    emit reread(0, UINT64_MAX);
}

void LogPages::close()
{
    m_growthHop.cut();
    m_pageHop.cut();
    m_stepHop.cut();
    m_growth.reset();
    m_step.reset();
    m_asked.clear();
}

void LogPages::resume()
{
    if (m_sources.empty() || m_growth)
        return;
    m_problem.clear();
    listen(m_everything);
}

LogsClient::Containers LogPages::containers() const
{
    LogsClient::Containers ids;
    for (const Source& source : m_sources)
        ids.push_back(source.id.toStdString());
    return ids;
}

void LogPages::listen(bool everything)
{
    m_growthHop.renew(this);
    m_pageHop.renew(this);
    m_growth = m_client.logs().growth(
        containers(), everything, m_growthHop.wrap<LogExtent>([this](const LogExtent& extent) { take(extent); }),
        m_growthHop.wrap<Status>([this](const Status& status) {
            if (!status)
                fail(status.error());
        }));
    if (m_loaded)
        return;
    // The end at once, without waiting to hear how far it is.
    logstore::PageRange range;
    range.last = openedRows;
    range.count = openedRows;
    Asked asked{{UINT64_MAX, 0, false}, 0, {}};
    asked.request = m_client.logs().page(
        containers(), range, {}, m_pageHop.wrap<Result<logstore::LogPage>>([this](Result<logstore::LogPage> page) {
            m_asked.remove_if([](const Asked& each) { return each.key.from == UINT64_MAX; });
            if (!page)
                return fail(page.error());
            std::map<std::uint64_t, std::vector<logstore::PageRow>> pages;
            for (logstore::PageRow& row : page->rows)
                pages[row.row / pageRows * pageRows].push_back(std::move(row));
            logstore::LogPage part = *page;
            for (auto& [from, rows] : pages) {
                if (rows.front().row != std::max(from, page->first))
                    continue; // it is not here from its beginning
                part.rows = std::move(rows);
                received({from, 0, false}, UINT64_MAX, part);
            }
            if (!m_loaded)
                take({page->first, page->end, page->bytes, false});
        }));
    m_asked.push_back(std::move(asked));
}

void LogPages::fail(const Error& error)
{
    close();
    m_problem = QString::fromStdString(error.message);
    emit failed();
}

void LogPages::forgetPages()
{
    m_pages.clear();
    m_asked.clear();
    m_bytes = 0;
    if (m_growth)
        m_pageHop.renew(this);
}

void LogPages::take(const LogExtent& extent)
{
    const LogExtent before = m_extent;
    const bool first = !m_loaded;
    if (!first && extent.first == before.first && extent.end == before.end && extent.bytes == before.bytes && extent.limited == before.limited)
        return;
    m_extent = extent;
    m_loaded = true;
    if (extent.end < before.end) { // deleted or made anew under us
        forgetPages();
        forgetMatch();
            emit reread(0, UINT64_MAX);
    }
    // The last line may have gone on; of several logs the last ones may have come in another order.
    const std::uint64_t sure = before.end - std::min<std::uint64_t>(before.end, m_sources.size() > 1 ? pageRows : 1);
    const auto& chunks = m_rows.table().chunks();
    for (auto& [key, page] : m_pages)
        if (key.filter ? !chunks.empty() && key.from >= chunks.back().from : key.from + pageRows > sure)
            page.stale = true;
    if (first && (!m_shownQuery.everything() || !m_findQuery.text.empty())) {
        const auto shown = m_shownQuery, find = m_findQuery;
        const unsigned context = m_findQuery.context;
        m_shownQuery = m_findQuery = {};
        setShown(shown, find, m_filterFind, context);
    } else {
        m_rows.grown(extent.first, extent.end);
        m_find.grown(extent.first, extent.end);
    }
    emit extentChanged();
    emit changed();
}

void LogPages::setShown(const logstore::LogQuery& shown, const logstore::LogQuery& find, bool filter, unsigned context)
{
    logstore::LogQuery rows = filter && !find.text.empty() ? find : logstore::LogQuery();
    rows.showStdout = shown.showStdout;
    rows.showStderr = shown.showStderr;
    rows.levels = shown.levels;
    rows.context = rows.text.empty() ? 0 : context;
    logstore::LogQuery search = find;
    search.showStdout = shown.showStdout;
    search.showStderr = shown.showStderr;
    search.levels = shown.levels;
    search.context = context;
    const bool filterFind = !rows.text.empty();
    const bool sameRows = m_rows.active() ? m_rows.query() == rows : rows.everything();
    const bool sameFind = search == m_findQuery && filterFind == m_filterFind;
    m_shownQuery = shown;
    m_findQuery = search;
    m_filterFind = filterFind;
    if (!sameFind || !sameRows) {
        forgetMatch();
        m_regex = expressionOf(find);
        emit soughtOther();
        m_find.stop();
        if (m_loaded && !search.text.empty() && !filterFind) {
            search.context = 0;
            m_find.start(containers(), search, m_extent.first, m_extent.end);
        }
    }
    if (!sameRows) {
        std::erase_if(m_pages, [this](const auto& each) {
            m_bytes -= each.first.filter ? sizeOf(each.second.rows) : 0;
            return each.first.filter;
        });
        m_rows.stop();
        if (m_loaded && !rows.everything())
            m_rows.start(containers(), rows, m_extent.first, m_extent.end);
    }
    emit changed();
    emit searched();
}

std::uint64_t LogPages::count() const { return m_rows.active() ? m_rows.table().rows() : m_extent.end - m_extent.first; }

LogPages::Page* LogPages::page(const Key& key, std::uint64_t to)
{
    const auto found = m_pages.find(key);
    if (found == m_pages.end() || found->second.stale || found->second.to < to) // a stretch of a filter grows
        ask(key, to);
    if (found == m_pages.end())
        return nullptr;
    found->second.used = ++m_clock;
    return &found->second;
}

void LogPages::ask(const Key& key, std::uint64_t to)
{
    if (!m_growth || std::ranges::any_of(m_asked, [&](const Asked& each) { return each.key == key; }))
        return;
    if (m_asked.size() >= mostAsked)
        m_asked.pop_front();
    logstore::PageRange range;
    range.from = key.from;
    range.skip = key.skip;
    range.count = pageRows;
    range.to = to;
    Asked asked{key, m_extent.end, {}};
    asked.request =
        m_client.logs().page(containers(), range, key.filter ? m_rows.query() : logstore::LogQuery(),
                             m_pageHop.wrap<Result<logstore::LogPage>>([this, key, to](Result<logstore::LogPage> page) {
                                 m_asked.remove_if([&](const Asked& each) { return each.key == key; });
                                 received(key, to, std::move(page));
                             }));
    m_asked.push_back(std::move(asked));
}

void LogPages::received(const Key& key, std::uint64_t to, Result<logstore::LogPage> page)
{
    if (!page)
        return fail(page.error());
    if (page->firstTimeNs != 0)
        m_firstTimeNs = page->firstTimeNs;
    m_lastTimeNs = std::max(m_lastTimeNs, page->lastTimeNs);
    auto& held = m_pages[key];
    m_bytes -= sizeOf(held.rows);
    const auto [was, is] = std::ranges::mismatch(held.rows, page->rows, sameRow);
    const bool others = was != held.rows.end();
    const std::uint64_t firstOther = others ? was->row : 0;
    held.rows = std::move(page->rows);
    held.end = page->end;
    held.to = to;
    held.stale = false;
    held.used = ++m_clock;
    m_bytes += sizeOf(held.rows);
    shrink();
    if (others)
        emit reread(firstOther, UINT64_MAX);
    emit changed();
}

void LogPages::shrink()
{
    while (m_bytes > mostBytes && m_pages.size() > 6) {
        const auto oldest = std::ranges::min_element(m_pages, {}, [](const auto& each) { return each.second.used; });
        m_bytes -= sizeOf(oldest->second.rows);
        m_pages.erase(oldest);
    }
}

std::optional<std::uint64_t> LogPages::lineAt(std::uint64_t row)
{
    if (row >= count())
        return std::nullopt;
    if (!m_rows.active())
        return m_extent.first + row;
    const auto spot = m_rows.table().spotOfRow(row);
    const auto& chunk = m_rows.table().chunks()[spot.chunk];
    const std::uint64_t within = row - spot.before;
    Page* const held = page({chunk.from, within / pageRows * pageRows, true}, chunk.to);
    if (!held || within % pageRows >= held->rows.size())
        return std::nullopt;
    return held->rows[within % pageRows].row;
}

std::uint64_t LogPages::rowOf(std::uint64_t line) const
{
    if (!m_rows.active())
        return std::clamp(line, m_extent.first, m_extent.end) - m_extent.first;
    const SearchTable& table = m_rows.table();
    const auto spot = table.spotOfLine(line);
    if (spot.chunk >= table.chunks().size())
        return table.rows();
    const auto& chunk = table.chunks()[spot.chunk];
    if (line <= chunk.from)
        return spot.before;
    for (auto held = m_pages.lower_bound({chunk.from, 0, true}); held != m_pages.end() && held->first.from == chunk.from; ++held) {
        if (!held->first.filter || held->second.rows.empty() || held->second.rows.back().row < line)
            continue;
        const auto found = std::ranges::lower_bound(held->second.rows, line, {}, &logstore::PageRow::row);
        return spot.before + held->first.skip + static_cast<std::uint64_t>(found - held->second.rows.begin());
    }
    const double share = static_cast<double>(line - chunk.from) / static_cast<double>(chunk.to - chunk.from);
    return spot.before + static_cast<std::uint64_t>(share * static_cast<double>(chunk.rows));
}

std::optional<LogLineView> LogPages::line(std::uint64_t number)
{
    if (number < m_extent.first || number >= m_extent.end)
        return std::nullopt;
    const logstore::PageRow* row = nullptr;
    bool gap = false;
    const auto find = [&](const Page& held) {
        const auto found = std::ranges::lower_bound(held.rows, number, {}, &logstore::PageRow::row);
        if (found != held.rows.end() && found->row == number)
            row = &*found;
        return row != nullptr;
    };
    if (m_rows.active()) {
        const auto spot = m_rows.table().spotOfLine(number);
        if (spot.chunk < m_rows.table().chunks().size()) {
            const std::uint64_t from = m_rows.table().chunks()[spot.chunk].from;
            for (auto held = m_pages.lower_bound({from, 0, false}); held != m_pages.end() && held->first.from == from; ++held)
                if (held->first.filter && find(held->second))
                    break;
        }
    } else if (Page* held = page({number / pageRows * pageRows, 0, false}, UINT64_MAX)) {
        gap = !find(*held) && number < held->end;
        if (!row && !gap) // it was read before this line came
            ask({number / pageRows * pageRows, 0, false}, UINT64_MAX);
    }
    if (gap) {
        static const QByteArray unreadable = tr("(this line could not be read: it was deleted or is damaged)").toUtf8();
        return LogLineView{{unreadable.data(), static_cast<std::size_t>(unreadable.size())}, 0, false, true, false, 0, static_cast<std::uint64_t>(unreadable.size())};
    }
    if (!row)
        return std::nullopt;
    return LogLineView{row->text, row->timeNs, row->stream == logstore::Stream::Stderr, row->stream == logstore::Stream::Engine,
                       !row->match, row->source, row->length};
}

std::vector<LogModel::Span> LogPages::found(const QString& shown) const { return foundSpans(m_regex, shown); }

std::vector<int> LogPages::marks(int height) const
{
    std::vector<int> places;
    if (!finding() || height <= 0 || count() == 0)
        return places;
    const SearchTable& table = findRun().table();
    const double scale = static_cast<double>(height) / static_cast<double>(count());
    for (const auto& chunk : table.chunks()) {
        if (chunk.matches == 0)
            continue;
        // A stretch is a megabyte: where that is more than a pixel, its matches are spread over it.
        const auto top = static_cast<int>(static_cast<double>(rowOf(chunk.from)) * scale);
        const auto bottom = static_cast<int>(static_cast<double>(rowOf(chunk.to)) * scale);
        const int steps = static_cast<int>(std::min<std::uint64_t>(chunk.matches, static_cast<std::uint64_t>(std::max(1, (bottom - top) / 3))));
        for (int i = 0; i < steps; ++i)
            places.push_back(top + (bottom - top) * i / steps);
    }
    places.erase(std::ranges::unique(places).begin(), places.end());
    return places;
}

} // namespace slipway::ui
