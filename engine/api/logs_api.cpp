// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>

#include "api/error_densities.h"
#include "api/log_snapshots.h"
#include "api/router.h"
#include "container/container_service.h"
#include "container/kept_logs.h"
#include "events/event_bus.h"
#include "logstore/log_page.h"
#include "logstore/log_search.h"

// Logs at any place and of any size, for the window: pages instead of streams. CONTAINERS are ids or names with commas; several
// are one log in order of time. Rows are numbered over all of them (logstore/log_set.h).
namespace slipway::api
{
namespace
{

using logstore::LogQuery;
using logstore::LogSet;

Result<std::optional<std::uint64_t>> number(const HttpRequest& request, const char* name)
{
    const std::string text = request.value(name);
    if (text.empty())
        return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return fail(ErrorKind::InvalidArgument, std::string("invalid value for ") + name + ": " + text);
    return value;
}

// What of them is shown: text, regex, case, word, stdout, stderr, levels (a sum of 1 << logstore::Level), context.
Result<LogQuery> queryOf(const HttpRequest& request)
{
    LogQuery query;
    query.text = request.value("text");
    query.regex = request.flag("regex");
    query.caseSensitive = request.flag("case");
    query.wholeWord = request.flag("word");
    query.showStdout = request.flag("stdout", true);
    query.showStderr = request.flag("stderr", true);
    TRY(const auto levels, number(request, "levels"));
    TRY(const auto context, number(request, "context"));
    query.levels = static_cast<unsigned>(levels.value_or(LogQuery::allLevels)) & LogQuery::allLevels;
    query.context = static_cast<unsigned>(std::min<std::uint64_t>(context.value_or(0), 1000));
    return query;
}

Result<std::vector<std::filesystem::path>> foldersOf(Services& services, const HttpRequest& request)
{
    std::vector<std::filesystem::path> folders;
    for (const std::string& name : request.list("containers")) {
        auto log = services.containers.log(name);
        if (const auto kept = log ? std::nullopt : services.containers.keptLogs().find(name))
            folders.push_back(*kept);
        else if (log)
            folders.push_back(std::move(log->dir));
        else
            return std::unexpected(log.error());
    }
    if (folders.empty())
        return fail(ErrorKind::InvalidArgument, "containers says of which containers the logs are wanted");
    return folders;
}

Result<LogSet> setOf(Services& services, const HttpRequest& request)
{
    TRY(const auto folders, foldersOf(services, request));
    LogSet::Snapshots logs;
    for (const auto& folder : folders)
        logs.push_back(LogSnapshots::shared().take(folder));
    return LogSet(std::move(logs));
}

// GET /slipway/logs/page?containers=…&from=ROW | last=N | time=UNIXNANO [&to=ROW&skip=N&count=N&cap=BYTES] and a query:
// application/octet-stream, as logstore::decodePage() reads it.
Result<HttpResponse> page(Services& services, const HttpRequest& request)
{
    logstore::PageRange range;
    TRY(range.from, number(request, "from"));
    TRY(range.last, number(request, "last"));
    TRY(const auto time, number(request, "time"));
    if (time)
        range.timeNs = static_cast<std::int64_t>(std::min<std::uint64_t>(*time, INT64_MAX));
    TRY(const auto to, number(request, "to"));
    TRY(const auto skip, number(request, "skip"));
    TRY(const auto count, number(request, "count"));
    TRY(const auto cap, number(request, "cap"));
    range.to = to.value_or(range.to);
    range.skip = skip.value_or(0);
    range.count = std::min<std::uint64_t>(count.value_or(range.count), 100'000);
    range.cap = static_cast<std::size_t>(std::min<std::uint64_t>(cap.value_or(range.cap), 16u << 20));
    TRY(const LogQuery query, queryOf(request));
    TRY(const LogSet set, setOf(services, request));
    TRY(const auto read, logstore::readPage(set, range, query));
    return HttpResponse{200, logstore::encodePage(read), "application/octet-stream"};
}

// What a thread of its own makes, piece by piece, and a coroutine sends. The thread waits while much is unsent, and stops when
// nobody wants it any more.
class Pieces
{
public:
    explicit Pieces(asio::io_context& reactor) : m_notifier(std::make_shared<Notifier>(reactor)) {}

    bool put(std::string piece) // false: stop
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] { return m_bytes < mostUnsent || m_gone; });
        if (m_gone)
            return false;
        m_bytes += piece.size();
        m_pieces.push_back(std::move(piece));
        m_notifier->notify();
        return true;
    }
    void end(Status status)
    {
        const std::lock_guard lock(m_mutex);
        m_end = std::move(status);
        m_notifier->notify();
    }
    void abandon()
    {
        const std::lock_guard lock(m_mutex);
        m_gone = true;
        m_stop.request_stop();
        m_room.notify_all();
        m_notifier->notify();
    }
    [[nodiscard]] std::stop_token stopToken() const { return m_stop.get_token(); }

