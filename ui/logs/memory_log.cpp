// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/memory_log.h"

#include <algorithm>

namespace slipway::ui
{

void MemoryLog::linesChanged() { emit changed(); }

std::uint64_t MemoryLog::rowOf(std::uint64_t line) const { return std::clamp(line, m_store.firstLine(), m_store.endLine()) - m_store.firstLine(); }

std::optional<LogLineView> MemoryLog::line(std::uint64_t number)
{
    if (number < m_store.firstLine() || number >= m_store.endLine())
        return std::nullopt;
    const LineStore::Line line = m_store.line(number);
    return LogLineView{line.text, line.timeNs, line.isStderr, false, false, 0, line.text.size()};
}

} // namespace slipway::ui
