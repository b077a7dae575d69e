// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/line_store.h"

#include <algorithm>

namespace slipway::ui
{
namespace
{
constexpr std::size_t chunkBytes = 1u << 20;
}

LineStore::Chunk& LineStore::chunkFor(std::size_t length)
{
    if (m_chunks.empty() || m_chunks.back()->bytes.size() + length > chunkBytes ||
        m_chunks.back()->entries.size() >= chunkBytes / 16) {
        if (!m_chunks.empty()) {
            Chunk& full = *m_chunks.back();
            m_bytes -= full.bytes.capacity() + full.entries.capacity() * sizeof(Entry);
            full.bytes.shrink_to_fit();
            full.entries.shrink_to_fit();
            m_bytes += full.bytes.capacity() + full.entries.capacity() * sizeof(Entry);
        }
        auto chunk = std::make_unique<Chunk>();
        chunk->firstLine = m_end;
        m_chunks.push_back(std::move(chunk));
    }
    return *m_chunks.back();
}

bool LineStore::append(const dockerapi::LogLine& line)
{
    std::string_view text = line.text;
    bool began = false;
    if (m_open && !m_chunks.empty()) {
        Chunk& chunk = *m_chunks.back();
        Entry& last = chunk.entries.back();
        if (last.isStderr == line.isStderr && last.length + text.size() <= maxLineBytes) {
            const std::size_t before = chunk.bytes.capacity();
            chunk.bytes.insert(chunk.bytes.end(), text.begin(), text.end());
            m_bytes += chunk.bytes.capacity() - before;
            last.length = static_cast<std::uint32_t>(last.length + text.size()) & 0x7fffffffu;
            m_open = line.partial;
            return false;
        }
    }
    do {
        const std::string_view piece = text.substr(0, maxLineBytes);
        text.remove_prefix(piece.size());
        Chunk& chunk = chunkFor(piece.size());
        const std::size_t before = chunk.bytes.capacity() + chunk.entries.capacity() * sizeof(Entry);
        chunk.entries.push_back({static_cast<std::uint32_t>(chunk.bytes.size()),
                                 static_cast<std::uint32_t>(piece.size()) & 0x7fffffffu, line.isStderr ? 1u : 0u,
                                 line.timeNs});
        chunk.bytes.insert(chunk.bytes.end(), piece.begin(), piece.end());
        m_bytes += chunk.bytes.capacity() + chunk.entries.capacity() * sizeof(Entry) - before;
        ++m_end;
        began = true;
    } while (!text.empty());
    m_open = line.partial;
    evict();
    return began;
}

void LineStore::evict()
{
    while (m_bytes > m_budget && m_chunks.size() > 1) {
        const Chunk& oldest = *m_chunks.front();
        m_bytes -= oldest.bytes.capacity() + oldest.entries.capacity() * sizeof(Entry);
        m_first += oldest.entries.size();
        m_chunks.pop_front();
    }
}

void LineStore::clear()
{
    m_chunks.clear();
    m_first = m_end = 0;
    m_bytes = 0;
    m_open = false;
}

LineStore::Line LineStore::line(std::uint64_t number) const
{
    auto it = std::upper_bound(m_chunks.begin(), m_chunks.end(), number,
                               [](std::uint64_t n, const auto& chunk) { return n < chunk->firstLine; });
    const Chunk& chunk = **std::prev(it);
    const Entry& entry = chunk.entries[number - chunk.firstLine];
    return {{chunk.bytes.data() + entry.offset, entry.length}, entry.timeNs, entry.isStderr != 0};
}

} // namespace slipway::ui