    // Sends until the end. An error before the first piece is the answer; a later one ends it early.
    Task<Status> send(Exchange& exchange, std::string contentType)
    {
        while (true) {
            std::string piece;
            std::optional<Status> ended;
            {
                const std::lock_guard lock(m_mutex);
                if (m_gone)
                    co_return Status();
                if (!m_pieces.empty()) {
                    piece = std::move(m_pieces.front());
                    m_pieces.pop_front();
                    m_bytes -= piece.size();
                    m_room.notify_all();
                } else {
                    ended = m_end;
                }
            }
            if (piece.empty() && !ended) {
                co_await m_notifier->wait();
                continue;
            }
            if (ended && !*ended && !exchange.begun())
                co_return *ended;
            if (!exchange.begun())
                if (const Status begun = co_await exchange.begin(contentType); !begun)
                    co_return begun;
            if (ended)
                co_return *ended;
            if (const Status sent = co_await exchange.write(piece); !sent)
                co_return sent;
        }
    }

private:
    static constexpr std::size_t mostUnsent = 4u << 20;
    std::shared_ptr<Notifier> m_notifier;
    std::mutex m_mutex;
    std::condition_variable m_room;
    std::deque<std::string> m_pieces;
    std::size_t m_bytes = 0;
    bool m_gone = false;
    std::optional<Status> m_end;
    std::stop_source m_stop;
};

Task<Status> sendFrom(Api& api, Exchange& exchange, std::string contentType, std::function<Status(Pieces&)> work)
{
    auto pieces = std::make_shared<Pieces>(api.reactor);
    exchange.whenPeerGone([pieces] { pieces->abandon(); });
    // On the pool and not awaited: the answer goes out meanwhile.
    api.pool.run([pieces, work = std::move(work), alive = asio::make_work_guard(api.reactor)] { pieces->end(work(*pieces)); });
    Status status = co_await pieces->send(exchange, std::move(contentType));
    pieces->abandon();
    co_return status;
}

// GET /slipway/logs/search?containers=…[&from=ROW&to=ROW&newest=1] and a query: JSON lines
//   {"chunks":[[from,to,rows,matches],…],"searched":ROWS,"total":ROWS[,"givenUp":LINES]}, the last one with "done":true.
Task<Status> search(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const auto query = queryOf(request);
    const auto from = number(request, "from"), to = number(request, "to");
    if (!query || !from || !to)
        co_return std::unexpected(!query ? query.error() : !from ? from.error() : to.error());
    const logstore::SearchOptions options{from->value_or(0), to->value_or(UINT64_MAX), request.flag("newest"), 0};
    auto set = co_await onPool(api, [&] { return setOf(api.services, request); });
    if (!set)
        co_return std::unexpected(set.error());
    co_return co_await sendFrom(api, exchange, "application/x-ndjson", [set = *set, query = *query, options](Pieces& pieces) {
        std::string last;
        const auto onProgress = [&](const logstore::SearchProgress& progress) {
            std::string line = "{\"chunks\":[";
            for (const logstore::SearchChunk& chunk : progress.chunks)
                line += (line.ends_with('[') ? "[" : ",[") + std::to_string(chunk.from) + ',' + std::to_string(chunk.to) + ','
                        + std::to_string(chunk.rows) + ',' + std::to_string(chunk.matches) + ']';
            line += "],\"searched\":" + std::to_string(progress.searched) + ",\"total\":" + std::to_string(progress.total);
            if (progress.givenUp > 0)
                line += ",\"givenUp\":" + std::to_string(progress.givenUp);
            pieces.put(line + "}\n");
        };
        Status status = logstore::searchLogs(set, query, options, onProgress, pieces.stopToken());
        if (status)
            pieces.put("{\"done\":true}\n");
        return status;
    });
}

