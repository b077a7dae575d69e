// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QApplication>
#include <QScrollBar>
#include <QWheelEvent>

#include "logs/log_canvas.h"
#include "logs/log_scroll_bar.h"

namespace slipway::ui
{

LogCanvas::Top LogCanvas::bottomTop() const
{
    const std::uint64_t count = m_model.count();
    if (count == 0)
        return {};
    return moved({count - 1, subRows(count - 1) - 1}, 1 - visibleRows());
}

LogCanvas::Top LogCanvas::moved(Top from, int visual) const
{
    const std::uint64_t count = m_model.count();
    if (count == 0)
        return {};
    from.row = std::min(from.row, count - 1);
    if (!m_wrap) {
        const auto row = static_cast<std::int64_t>(from.row) + visual;
        return {static_cast<std::uint64_t>(std::clamp<std::int64_t>(row, 0, static_cast<std::int64_t>(count) - 1)), 0};
    }
    while (visual < 0) {
        const int step = std::min(-visual, from.sub);
        from.sub -= step, visual += step;
        if (visual == 0 || from.row == 0)
            break;
        from.sub = subRows(--from.row) - 1, ++visual;
    }
    while (visual > 0) {
        const int rest = std::max(0, subRows(from.row) - 1 - from.sub);
        const int step = std::min(visual, rest);
        from.sub += step, visual -= step;
        if (visual == 0 || from.row + 1 >= count)
            break;
        ++from.row, from.sub = 0, --visual;
    }
    return from;
}

void LogCanvas::setTop(Top top, bool byUser)
{
    const Top bottom = bottomTop();
    m_top = std::min(top, bottom);
    if (byUser)
        m_seekLine.reset();
    if (const auto line = m_model.lineAt(m_top.row))
        m_topLine = *line;
    syncScrollBars();
    refresh();
    if (byUser) {
        const bool follow = m_top == bottom;
        if (follow != m_follow) {
            m_follow = follow;
            m_seenEnd = m_model.endLine();
            emit followingChanged(follow);
        }
    }
    updatePill();
}

void LogCanvas::syncScrollBars()
{
    m_syncing = true;
    const auto limit = [](std::uint64_t v) { return static_cast<int>(std::min<std::uint64_t>(v, 0x7fffffff)); };
    const Top bottom = bottomTop();
    verticalScrollBar()->setRange(0, limit(bottom.row + (m_wrap && bottom.sub > 0 ? 1 : 0)));
    verticalScrollBar()->setPageStep(visibleRows());
    verticalScrollBar()->setValue(m_top == bottom ? verticalScrollBar()->maximum() : limit(m_top.row));
    m_scrolledWidest = m_widest; // what was never in view may be wider: nobody's business
    const int widest = m_wrap ? 0 : m_widest - textColumns();
    horizontalScrollBar()->setRange(0, std::max(0, widest) * m_text.cellWidth());
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(m_text.cellWidth() * 4);
    m_syncing = false;
}

void LogCanvas::scrollContentsBy(int dx, int dy)
{
    if (!m_syncing && dy != 0) {
        const int value = verticalScrollBar()->value();
        const bool end = value == verticalScrollBar()->maximum();
        setTop(end ? bottomTop() : Top{static_cast<std::uint64_t>(value), 0}, true);
    }
    if (dx != 0)
        repaintAll();
}

void LogCanvas::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers() & Qt::ControlModifier) {
        zoom(event->angleDelta().y() > 0 ? 1 : -1);
        return;
    }
    if (event->modifiers() & Qt::ShiftModifier || event->angleDelta().y() == 0) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    m_wheelRest += event->angleDelta().y() * QApplication::wheelScrollLines();
    const int rows = m_wheelRest / 120;
    m_wheelRest -= rows * 120;
    setTop(moved(m_top, -rows), true);
    event->accept();
}

void LogCanvas::showLine(std::uint64_t line)
{
    if (m_follow)
        setFollow(false);
    m_seekLine = line;
    m_topLine = line;
    setTop({m_model.rowOf(line), 0}, false);
    m_seekLine = line;
    frame();
    setSelection(Position{line, 0}, Position{line, 0});
}

void LogCanvas::reveal(std::uint64_t line)
{
    const std::uint64_t row = m_model.rowOf(line);
    const Top last = moved(m_top, visibleRows() - 2);
    if (row < m_top.row || row >= last.row || m_follow) {
        if (m_follow)
            setFollow(false);
        setTop(moved({row, 0}, -visibleRows() / 3), true);
    }
    setSelection(Position{line, 0}, Position{line, 0});
    const Shown* const text = shown(line);
    if (!m_wrap && text && !text->found.empty()) {
        syncScrollBars(); // the line may be the widest
        const int x = text->look.line.columnOf(text->found.front().start) * m_text.cellWidth();
        QScrollBar* bar = horizontalScrollBar();
        if (x < bar->value() || x > bar->value() + viewport()->width() - textLeft() - 40)
            bar->setValue(std::max(0, x - viewport()->width() / 2));
    }
}

} // namespace slipway::ui
