// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <QTextBlock>
#include <QToolTip>

#include <algorithm>

#include "dockerfile/editor_gutter.h"

namespace slipway::ui
{

void CodeEditor::setProblems(const std::vector<Problem>& problems)
{
    std::vector<PlacedProblem> placed;
    placed.reserve(problems.size());
    for (const Problem& problem : problems) {
        const QTextBlock first = blockAt(problem.line), last = blockAt(problem.endLine);
        if (first.isValid() && last.isValid())
            placed.push_back({first.position() + std::min(problem.column, first.length() - 1),
                              last.position() + std::min(problem.endColumn, last.length() - 1), problem});
    }
    const bool same = std::ranges::equal(placed, m_problems, &PlacedProblem::looksLike);
    m_problems = std::move(placed);
    if (same)
        return;
    viewport()->update();
    m_gutter->update();
}

// As cursors move: what is written at the edge of a range becomes part of it at its end and does not at its beginning.
void CodeEditor::moveProblems(int position, int removed, int added)
{
    if (removed == added) // other colours, too, are told like this
        return;
    const auto move = [=](int& place) {
        if (place >= position + removed)
            place += added - removed;
        else if (place > position)
            place = position + std::min(place - position, added);
    };
    for (PlacedProblem& each : m_problems) {
        move(each.begin);
        move(each.end);
    }
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
        if (forward && each.begin > here && (!target || each.begin < target->begin))
            target = &each;
        if (!forward && each.begin < here && (!target || each.begin > target->begin))
            target = &each;
    }
    if (!target)
        target = forward ? &m_problems.front() : &m_problems.back();
    const QTextBlock block = document()->findBlock(target->begin);
    goTo(block.blockNumber(), target->begin - block.position());
    const QRect at = cursorRect();
    QToolTip::showText(viewport()->mapToGlobal(at.bottomLeft()), toolTipAt(at.center()), viewport());
}

const CodeEditor::PlacedProblem* CodeEditor::problemAt(const QTextCursor& cursor) const
{
    const PlacedProblem* onLine = nullptr;
    for (const PlacedProblem& each : m_problems) {
        if (each.contains(cursor.position()))
            return &each;
        if (!onLine && cursor.block().contains(each.begin))
            onLine = &each;
    }
    return onLine;
}

bool CodeEditor::mendAtCursor()
{
    const PlacedProblem* found = problemAt(textCursor());
    if (!found || !found->problem.fix)
        return false;
    QTextCursor range(document());
    range.setPosition(found->begin);
    range.setPosition(found->end, QTextCursor::KeepAnchor);
    const QString text = *found->problem.fix;
    range.insertText(text);
    return true;
}

QString CodeEditor::toolTipAt(const QPoint& point) const
{
    const QTextCursor cursor = cursorForPosition(point);
    QStringList said;
    for (const PlacedProblem& each : m_problems) {
        if (!each.contains(cursor.position()))
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
