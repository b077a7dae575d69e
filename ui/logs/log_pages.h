// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <map>
#include <memory>

#include <QCache>

#include "client/engine_client.h"
#include "logs/found_spans.h"
#include "logs/search_run.h"
#include "terminal/engine_hop.h"

namespace slipway::ui
{

// The log of one or several containers, of which only the pages that are looked at are held (some megabytes, whatever the log's
// size). What is not here is asked for when it is, and changed() tells when it came. A filter makes rows of the lines that a
// query shows; a find looks for a text in them. GUI thread.
class LogPages : public LogModel
{
    Q_OBJECT

public:
    explicit LogPages(EngineClient& client, QObject* parent = nullptr);
    ~LogPages() override;

    void open(std::vector<Source> sources, bool everything = false); // empty: nothing
    void relabel(std::vector<Source> sources); // the same ones with other names or colours: what is shown stays where it is
    void close();                                                     // stops listening, keeps what is here
    void resume();
    // Which lines are rows; FILTER also hides what FIND does not match, CONTEXT lines around them apart. An empty text finds nothing.
    void setShown(const logstore::LogQuery& shown, const logstore::LogQuery& find, bool filter, unsigned context);

    [[nodiscard]] bool loaded() const { return m_loaded; } // the extent is known
    [[nodiscard]] const LogExtent& extent() const { return m_extent; }
    [[nodiscard]] const QString& problem() const { return m_problem; }
    [[nodiscard]] bool filtered() const { return m_rows.active(); }
    [[nodiscard]] const SearchRun& rowsRun() const { return m_rows; }
    [[nodiscard]] const SearchRun& findRun() const { return m_filterFind ? m_rows : m_find; }
    [[nodiscard]] bool finding() const { return findRun().active() && !m_findQuery.text.empty(); }
    [[nodiscard]] std::optional<std::uint64_t> matchNumber() const { return m_matchNumber; } // of currentMatch(), from 0
    void stepMatch(bool forward, std::uint64_t fromLine); // from the current match, or from that line; matchFound() tells when it is known
    void forgetMatch();
    void lineAtTime(std::int64_t timeNs); // timeFound() tells
    [[nodiscard]] LogsClient::Containers containers() const;
    [[nodiscard]] logstore::LogQuery rowsQuery() const { return m_rows.active() ? m_rows.query() : logstore::LogQuery(); }
    [[nodiscard]] std::int64_t lastTimeNs() const { return m_lastTimeNs; }

    [[nodiscard]] std::uint64_t count() const override;
    [[nodiscard]] std::optional<std::uint64_t> lineAt(std::uint64_t row) override;
    [[nodiscard]] std::uint64_t rowOf(std::uint64_t line) const override;
    [[nodiscard]] std::optional<LogLineView> line(std::uint64_t number) override;
    [[nodiscard]] std::uint64_t firstLine() const override { return m_extent.first; }
    [[nodiscard]] std::uint64_t endLine() const override { return m_extent.end; }
    [[nodiscard]] std::int64_t firstTimeNs() const override { return m_firstTimeNs; }
    [[nodiscard]] const std::vector<Source>& sources() const override { return m_sources; }
    [[nodiscard]] std::vector<Span> found(const QString& shown) const override;
    [[nodiscard]] std::optional<std::uint64_t> currentMatch() const override { return m_match; }
    [[nodiscard]] std::vector<int> marks(int height) const override;

signals:
    void extentChanged();
    void failed(); // problem() says why; open() or resume() tries again
    void matchFound(std::uint64_t line);
    void timeFound(std::uint64_t line);

private:
    // Rows of the log, or of one chunk of the filter: FROM is the chunk's first line, SKIP its rows before the page.
    struct Key
    {
        std::uint64_t from = 0, skip = 0;
        bool filter = false;
        auto operator<=>(const Key&) const = default;
    };
    struct Page
    {
        std::vector<logstore::PageRow> rows;
        std::uint64_t end = 0; // the log's when it was read
        std::uint64_t to = 0;  // the line up to which it was asked for
        bool stale = false;
        std::uint64_t used = 0;
    };
    void listen(bool everything);
    void take(const LogExtent& extent);
    void fail(const Error& error);
    void forgetPages();
    Page* page(const Key& key, std::uint64_t to); // asks for it if it is not here or stale
    void ask(const Key& key, std::uint64_t to);
    void received(const Key& key, std::uint64_t to, Result<logstore::LogPage> page);
    void shrink();
    void stepWithin(std::size_t chunk, bool forward, std::uint64_t fromLine);
    void gotMatches(std::size_t chunk, bool forward, std::uint64_t fromLine, const logstore::LogPage& page);

    EngineClient& m_client;
    std::vector<Source> m_sources;
    LogExtent m_extent;
    bool m_loaded = false, m_everything = false, m_filterFind = false;
    QString m_problem;
    std::int64_t m_firstTimeNs = 0, m_lastTimeNs = 0;
    std::size_t m_bytes = 0;
    std::uint64_t m_clock = 0;
    std::map<Key, Page> m_pages;
    struct Asked
    {
        Key key;
        std::uint64_t end = 0;
        Request request;
    };
    std::list<Asked> m_asked;
    SearchRun m_rows, m_find;
    logstore::LogQuery m_shownQuery, m_findQuery;
    QRegularExpression m_regex; // of what is found, to show it
    std::optional<std::uint64_t> m_match, m_matchNumber;
    EngineHop m_growthHop, m_pageHop, m_stepHop;
    Request m_growth, m_step;
};

} // namespace slipway::ui
