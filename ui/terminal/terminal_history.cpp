// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_history.h"

#include <algorithm>
#include <cstring>

namespace slipway::ui
{
namespace
{
constexpr std::uint32_t wideBit = 0x40000000u, coveredBit = 0x20000000u;
constexpr std::size_t alignment = 4;
constexpr std::size_t longestRow = 1024; // cells; a screen is never wider
} // namespace

char* TerminalHistory::allocate(std::size_t bytes)
{
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (m_blocks.empty() || m_blocks.back().used + bytes > blockSize) {
        while (m_count > 0 && (m_blocks.size() + 1) * blockSize > m_limits.bytes)
            dropOldest();
        m_blocks.push_back({std::make_unique_for_overwrite<char[]>(blockSize)});
    }
    if (m_count == m_limits.lines)
        dropOldest();
    if (m_count == m_rows.size()) {
        std::vector<std::uint64_t> grown(m_rows.size() * 2);
        for (std::size_t i = 0; i < m_count; ++i)
            grown[i] = m_rows[(m_start + i) & (m_rows.size() - 1)];
        m_rows = std::move(grown);
        m_start = 0;
    }
    Block& block = m_blocks.back();
    m_rows[(m_start + m_count++) & (m_rows.size() - 1)] = (m_firstBlock + m_blocks.size() - 1) * blockSize + block.used;
    char* const at = block.bytes.get() + block.used;
    block.used += bytes;
    ++block.rows;
    return at;
}

void TerminalHistory::dropOldest()
{
    m_start = (m_start + 1) & (m_rows.size() - 1);
    --m_count;
    ++m_discarded;
    while (m_blocks.front().rows == 0)
        m_blocks.pop_front(), ++m_firstBlock;
    if (--m_blocks.front().rows == 0 && m_blocks.size() > 1)
        m_blocks.pop_front(), ++m_firstBlock;
}

const char* TerminalHistory::row(std::size_t index) const
{
    const std::uint64_t place = m_rows[(m_start + index) & (m_rows.size() - 1)];
    return m_blocks[place / blockSize - m_firstBlock].bytes.get() + place % blockSize;
}

void TerminalHistory::clear()
{
    m_discarded += m_count;
    m_firstBlock += m_blocks.size();
    m_blocks.clear();
    m_start = m_count = 0;
}

std::size_t TerminalHistory::bytes() const { return m_blocks.size() * blockSize + m_rows.size() * sizeof(m_rows[0]); }

void TerminalHistory::markLastContinued()
{
    if (m_count == 0)
        return;
    char* const at = const_cast<char*>(row(m_count - 1));
    Header header;
    std::memcpy(&header, at, sizeof header);
    header.continued = true;
    std::memcpy(at, &header, sizeof header);
}

void TerminalHistory::push(std::string_view printable, const CellStyle& style)
{
    if (m_limits.lines == 0) {
        ++m_discarded;
        return;
    }
    printable = printable.substr(0, longestRow);
    const bool plain = style == CellStyle{} || printable.empty();
    const Header header{static_cast<std::uint16_t>(printable.size()), static_cast<std::uint16_t>(plain ? 0 : 1), false, false};
    char* at = allocate(sizeof header + (plain ? 0 : sizeof(Run)) + printable.size());
    std::memcpy(at, &header, sizeof header);
    at += sizeof header;
    if (!plain) {
        const Run run{header.cells, style};
        std::memcpy(at, &run, sizeof run);
        at += sizeof run;
    }
    std::memcpy(at, printable.data(), printable.size());
}

void TerminalHistory::push(std::span<const TerminalCell> cells, std::span<const CellStyle> styles, bool continued)
{
    if (m_limits.lines == 0) {
        ++m_discarded;
        return;
    }
    cells = cells.first(std::min(cells.size(), longestRow));
    while (!cells.empty() && cells.back().code == 0 && cells.back().style == 0 && cells.back().width == 1)
        cells = cells.first(cells.size() - 1);
    m_runs.clear();
    std::uint32_t codes = 0;
    bool single = true;
    for (std::size_t i = 0; i < cells.size();) {
        const std::uint16_t style = cells[i].style;
        const std::size_t begin = i;
        for (; i < cells.size() && cells[i].style == style; ++i) {
            codes |= cells[i].code;
            single &= cells[i].width == 1;
        }
        m_runs.push_back({static_cast<std::uint16_t>(i - begin), styles[style]});
    }
    if (m_runs.size() == 1 && m_runs[0].style == CellStyle{})
        m_runs.clear();
    const bool bytes = single && codes < 0x100;
    const Header header{static_cast<std::uint16_t>(cells.size()), static_cast<std::uint16_t>(m_runs.size()), !bytes, continued};
    char* at = allocate(sizeof header + m_runs.size() * sizeof(Run) + cells.size() * (bytes ? 1 : 4));
    std::memcpy(at, &header, sizeof header);
    at += sizeof header;
    if (!m_runs.empty())
        std::memcpy(at, m_runs.data(), m_runs.size() * sizeof(Run));
    at += m_runs.size() * sizeof(Run);
    if (bytes) {
        for (const TerminalCell& cell : cells)
            *at++ = static_cast<char>(cell.code);
        return;
    }
    for (const TerminalCell& cell : cells) {
        const std::uint32_t packed = cell.code | (cell.width == 2 ? wideBit : cell.width == 0 ? coveredBit : 0);
        std::memcpy(at, &packed, sizeof packed);
        at += sizeof packed;
    }
}

void TerminalHistory::read(int index, TerminalLine& line) const
{
    const char* at = row(static_cast<std::size_t>(index));
    Header header;
    std::memcpy(&header, at, sizeof header);
    const char* run = at + sizeof header;
    at = run + header.runs * sizeof(Run);
    line.continued = header.continued;
    line.styles.assign(1, CellStyle{});
    line.cells.resize(header.cells);
    for (TerminalCell& cell : line.cells) {
        if (header.wide) {
            std::uint32_t packed = 0;
            std::memcpy(&packed, at, sizeof packed);
            at += sizeof packed;
            cell = {packed & ~(wideBit | coveredBit), 0, static_cast<std::uint16_t>(packed & wideBit ? 2 : packed & coveredBit ? 0 : 1)};
        } else {
            cell = {static_cast<unsigned char>(*at++), 0, 1};
        }
    }
    auto cell = line.cells.begin();
    for (std::uint16_t i = 0; i < header.runs; ++i, run += sizeof(Run)) {
        Run r;
        std::memcpy(&r, run, sizeof r);
        if (r.style != CellStyle{}) {
            line.styles.push_back(r.style);
            std::for_each_n(cell, r.cells, [&](TerminalCell& c) { c.style = static_cast<std::uint16_t>(line.styles.size() - 1); });
        }
        cell += r.cells;
    }
}

} // namespace slipway::ui
