// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_canvas.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

#include "terminal/terminal_find.h"

namespace slipway::ui
{

void TerminalCanvas::paintEvent(QPaintEvent*)
{
    QPainter p(viewport());
    p.fillRect(viewport()->rect(), m_colors.background);
    if (!m_screen)
        return;
    const int top = topLine();
    for (int r = 0; r < m_screen->rows() && top + r < m_screen->lineCount(); ++r)
        paintLine(p, top + r, margin + r * m_text.lineHeight());
    paintCursor(p, top);
    if (m_belling) {
        p.setPen(QPen(m_colors.warning, 2));
        p.setBrush(Qt::NoBrush);
        p.drawRect(viewport()->rect().adjusted(1, 1, -1, -1));
    }
}

void TerminalCanvas::paintLine(QPainter& p, int index, int y) const
{
    m_screen->read(index, m_line);
    const std::vector<TerminalCell>& cells = m_line.cells;
    const int end = std::min(static_cast<int>(cells.size()), m_screen->columns());
    for (int c = 0; c < end;) {
        const std::uint16_t style = cells[static_cast<std::size_t>(c)].style;
        int to = c;
        QString text;
        for (; to < end && cells[static_cast<std::size_t>(to)].style == style; ++to) {
            const TerminalCell& cell = cells[static_cast<std::size_t>(to)];
            if (cell.code != 0 && cell.code < 0x80)
                text += QLatin1Char(static_cast<char>(cell.code));
            else
                text += m_screen->text(cell);
        }
        paintRun(p, m_line.styles[style], text, margin + c * m_text.cellWidth(), y, (to - c) * m_text.cellWidth());
        c = to;
    }
    const std::uint64_t line = static_cast<std::uint64_t>(index) + m_screen->discarded();
    paintMatches(p, line, y);
    if (const auto [from, to] = selectedColumns(line); from < to) {
        QColor veil = m_colors.accent;
        veil.setAlphaF(0.35f);
        p.fillRect(margin + from * m_text.cellWidth(), y, (to - from) * m_text.cellWidth(), m_text.lineHeight(), veil);
    }
}

void TerminalCanvas::paintRun(QPainter& p, const CellStyle& style, const QString& text, int x, int y, int width) const
{
    ViewColors::Inks inks = m_colors.inks(style, m_screen->reversed());
    const auto fade = [&inks](double share) {
        inks.text = mix(inks.text, inks.background, share);
        inks.blocks = mix(inks.blocks, inks.background, share);
    };
    if (style.has(CellStyle::Dim))
        fade(0.4);
    if (style.has(CellStyle::Blink) && !m_blinkOn && hasFocus())
        fade(0.6);
    if (inks.filled)
        p.fillRect(x, y, width, m_text.lineHeight(), inks.background);
    if (!style.has(CellStyle::Conceal)) {
        p.setPen(inks.text);
        m_text.draw(p, x, y, text, style.has(CellStyle::Bold), style.has(CellStyle::Italic), inks.blocks);
    }
    paintUnder(p, style, inks.text, x, y, width);
}

void TerminalCanvas::paintUnder(QPainter& p, const CellStyle& style, const QColor& color, int x, int y, int width) const
{
    const int base = y + m_text.ascent() + 1;
    if (style.has(CellStyle::CurlyUnderline)) {
        const double half = m_text.cellWidth() / 2.0; // a wave a cell
        QPainterPath wave(QPointF(x, base));
        for (double at = x; at < x + width; at += half)
            wave.quadTo(at + half / 2, base + (std::lround((at - x) / half) % 2 ? 2.5 : -2.5), at + half, base);
        p.save();
        p.setRenderHint(QPainter::Antialiasing);
        p.setClipRect(x, y, width, m_text.lineHeight());
        p.strokePath(wave, QPen(color, 1.2));
        p.restore();
    } else if (style.has(CellStyle::Underline)) {
        p.fillRect(x, base, width, 1, color);
        if (style.has(CellStyle::DoubleUnderline))
            p.fillRect(x, base - 2, width, 1, color);
    }
    if (style.has(CellStyle::Strike))
        p.fillRect(x, y + m_text.ascent() * 2 / 3, width, 1, color);
}

void TerminalCanvas::paintMatches(QPainter& p, std::uint64_t line, int y) const
{
    if (!m_find || m_find->matches().empty())
        return;
    const auto& all = m_find->matches(); // the newest first
    auto match = std::ranges::lower_bound(all, line, std::greater<>(), &TerminalFind::Match::line);
    for (; match != all.end() && match->line == line; ++match) {
        QColor veil = &*match == m_find->current() ? m_colors.currentMatch : m_colors.match;
        veil.setAlphaF(&*match == m_find->current() ? 0.6f : 0.55f);
        p.fillRect(margin + match->from * m_text.cellWidth(), y, (match->to - match->from) * m_text.cellWidth(), m_text.lineHeight(), veil);
    }
}

void TerminalCanvas::paintCursor(QPainter& p, int top) const
{
    const int line = m_screen->lineCount() - m_screen->rows() + m_screen->cursorRow();
    if (!m_screen->cursorVisible() || !m_input || line < top || line >= top + m_screen->rows())
        return;
    const int column = std::min(m_screen->cursorColumn(), m_screen->columns() - 1);
    const std::vector<TerminalCell> cells = m_screen->line(line).cells;
    const bool held = static_cast<std::size_t>(column) < cells.size();
    const int width = held ? std::max<int>(1, cells[static_cast<std::size_t>(column)].width) : 1;
    const QRect r(margin + column * m_text.cellWidth(), margin + (line - top) * m_text.lineHeight(),
                  width * m_text.cellWidth(), m_text.lineHeight());
    if (!hasFocus()) {
        p.setPen(m_colors.dim);
        p.setBrush(Qt::NoBrush);
        p.drawRect(r.adjusted(0, 0, -1, -1));
        return;
    }
    if (m_screen->cursorBlinks() && !m_blinkOn)
        return;
    switch (m_screen->cursorShape()) {
    case TerminalScreen::CursorShape::Block:
        p.fillRect(r, m_colors.text);
        if (held) {
            p.setPen(m_colors.background);
            m_text.draw(p, r.x(), r.y(), m_screen->text(cells[static_cast<std::size_t>(column)]));
        }
        break;
    case TerminalScreen::CursorShape::Underline: p.fillRect(r.x(), r.bottom() - 1, r.width(), 2, m_colors.text); break;
    case TerminalScreen::CursorShape::Bar: p.fillRect(r.x(), r.y(), 2, r.height(), m_colors.text); break;
    }
}

} // namespace slipway::ui
