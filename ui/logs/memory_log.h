// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "logs/found_spans.h"
#include "logs/line_store.h"

namespace slipway::ui
{

// The lines of a LineStore, all of them; call linesChanged() after each change of it.
class MemoryLog : public LogModel
{
    Q_OBJECT

public:
    explicit MemoryLog(const LineStore& store, QObject* parent = nullptr) : LogModel(parent), m_store(store) {}
    void linesChanged();

    // What is looked for; an empty text ends it. False: not a regular expression.
    bool find(const logstore::LogQuery& query);
    void step(bool forward, std::uint64_t fromLine); // to the next or previous match; without a current one FROMLINE counts too
    [[nodiscard]] std::size_t matches() const { return m_matches.size(); } // lines
    [[nodiscard]] std::optional<std::size_t> matchNumber() const;          // of the current one, from 1
    [[nodiscard]] std::vector<Span> found(const QString& shown) const override;
    [[nodiscard]] std::optional<std::uint64_t> currentMatch() const override { return m_match; }
    [[nodiscard]] std::vector<int> marks(int height) const override;

    [[nodiscard]] std::uint64_t count() const override { return m_store.endLine() - m_store.firstLine(); }
    [[nodiscard]] std::optional<std::uint64_t> lineAt(std::uint64_t row) override { return m_store.firstLine() + row; }
    [[nodiscard]] std::uint64_t rowOf(std::uint64_t line) const override;
    [[nodiscard]] std::optional<LogLineView> line(std::uint64_t number) override;
    [[nodiscard]] std::uint64_t firstLine() const override { return m_store.firstLine(); }
    [[nodiscard]] std::uint64_t endLine() const override { return m_store.endLine(); }

private:
    void search(); // what was not looked at yet

    const LineStore& m_store;
    std::optional<logstore::LineMatcher> m_matcher;
    QRegularExpression m_regex; // where in what is shown of a line
    std::vector<std::uint64_t> m_matches;
    std::uint64_t m_searched = 0;
    std::optional<std::uint64_t> m_match;
};

} // namespace slipway::ui
