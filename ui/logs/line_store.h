// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dockerapi/types.h"

// The lines of a log in memory, compact: chunks of about 1 MiB of bytes and 16 bytes an entry. Lines are numbered from 0 for
// ever; when the budget is full the oldest chunk goes and firstLine() says how many are no longer held. One thread.
namespace slipway::ui
{

class LineStore
{
public:
    static constexpr std::size_t defaultBudget = 256u << 20;
    static constexpr std::size_t maxLineBytes = 1u << 20; // a longer line is continued as a line of its own

    explicit LineStore(std::size_t budgetBytes = defaultBudget) : m_budget(budgetBytes) {}

    struct Line
    {
        std::string_view text; // until the next append or clear
        std::int64_t timeNs = 0;
        bool isStderr = false;
    };

    // A piece after a partial one of the same stream continues that line, if no other line came between. Returns whether a
    // new line began.
    bool append(const dockerapi::LogLine& line);
    void clear();

    [[nodiscard]] std::uint64_t firstLine() const { return m_first; } // = lines no longer held
    [[nodiscard]] std::uint64_t endLine() const { return m_end; }
    [[nodiscard]] bool empty() const { return m_first == m_end; }
    [[nodiscard]] Line line(std::uint64_t number) const; // firstLine() <= number < endLine()
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

private:
    struct Entry
    {
        std::uint32_t offset;
        std::uint32_t length : 31;
        std::uint32_t isStderr : 1;
        std::int64_t timeNs;
    };
    struct Chunk
    {
        std::uint64_t firstLine = 0;
        std::vector<char> bytes;
        std::vector<Entry> entries;
    };
    Chunk& chunkFor(std::size_t length);
    void evict();

    std::size_t m_budget;
    std::deque<std::unique_ptr<Chunk>> m_chunks;
    std::uint64_t m_first = 0, m_end = 0;
    std::size_t m_bytes = 0;
    bool m_open = false; // the last line still waits for its newline
};

} // namespace slipway::ui
