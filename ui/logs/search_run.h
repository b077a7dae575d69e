// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QObject>
#include <QTimer>

#include "client/engine_client.h"
#include "terminal/engine_hop.h"

namespace slipway::ui
{

// How many rows match in each stretch of a log: all that is kept of a search, whatever its size.
class SearchTable
{
public:
    void clear();
    void add(const std::vector<logstore::SearchChunk>& chunks);
    void forgetBefore(std::uint64_t line); // rotation took them
    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t matches() const { return m_matches; }
    [[nodiscard]] const std::vector<logstore::SearchChunk>& chunks() const { return m_chunks; } // ascending, apart

    struct Spot
    {
        std::size_t chunk = 0;
        std::uint64_t before = 0; // rows of the chunks before it
    };
    [[nodiscard]] Spot spotOfRow(std::uint64_t row) const;             // row < rows()
    [[nodiscard]] Spot spotOfLine(std::uint64_t line) const;           // the chunk with it, or the next one; may be chunks().size()
    [[nodiscard]] std::uint64_t matchesBefore(std::size_t chunk) const;

private:
    void sum();
    std::vector<logstore::SearchChunk> m_chunks;
    std::vector<std::uint64_t> m_rowsBefore, m_matchesBefore;
    std::uint64_t m_rows = 0, m_matches = 0;
};

// One search that goes on as its log grows. GUI thread.
class SearchRun : public QObject
{
    Q_OBJECT

public:
    SearchRun(EngineClient& client, QObject* parent);

    void start(const LogsClient::Containers& containers, const logstore::LogQuery& query, std::uint64_t first, std::uint64_t end);
    void stop(); // and forgets
    void grown(std::uint64_t first, std::uint64_t end);
    [[nodiscard]] bool active() const { return m_active; }
    [[nodiscard]] bool running() const { return static_cast<bool>(m_request); }
    [[nodiscard]] double progress() const { return m_total == 0 ? 1 : double(m_searched) / double(m_total); }
    [[nodiscard]] const SearchTable& table() const { return m_table; }
    [[nodiscard]] const logstore::LogQuery& query() const { return m_query; }
    [[nodiscard]] const QString& error() const { return m_error; }
    [[nodiscard]] std::uint64_t givenUp() const { return m_givenUp; } // lines for which the expression took too long

signals:
    void advanced(); // at most some thirty times a second, however fast results come

private:
    void ask(std::uint64_t from, std::uint64_t to, bool newestFirst);
    void take(const logstore::SearchProgress& progress);
    void ended(const Status& status);

    EngineClient& m_client;
    LogsClient::Containers m_containers;
    logstore::LogQuery m_query;
    SearchTable m_table;
    bool m_active = false;
    std::uint64_t m_asked = 0, m_end = 0; // lines before m_asked are searched or being searched
    std::uint64_t m_searched = 0, m_total = 0, m_givenUp = 0, m_givenUpBefore = 0;
    QString m_error;
    EngineHop m_hop;
    Request m_request;
    QTimer m_tell;
    bool m_untold = false;
};

} // namespace slipway::ui
