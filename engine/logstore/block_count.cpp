// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/block_count.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>

#include "logstore/log_scanner.h"
#include "logstore/segment_files.h"

namespace slipway::logstore
{
namespace
{
constexpr std::uint64_t blockBytes = 512u << 10;
constexpr std::size_t longRowWindow = 1u << 20, longRowOverlap = 32u << 10; // a match that is longer than that can be missed
}

BlockCount::BlockCount(const LineMatcher& matcher) : m_matcher(matcher)
{
    for (const LineMatcher::Needle& needle : m_matcher.needles())
        m_needles.emplace_back(needle.bytes, needle.caseSensitive);
}

std::uint64_t BlockCount::count(const LogSnapshot& log, const Place& from, const Place& to)
{
    std::uint64_t sum = 0;
    for (std::uint32_t segment = from.segment; segment <= to.segment && segment < log.segments().size(); ++segment) {
        const auto& each = log.segments()[segment];
        const Place begin = segment == from.segment ? from : Place{segment, each.headerSize, each.firstLine};
        const std::uint64_t end = segment == to.segment ? to.offset : each.size;
        for (Place at = begin; at.offset < end;) {
            Place next = log.nextIndexed(at);
            while (next.segment == segment && next.offset < end && next.offset - at.offset < blockBytes)
                next = log.nextIndexed(next);
            if (next.segment != segment || next.offset > end)
                next = {segment, end, 0};
            readPieces(log, at, next.offset);
            sum += countPieces(log, at);
            at = next;
        }
    }
    return sum;
}

void BlockCount::readPieces(const LogSnapshot& log, const Place& from, std::uint64_t end)
{
    m_pieces.clear();
    m_block.resize(end - from.offset);
    const UniqueFd fd(::open(segmentPath(log.dir(), log.segments()[from.segment].number, ".log").c_str(), O_RDONLY | O_CLOEXEC));
    std::size_t have = 0;
    while (fd && have < m_block.size()) {
        const ssize_t got = ::pread(fd.get(), m_block.data() + have, m_block.size() - have, static_cast<off_t>(from.offset + have));
        if (got <= 0)
            break;
        have += static_cast<std::size_t>(got);
    }
    m_block.resize(have);
    RecordHeader header{};
    for (std::size_t at = 0; at + sizeof header <= have;) {
        std::memcpy(&header, m_block.data() + at, sizeof header);
        if (header.length > maxRecordPayload || at + sizeof header + header.length > have) {
            const Place next = log.nextIndexed({from.segment, from.offset + at, 0}); // over the damage
            if (next.segment != from.segment || next.offset <= from.offset + at || next.offset >= from.offset + have)
                return;
            at = next.offset - from.offset;
            continue;
        }
        m_pieces.push_back({static_cast<std::uint32_t>(at + sizeof header), header.length, header.stream, header.flags});
        at += sizeof header + header.length;
    }
}

void BlockCount::markEscapes()
{
    const char* const begin = m_block.data();
    const char* const end = begin + m_block.size();
    auto piece = m_pieces.begin();
    for (const char* at = begin; (at = static_cast<const char*>(std::memchr(at, '\x1b', static_cast<std::size_t>(end - at)))) != nullptr;) {
        const auto offset = static_cast<std::size_t>(at - begin);
        piece = std::partition_point(piece, m_pieces.end(), [offset](const Piece& p) { return p.offset + p.length <= offset; });
        if (piece == m_pieces.end())
            return;
        if (offset >= piece->offset) {
            m_marks[static_cast<std::size_t>(piece - m_pieces.begin())] |= HasEscape;
            at = begin + piece->offset + piece->length;
        } else {
            ++at; // in a header
        }
    }
}

void BlockCount::markNeedles()
{
    const std::string_view block(m_block.data(), m_block.size());
    for (std::size_t n = 0; n < m_needles.size(); ++n) {
        const std::size_t length = m_matcher.needles()[n].bytes.size();
        auto piece = m_pieces.begin();
        for (std::size_t at = m_needles[n].find(block, 0); at != std::string_view::npos;) {
            // Hits are rare: a step by halves is cheaper than the walk. When they are not, the next piece is the one.
            if (piece != m_pieces.end() && piece->offset + piece->length <= at)
                ++piece;
            if (piece != m_pieces.end() && piece->offset + piece->length <= at)
                piece = std::partition_point(piece, m_pieces.end(), [at](const Piece& p) { return p.offset + p.length <= at; });
            if (piece == m_pieces.end())
                break;
            const bool inside = at >= piece->offset && at + length <= piece->offset + piece->length;
            if (inside)
                m_marks[static_cast<std::size_t>(piece - m_pieces.begin())] |= HasNeedle;
            at = m_needles[n].find(block, inside ? piece->offset + piece->length : at + 1);
        }
    }
}

std::uint64_t BlockCount::countPieces(const LogSnapshot& log, const Place& from)
{
    m_marks.assign(m_pieces.size(), m_needles.empty() ? HasNeedle : Unlikely);
    if (!m_needles.empty()) {
        markEscapes();
        markNeedles();
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < m_pieces.size(); ++i) {
        const Piece& piece = m_pieces[i];
        if (piece.flags & Continued)
            continue; // of a row that began before
        if (piece.flags & Partial) {
            sum += longRowMatches(log, {from.segment, from.offset + piece.offset - sizeof(RecordHeader), 0}) ? 1 : 0;
            continue;
        }
        if (m_marks[i] == Unlikely || !m_matcher.rightStream(piece.stream))
            continue;
        if (m_marks[i] == HasNeedle && m_matcher.needleIsAll())
            ++sum;
        else
            sum += m_matcher.matches(piece.stream, {m_block.data() + piece.offset, piece.length}) ? 1 : 0;
    }
    return sum;
}

bool BlockCount::longRowMatches(const LogSnapshot& log, const Place& at)
{
    LogScanner scanner(log, at);
    Record record;
    std::string text;
    bool first = true, more = scanner.next(record);
    if (!more || !m_matcher.rightStream(record.header.stream))
        return false;
    const Stream stream = record.header.stream;
    while (more) {
        const bool goesOn = record.header.flags & Partial;
        text += record.text;
        more = goesOn && scanner.next(record) && (record.header.flags & Continued);
        if (text.size() < longRowWindow && more)
            continue;
        if (first && !m_matcher.rightLevel(text))
            return false;
        first = false;
        if (m_matcher.textMatches(stream, text))
            return true;
        text.erase(0, text.size() - std::min(text.size(), longRowOverlap));
    }
    return false;
}

} // namespace slipway::logstore
