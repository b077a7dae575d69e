// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <climits>
#include <cmath>

#include "logs/log_canvas.h"
#include "logs/log_scroll_bar.h"

// What of the window is painted anew: what it has already is moved, as pixels.
namespace slipway::ui
{

std::vector<LogCanvas::Placed> LogCanvas::placed() const
{
    std::vector<Placed> lines;
    const std::uint64_t count = m_model.count();
    const auto current = m_model.currentMatch();
    int y = topMargin, hidden = m_top.sub;
    for (std::uint64_t row = m_top.row; row < count && y < viewport()->height(); ++row) {
        Placed& at = lines.emplace_back();
        at.y = y;
        const auto number = m_model.lineAt(row);
        const auto line = number ? m_model.line(*number) : std::nullopt;
        at.line = number.value_or(UINT64_MAX);
        at.waiting = !line;
        int rows = 1;
        if (line) {
            rows = m_wrap ? subRows(row) : 1;
            at.hidden = std::min(hidden, rows - 1);
            at.length = line->length;
            at.here = line->text.size();
            at.dim = line->isContext;
            at.current = current == number;
        }
        at.height = (rows - at.hidden) * m_text.lineHeight();
        y += at.height;
        hidden = 0;
    }
    return lines;
}

bool LogCanvas::isHere(Top top) const
{
    bool here = true;
    const std::uint64_t end = std::min(m_model.count(), top.row + static_cast<std::uint64_t>(visibleRows()) + 1);
    for (std::uint64_t row = top.row; row < end; ++row) { // to the end: each page is asked for
        const auto number = m_model.lineAt(row);
        here = number && m_model.line(*number) && here;
    }
    return here;
}

void LogCanvas::repaintAll()
{
    m_picture.known = false;
    viewport()->update();
}

// How far a line moved that is seen before and after; nothing seen is INT_MAX.
int LogCanvas::shiftOf(const std::vector<Placed>& fresh) const
{
    const int height = m_text.lineHeight();
    for (const Placed& was : m_picture.lines) {
        if (was.waiting || was.y < 0)
            continue;
        for (const Placed& is : fresh)
            if (!is.waiting && is.line == was.line)
                return (is.y - is.hidden * height) - (was.y - was.hidden * height);
    }
    return INT_MAX;
}

void LogCanvas::refresh()
{
    if (!m_picture.known || m_model.count() == 0 || textLeft() != m_picture.left || m_model.firstTimeNs() != m_picture.firstTimeNs)
        return repaintAll();
    std::vector<Placed> fresh = placed();
    if (fresh == m_picture.lines)
        return;
    const int dy = shiftOf(fresh);
    const double scale = viewport()->devicePixelRatioF();
    if (std::abs(dy) >= viewport()->height() || scale != std::round(scale)) // else the edges of lines may lie between two pixels
        return repaintAll();
    const QRect area = viewport()->rect().adjusted(0, topMargin, 0, 0);
    if (dy != 0) {
        viewport()->scroll(0, dy, area);
        if (m_pill->isVisible()) // its picture went along
            viewport()->update(QRegion(m_pill->geometry()) | m_pill->geometry().translated(0, dy));
        for (Placed& each : m_picture.lines)
            each.y += dy;
        m_picture.end += dy;
    }
    QRegion dirty;
    for (const Placed& each : fresh)
        if (!std::ranges::contains(m_picture.lines, each))
            dirty |= QRect(0, each.y, area.width(), each.height);
    const int end = fresh.back().y + fresh.back().height;
    if (end < m_picture.end)
        dirty |= QRect(0, end, area.width(), m_picture.end - end);
    viewport()->update(dirty & area);
    m_picture.lines = std::move(fresh);
    m_picture.end = end;
}

} // namespace slipway::ui
