// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "terminal/terminal_cells.h"

// Rows that were scrolled off a terminal's screen, packed: one byte a character of plain text, four of any other, and twelve
// a change of style. A hundred thousand usual lines take about 10 MB. The oldest fall off at the first of two limits: lines, and
// bytes, which only lines with very many changes of colour reach.
namespace slipway::ui
{

class TerminalHistory
{
public:
    struct Limits
    {
        std::size_t lines = 100'000;
        std::size_t bytes = 96u << 20;
    };
    explicit TerminalHistory(Limits limits) : m_limits(limits) {}

    // CELLS' styles are indices into STYLES.
    void push(std::span<const TerminalCell> cells, std::span<const CellStyle> styles, bool continued);
    void push(std::string_view printable, const CellStyle& style); // bytes 0x20 to 0x7e
    void markLastContinued();
    void clear();

    [[nodiscard]] int size() const { return static_cast<int>(m_count); }
    [[nodiscard]] std::uint64_t discarded() const { return m_discarded; } // lines that fell off, or were cleared
    void read(int index, TerminalLine& line) const;
    [[nodiscard]] std::size_t bytes() const; // that it takes

private:
    struct Header // of a row; the runs follow, then the text
    {
        std::uint16_t cells = 0, runs = 0; // no runs: all in the default style
        bool wide = false;                 // four bytes a cell
        bool continued = false;
    };
    struct Run
    {
        std::uint16_t cells = 0;
        CellStyle style;
    };
    static constexpr std::size_t blockSize = 64 * 1024;

    char* allocate(std::size_t bytes);
    void dropOldest();
    [[nodiscard]] const char* row(std::size_t index) const;

    Limits m_limits;
    struct Block
    {
        std::unique_ptr<char[]> bytes;
        std::size_t used = 0;
        std::size_t rows = 0; // that still count
    };
    std::deque<Block> m_blocks;
    std::uint64_t m_firstBlock = 0; // the number of m_blocks.front()
    std::vector<std::uint64_t> m_rows = std::vector<std::uint64_t>(1024); // a ring: block number * blockSize + offset
    std::size_t m_start = 0, m_count = 0;
    std::uint64_t m_discarded = 0;
    std::vector<Run> m_runs; // while a row is packed
};

} // namespace slipway::ui
