// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "logs/line_store.h"
#include "logs/log_model.h"

namespace slipway::ui
{

// The lines of a LineStore, all of them; call linesChanged() after each change of it.
class MemoryLog : public LogModel
{
    Q_OBJECT

public:
    explicit MemoryLog(const LineStore& store, QObject* parent = nullptr) : LogModel(parent), m_store(store) {}
    void linesChanged();

    [[nodiscard]] std::uint64_t count() const override { return m_store.endLine() - m_store.firstLine(); }
    [[nodiscard]] std::optional<std::uint64_t> lineAt(std::uint64_t row) override { return m_store.firstLine() + row; }
    [[nodiscard]] std::uint64_t rowOf(std::uint64_t line) const override;
    [[nodiscard]] std::optional<LogLineView> line(std::uint64_t number) override;
    [[nodiscard]] std::uint64_t firstLine() const override { return m_store.firstLine(); }
    [[nodiscard]] std::uint64_t endLine() const override { return m_store.endLine(); }
    [[nodiscard]] std::size_t longestLine() const override { return m_store.longestLine(); }

private:
    const LineStore& m_store;
};

} // namespace slipway::ui