// GET /slipway/logs/growth?containers=…: a JSON line {"first":ROW,"end":ROW,"bytes":N} now and whenever that changes, at most
// twenty a second.
Task<Status> growth(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto notifier = std::make_shared<Notifier>(api.reactor);
    auto gone = std::make_shared<bool>(false);
    auto folders = co_await onPool(api, [&] { return foldersOf(api.services, request); });
    if (!folders)
        co_return std::unexpected(folders.error());
    std::vector<logstore::LogWatcher::Watch> watches(folders->size());
    // A container that never ran has no folder to be watched: its start makes one.
    const auto started = api.services.events.subscribe([notifier](const Event& event) {
        if (event.type == "container" && event.action == "start")
            notifier->notify();
    });
    if (const Status begun = co_await exchange.begin("application/x-ndjson"); !begun)
        co_return begun;
    exchange.whenPeerGone([gone, notifier] {
        *gone = true;
        notifier->notify();
    });
    std::string told;
    while (!*gone) {
        for (std::size_t i = 0; i < watches.size(); ++i)
            if (!watches[i])
                watches[i] = api.watcher.watch((*folders)[i], [notifier] { notifier->notify(); });
        std::string line = co_await onPool(api, [&] {
            LogSet::Snapshots logs;
            for (const auto& folder : *folders)
                logs.push_back(LogSnapshots::shared().take(folder));
            const LogSet set(std::move(logs));
            return "{\"first\":" + std::to_string(set.first()) + ",\"end\":" + std::to_string(set.end()) + ",\"bytes\":" + std::to_string(set.bytes()) + "}\n";
        });
        if (line != told) {
            if (const Status sent = co_await exchange.write(line); !sent)
                co_return sent;
            told = std::move(line);
        }
        co_await notifier->wait();
        asio::steady_timer pause(api.reactor, std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return Status();
}

// GET /slipway/logs/export?containers=…&format=plain|timestamps|json[&names=…] and a query: the rows that it shows. Plain and with
// timestamps the bytes are those of docker logs.
Task<Status> exportLogs(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const auto query = queryOf(request);
    if (!query)
        co_return std::unexpected(query.error());
    const std::string name = request.value("format", "plain");
    const auto format = name == "timestamps" ? logstore::ExportFormat::Timestamps
                        : name == "json"     ? logstore::ExportFormat::JsonLines
                                             : logstore::ExportFormat::Plain;
    if (format == logstore::ExportFormat::Plain && name != "plain")
        co_return fail(ErrorKind::InvalidArgument, "invalid value for format: " + name);
    auto set = co_await onPool(api, [&] { return setOf(api.services, request); });
    if (!set)
        co_return std::unexpected(set.error());
    const std::vector<std::string> names = request.list(request.value("names").empty() ? "containers" : "names");
    co_return co_await sendFrom(api, exchange, "application/octet-stream", [set = *set, query = *query, format, names](Pieces& pieces) {
        return logstore::exportLogs(set, query, format, names, [&](std::string_view bytes) { return pieces.put(std::string(bytes)); });
    });
}

// GET /slipway/logs/density?containers=…&from=UNIXNANO&to=UNIXNANO[&bins=N]: how many lines say that they are errors, in equal
// stretches of time:
//   {"bins":[0,3,…],"from":UNIXNANO}   complete from there on: what is older is still to be read, ask again
Result<HttpResponse> density(Services& services, const HttpRequest& request)
{
    TRY(const auto from, number(request, "from"));
    TRY(const auto to, number(request, "to"));
    TRY(const auto bins, number(request, "bins"));
    const std::uint64_t count = bins.value_or(120), begin = from.value_or(0), end = to.value_or(0);
    if (count < 1 || count > 10'000)
        return fail(ErrorKind::InvalidArgument, "invalid value for bins: it is 1 to 10000");
    if (begin >= end || end > INT64_MAX)
        return fail(ErrorKind::InvalidArgument, "from and to must be nanoseconds, from before to");
    TRY(const auto folders, foldersOf(services, request));
    std::vector<std::uint64_t> sums(count);
    std::int64_t complete = static_cast<std::int64_t>(begin);
    for (const auto& folder : folders) {
        const auto counted = ErrorDensities::shared().count(folder, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), count);
        complete = std::max(complete, counted.fromNs);
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += counted.bins[i];
    }
    return jsonResponse({{"bins", sums}, {"from", complete}});
}

// GET /slipway/logs/removed: whose logs are kept though they are gone, newest first:
//   [{"id":…,"name":…,"image":…,"removed":UNIXNANO,"bytes":N},…]
Result<HttpResponse> removed(Services& services, const HttpRequest&)
{
    Json list = Json::array();
    for (const KeptLogs::Kept& kept : services.containers.keptLogs().list())
        list.push_back({{"id", kept.id}, {"name", kept.name}, {"image", kept.image}, {"removed", toUnixNano(kept.removed)}, {"bytes", kept.bytes}});
    return jsonResponse(list);
}

constexpr Route routes[] = {
    {"GET", "/slipway/logs/removed", removed},
    {"GET", "/slipway/logs/density", density},
    {"GET", "/slipway/logs/page", page},
    {"GET", "/slipway/logs/search", nullptr, search},
    {"GET", "/slipway/logs/growth", nullptr, growth},
    {"GET", "/slipway/logs/export", nullptr, exportLogs},
};

} // namespace

std::span<const Route> logRoutes() { return routes; }

} // namespace slipway::api
