// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <QPainter>
#include <QTextBlock>
#include <QToolTip>

#include "dockerfile/editor_gutter.h"
#include "shell/theme.h"

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

void CodeEditor::setProblems(const std::vector<Problem>& problems)
{
    // Little changes between two looks at a text, and a cursor costs the layout of its line: those that are where they were are kept.
    constexpr std::ptrdiff_t gone = 16; // so many may have gone between two that stay
    std::vector<PlacedProblem> before = std::exchange(m_problems, {});
    auto next = before.begin();
    m_problems.reserve(problems.size());
    for (const Problem& problem : problems) {
        const QTextBlock first = blockAt(problem.line), last = blockAt(problem.endLine);
        if (!first.isValid() || !last.isValid())
            continue;
        const int begin = first.position() + std::min(problem.column, first.length() - 1), end = last.position() + std::min(problem.endColumn, last.length() - 1);
        const auto until = next + std::min(gone, before.end() - next);
        const auto known = std::find_if(next, until, [&](const PlacedProblem& each) {
            return each.range.anchor() == begin && each.range.position() == end && each.problem.saysSame(problem);
        });
        if (known != until) {
            m_problems.push_back({std::move(known->range), problem});
            next = known + 1;
            continue;
        }
        QTextCursor range(document());
        range.setPosition(begin);
        range.setPosition(end, QTextCursor::KeepAnchor);
        m_problems.push_back({range, problem});
    }
    updateSelections();
    m_gutter->update();
}

void CodeEditor::setMarks(const std::vector<Mark>& marks)
{
    m_marks.clear();
    for (const Mark& mark : marks) {
        const QTextBlock block = blockAt(mark.line);
        if (!block.isValid())
            continue;
        QTextCursor at(block);
        at.movePosition(QTextCursor::EndOfBlock); // so that a line put in above it moves it
        m_marks.push_back({at, mark});
    }
    updateSelections();
    m_gutter->update();
    viewport()->update();
}

const CodeEditor::Mark* CodeEditor::markAt(int line) const
{
    const auto found = std::ranges::find_if(m_marks, [&](const PlacedMark& each) { return each.at.blockNumber() == line; });
    return found == m_marks.end() ? nullptr : &found->mark;
}

void CodeEditor::goToProblem(bool forward)
{
    if (m_problems.empty())
        return;
    const int here = textCursor().selectionStart();
    const PlacedProblem* target = nullptr;
    for (const PlacedProblem& each : m_problems) {
        const int at = each.range.selectionStart();
        if (forward && at > here && (!target || at < target->range.selectionStart()))
            target = &each;
        if (!forward && at < here && (!target || at > target->range.selectionStart()))
            target = &each;
    }
    if (!target)
        target = forward ? &m_problems.front() : &m_problems.back();
    const QTextBlock block = document()->findBlock(target->range.selectionStart());
    goTo(block.blockNumber(), target->range.selectionStart() - block.position());
    const QRect at = cursorRect();
    QToolTip::showText(viewport()->mapToGlobal(at.bottomLeft()), toolTipAt(at.center()), viewport());
}

const CodeEditor::PlacedProblem* CodeEditor::problemAt(const QTextCursor& cursor) const
{
    const PlacedProblem* onLine = nullptr;
    for (const PlacedProblem& each : m_problems) {
        if (each.range.selectionStart() <= cursor.position() && cursor.position() <= each.range.selectionEnd())
            return &each;
        if (!onLine && document()->findBlock(each.range.selectionStart()) == cursor.block())
            onLine = &each;
    }
    return onLine;
}

bool CodeEditor::mendAtCursor()
{
    const PlacedProblem* found = problemAt(textCursor());
    if (!found || !found->problem.fix)
        return false;
    QTextCursor range = found->range;
    const QString text = *found->problem.fix;
    range.insertText(text);
    return true;
}

