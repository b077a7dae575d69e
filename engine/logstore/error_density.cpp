// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/error_density.h"

#include <algorithm>

#include "logstore/log_scanner.h"

namespace slipway::logstore
{
namespace
{
constexpr std::size_t entriesABlock = 16; // of the index: a megabyte
constexpr std::size_t mostStretches = 128;
} // namespace

void ErrorDensity::Block::add(std::int64_t timeNs)
{
    const std::int64_t stretch = timeNs / stretchNs * stretchNs;
    if (!stretches.empty() && stretches.back().timeNs >= stretch)
        return void(++stretches.back().lines);
    stretches.push_back({stretch, 1});
    if (stretches.size() <= mostStretches)
        return;
    stretchNs *= 2;
    std::vector<Stretch> coarser;
    for (const Stretch& each : stretches) {
        const std::int64_t begin = each.timeNs / stretchNs * stretchNs;
        if (coarser.empty() || coarser.back().timeNs != begin)
            coarser.push_back({begin, 0});
        coarser.back().lines += each.lines;
    }
    stretches = std::move(coarser);
}

ErrorDensity::Block ErrorDensity::read(const LogSnapshot& log, const Place& from, const Place& to, LineMatcher& matcher)
{
    Block block;
    LogScanner scanner(log, from);
    Record record;
    while ((scanner.place().segment < to.segment || scanner.place().offset < to.offset) && scanner.next(record)) {
        if (record.place.segment > to.segment || (record.place.segment == to.segment && record.place.offset >= to.offset))
            break;
        if (!(record.header.flags & Continued) && matcher.rightLevel(record.text))
            block.add(record.header.timeNs);
    }
    return block;
}

ErrorDensity::Counted ErrorDensity::count(const LogSnapshot& log, std::int64_t fromNs, std::int64_t toNs, std::size_t bins,
                                          std::chrono::milliseconds budget)
{
    LogQuery errors;
    errors.levels = 1u << unsigned(Level::Error) | 1u << unsigned(Level::Fatal);
    LineMatcher matcher = *LineMatcher::compile(errors); // it has no expression that could be wrong
    const auto until = std::chrono::steady_clock::now() + budget;
    Counted counted;
    counted.bins.resize(bins);
    counted.fromNs = fromNs;
    const auto take = [&](const Block& block) {
        for (const Stretch& stretch : block.stretches)
            if (stretch.timeNs >= fromNs && stretch.timeNs < toNs)
                counted.bins[static_cast<std::size_t>(static_cast<double>(stretch.timeNs - fromNs) / static_cast<double>(toNs - fromNs) * static_cast<double>(bins))] += stretch.lines;
    };
    const auto& segments = log.segments();
    for (std::uint32_t s = static_cast<std::uint32_t>(segments.size()); s-- > 0;) {
        const LogSnapshot::Segment& segment = segments[s];
        const std::vector<IndexEntry>& index = *segment.index;
        const std::size_t blocks = index.size() / entriesABlock + 1; // block n begins at entry n*16 - 1: the first at the header
        for (std::size_t n = blocks; n-- > 0;) {
            const IndexEntry* first = n == 0 ? nullptr : &index[n * entriesABlock - 1];
            const std::int64_t begins = first ? first->timeNs : segment.firstTimeNs;
            if (begins >= toNs)
                continue;
            const bool last = n + 1 == blocks;
            const Place from{s, first ? first->offset : segment.headerSize, first ? first->line : segment.firstLine};
            const Place to = last ? Place{s, s + 1 == segments.size() ? log.end().offset : segment.size, 0} : Place{s, index[(n + 1) * entriesABlock - 1].offset, 0};
            const Key key{segment.createdNs, segment.number, from.offset};
            const bool whole = !last || s + 1 < segments.size();
            const auto known = m_blocks.find(key);
            if (known != m_blocks.end()) {
                take(known->second);
            } else {
                Block block = read(log, from, to, matcher);
                take(block);
                if (whole)
                    m_blocks[key] = std::move(block);
            }
            if (begins < fromNs)
                return counted;
            if (std::chrono::steady_clock::now() > until) {
                counted.fromNs = begins;
                return counted;
            }
        }
    }
    return counted;
}

} // namespace slipway::logstore
