// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <QPainter>
#include <QPaintEvent>
#include <QTextBlock>

#include "dockerfile/editor_gutter.h"
#include "shell/theme.h"
#include "widgets/wave.h"

namespace slipway::ui
{
namespace
{
constexpr int noteGap = 28;

QColor colorOf(dockerfile::Severity severity)
{
    const auto& colors = theme::colors();
    return severity == dockerfile::Severity::Error ? colors.danger : severity == dockerfile::Severity::Warning ? colors.warning : colors.accent;
}
} // namespace

void CodeEditor::paintEvent(QPaintEvent* event)
{
    keepShaped();
    {
        QPainter painter(viewport());
        paintLines(painter);
    }
    QPlainTextEdit::paintEvent(event);
    QPainter painter(viewport());
    paintWaves(painter, event->rect());
    paintNotes(painter);
}

// What makes glyphs of a line's text is dear, and Qt does it again with each painting unless it is told to keep it.
void CodeEditor::keepShaped()
{
    const auto [from, to] = visiblePositions();
    const int first = document()->findBlock(from).blockNumber(), last = document()->findBlock(to).blockNumber();
    const auto set = [this](int begin, int end, bool keep) {
        QTextBlock block = begin < end ? blockAt(begin) : QTextBlock();
        for (; begin < end && block.isValid(); block = block.next(), ++begin)
            if (block.layout()->cacheEnabled() != keep)
                block.layout()->setCacheEnabled(keep);
    };
    set(m_shapedFirst, std::min(m_shapedLast + 1, first), false);
    set(std::max(m_shapedFirst, last + 1), m_shapedLast + 1, false);
    set(first, last + 1, true);
    m_shapedFirst = first;
    m_shapedLast = last;
}

QRectF CodeEditor::placeOf(const QTextBlock& block) const { return blockBoundingGeometry(block).translated(contentOffset()); }

QRect CodeEditor::rowOf(const QTextBlock& block) const
{
    const QRect place = placeOf(block).toAlignedRect();
    return {0, place.top(), viewport()->width(), place.height()};
}

void CodeEditor::markCurrentLine()
{
    const QTextBlock block = textCursor().block();
    const QRect row = rowOf(block);
    if (row == m_currentRow && block.blockNumber() == m_currentLine)
        return;
    viewport()->update(m_currentRow);
    viewport()->update(row);
    m_currentRow = row;
    if (std::exchange(m_currentLine, block.blockNumber()) != m_currentLine)
        m_gutter->update();
}

void CodeEditor::paintLines(QPainter& painter) const
{
    const auto& colors = theme::colors();
    const auto [from, to] = visiblePositions();
    const auto isSeen = [from, to](const QTextCursor& at) { return at.position() >= from && at.position() <= to; };
    if (!isReadOnly() && isSeen(textCursor()))
        painter.fillRect(rowOf(textCursor().block()), theme::mix(colors.surface, colors.raised, 0.7));
    for (const PlacedMark& each : m_marks)
        if (each.mark.state == Mark::State::Failed && isSeen(each.at) && each.at.block().isVisible())
            painter.fillRect(rowOf(each.at.block()), theme::mix(colors.surface, colors.danger, 0.16));
}

void CodeEditor::paintWaves(QPainter& painter, const QRect& rect) const
{
    const auto [from, to] = visiblePositions(); // the geometry of any other would be found line by line
    for (const PlacedProblem& each : m_problems) {
        if (each.end < from || each.begin > to)
            continue;
        for (QTextBlock block = document()->findBlock(std::max(each.begin, from)); block.isValid() && block.position() <= std::min(each.end, to); block = block.next()) {
            const QRectF place = placeOf(block);
            if (!block.isVisible() || !rect.intersects(place.toAlignedRect()) || block.layout()->lineCount() == 0)
                continue;
            const QTextLine line = block.layout()->lineAt(0);
            const double left = line.cursorToX(std::max(0, each.begin - block.position())), right = line.cursorToX(std::min(block.length() - 1, each.end - block.position()));
            paintWave(painter, {place.left() + std::min(left, right), place.top() + line.y() + line.ascent() + 1}, std::abs(right - left), colorOf(each.problem.severity));
        }
    }
}

std::pair<int, int> CodeEditor::visiblePositions() const
{
    QTextBlock block = firstVisibleBlock();
    const int first = block.position();
    const double lineHeight = std::max(1, fontMetrics().height());
    for (int lines = int(viewport()->height() / lineHeight) + 2; lines > 0 && block.next().isValid(); block = block.next())
        lines -= block.isVisible();
    return {first, block.position() + block.length() - 1};
}

void CodeEditor::paintNotes(QPainter& painter) const
{
    const auto& colors = theme::colors();
    const auto draw = [&](const QTextBlock& block, const QString& note, const QColor& color) {
        const QRectF place = placeOf(block);
        if (!block.isVisible() || place.bottom() < 0 || place.top() > viewport()->height() || block.layout()->lineCount() == 0)
            return;
        const double end = contentOffset().x() + document()->documentMargin() + block.layout()->lineAt(0).naturalTextWidth() + noteGap;
        const QRectF room(end, place.top(), std::max(0.0, viewport()->width() - end - theme::space3), place.height());
        painter.setPen(color);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(note, Qt::ElideRight, int(room.width())));
    };
    const auto [from, to] = visiblePositions();
    for (const PlacedMark& each : m_marks)
        if (!each.mark.note.isEmpty() && each.at.position() >= from && each.at.position() <= to)
            draw(each.at.block(), each.mark.note, each.mark.state == Mark::State::Failed ? colors.danger : colors.muted);
    for (const QTextCursor& at : m_folded)
        if (const Fold* fold = foldAt(at.blockNumber()); fold && at.position() >= from && at.position() <= to && !markAt(at.blockNumber()))
            draw(at.block(), tr("… %n line(s)", nullptr, fold->last - fold->first), colors.muted);
}

} // namespace slipway::ui