void CodeEditor::updateSelections()
{
    const auto& colors = theme::colors();
    if (const int line = textCursor().blockNumber(); line != m_currentLine) {
        m_currentLine = line;
        m_gutter->update();
    }
    m_currentOf = blockCount();
    const auto [from, to] = visiblePositions();
    QList<QTextEdit::ExtraSelection> selections;
    const auto wholeLine = [&](const QTextCursor& at, const QColor& color) {
        QTextEdit::ExtraSelection line;
        line.cursor = at;
        line.cursor.clearSelection();
        line.format.setBackground(color);
        line.format.setProperty(QTextFormat::FullWidthSelection, true);
        selections.push_back(line);
    };
    if (!isReadOnly())
        wholeLine(textCursor(), theme::mix(colors.surface, colors.raised, 0.7));
    for (const PlacedMark& each : m_marks)
        if (each.mark.state == Mark::State::Failed && each.at.position() >= from && each.at.position() <= to)
            wholeLine(each.at, theme::mix(colors.surface, colors.danger, 0.16));
    for (const PlacedProblem& each : m_problems) {
        if (each.range.selectionEnd() < from || each.range.selectionStart() > to)
            continue;
        QTextEdit::ExtraSelection wave;
        wave.cursor = each.range;
        wave.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        wave.format.setUnderlineColor(colorOf(each.problem.severity));
        selections.push_back(wave);
    }
    setExtraSelections(selections);
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

void CodeEditor::paintNotes(QPainter& painter)
{
    const auto& colors = theme::colors();
    const auto draw = [&](const QTextBlock& block, const QString& note, const QColor& color) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (!block.isVisible() || place.bottom() < 0 || place.top() > viewport()->height() || block.layout()->lineCount() == 0)
            return;
        const double end = contentOffset().x() + document()->documentMargin() + block.layout()->lineAt(0).naturalTextWidth() + noteGap;
        const QRectF room(end, place.top(), std::max(0.0, viewport()->width() - end - theme::space3), place.height());
        painter.setPen(color);
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(note, Qt::ElideRight, int(room.width())));
    };
    const auto [from, to] = visiblePositions(); // the geometry of any other would be found line by line
    for (const PlacedMark& each : m_marks)
        if (!each.mark.note.isEmpty() && each.at.position() >= from && each.at.position() <= to)
            draw(each.at.block(), each.mark.note, each.mark.state == Mark::State::Failed ? colors.danger : colors.muted);
    for (const QTextCursor& at : m_folded)
        if (const Fold* fold = foldAt(at.blockNumber()); fold && at.position() >= from && at.position() <= to && !markAt(at.blockNumber()))
            draw(at.block(), tr("… %n line(s)", nullptr, fold->last - fold->first), colors.muted);
}

QString CodeEditor::toolTipAt(const QPoint& point) const
{
    const QTextCursor cursor = cursorForPosition(point);
    QStringList said;
    for (const PlacedProblem& each : m_problems) {
        if (each.range.selectionStart() > cursor.position() || cursor.position() > each.range.selectionEnd())
            continue;
        QString text = each.problem.message;
        if (!each.problem.rule.isEmpty())
            text += QStringLiteral(" (%1)").arg(each.problem.rule);
        if (each.problem.fix)
            text += QLatin1Char('\n') + tr("Alt+Enter: %1").arg(each.problem.fix->isEmpty() ? tr("take it away") : *each.problem.fix);
        said << text;
    }
    if (said.isEmpty() && cursorRect(cursor).adjusted(-4, 0, 4, 0).contains(point) && cursor.positionInBlock() > 0) {
        QTextCursor word = cursor;
        word.select(QTextCursor::WordUnderCursor);
        if (const QString help = instructionHelp(word.selectedText()); !help.isEmpty() && word.selectionStart() - word.block().position() == 0)
            said << QStringLiteral("%1: %2").arg(word.selectedText().toUpper(), help);
    }
    return said.join(QStringLiteral("\n\n"));
}

} // namespace slipway::ui
