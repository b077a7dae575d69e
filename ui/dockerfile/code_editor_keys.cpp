// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <QKeyEvent>
#include <QTextBlock>

#include "dockerfile/completion_popup.h"

namespace slipway::ui
{
namespace
{
QString leadingSpace(const QString& line)
{
    qsizetype n = 0;
    while (n < line.size() && line[n].isSpace())
        ++n;
    return line.left(n);
}
} // namespace

void CodeEditor::keyPressEvent(QKeyEvent* event)
{
    if (m_popup->takeKey(event))
        return;
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    const int key = event->key();
    if (modifiers == Qt::ControlModifier && key == Qt::Key_Space)
        return openCompletion(true);
    if (modifiers == Qt::ControlModifier && key == Qt::Key_Slash)
        return toggleComment();
    if (modifiers == Qt::ControlModifier && (key == Qt::Key_Plus || key == Qt::Key_Equal || key == Qt::Key_Minus || key == Qt::Key_0))
        return zoom(key == Qt::Key_0 ? 0 : key == Qt::Key_Minus ? -1 : 1);
    if (modifiers == Qt::AltModifier && (key == Qt::Key_Return || key == Qt::Key_Enter)) {
        mendAtCursor();
        return;
    }
    if (key == Qt::Key_F8)
        return goToProblem(!(modifiers & Qt::ShiftModifier));
    if (modifiers == (Qt::ControlModifier | Qt::ShiftModifier) &&
        (key == Qt::Key_BracketLeft || key == Qt::Key_BraceLeft || key == Qt::Key_BracketRight || key == Qt::Key_BraceRight)) {
        const bool close = key == Qt::Key_BracketLeft || key == Qt::Key_BraceLeft;
        for (const Fold& fold : m_folds)
            if (fold.first <= textCursor().blockNumber() && textCursor().blockNumber() <= fold.last)
                return setFolded(fold.first, close);
        return;
    }
    if (modifiers == Qt::NoModifier && key == Qt::Key_Tab)
        return indent(true);
    if (key == Qt::Key_Backtab)
        return indent(false);
    if (modifiers == Qt::NoModifier && (key == Qt::Key_Return || key == Qt::Key_Enter))
        return newLine();
    QPlainTextEdit::keyPressEvent(event);
    const bool letter = !event->text().isEmpty() && event->text().front().isPrint();
    if (letter || (m_popup->isVisible() && key == Qt::Key_Backspace))
        openCompletion(false);
}

void CodeEditor::openCompletion(bool asked)
{
    if (!m_completer || isReadOnly())
        return;
    const int position = textCursor().position();
    Completion completion = m_completer(toPlainText(), position);
    const bool typed = position > completion.start;
    if (!asked && !typed && !completion.asked)
        completion.items.clear();
    QTextCursor start = textCursor();
    start.setPosition(std::clamp(completion.start, 0, position));
    const QRect place = cursorRect(start).translated(viewport()->pos());
    m_popup->offer(std::move(completion), place.bottomLeft() + QPoint(0, 2), place.topLeft());
}

void CodeEditor::takeCompletion(const Completion::Item& item)
{
    QTextCursor cursor = textCursor();
    cursor.setPosition(m_popup->completion().start, QTextCursor::KeepAnchor);
    const bool space = item.kind == Completion::Item::Kind::Instruction && !item.text.endsWith(QLatin1Char(' '));
    cursor.insertText(space ? item.text + QLatin1Char(' ') : item.text);
    setTextCursor(cursor);
    const bool goesOn = item.kind == Completion::Item::Kind::Folder || item.text.endsWith(QLatin1Char('=')) ||
                        (item.kind == Completion::Item::Kind::Instruction && item.text == QLatin1StringView("FROM"));
    if (goesOn)
        openCompletion(false);
}

void CodeEditor::indent(bool more)
{
    QTextCursor cursor = textCursor();
    if (!cursor.hasSelection() && more) {
        cursor.insertText(QString(indentWidth - cursor.positionInBlock() % indentWidth, QLatin1Char(' ')));
        return;
    }
    const int last = document()->findBlock(std::max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber();
    QTextBlock block = document()->findBlock(cursor.selectionStart());
    cursor.beginEditBlock();
    for (; block.isValid() && block.blockNumber() <= last; block = block.next()) {
        QTextCursor line(block);
        if (more) {
            line.insertText(QString(indentWidth, QLatin1Char(' ')));
            continue;
        }
        const QString text = block.text();
        int n = 0;
        while (n < indentWidth && n < text.size() && text[n] == QLatin1Char(' '))
            ++n;
        if (n == 0 && text.startsWith(QLatin1Char('\t')))
            n = 1;
        line.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor, n);
        line.removeSelectedText();
    }
    cursor.endEditBlock();
}

void CodeEditor::newLine()
{
    QTextCursor cursor = textCursor();
    const QString line = cursor.block().text();
    QString space = leadingSpace(line.left(cursor.positionInBlock()));
    const bool goesOn = line.trimmed().endsWith(QLatin1Char('\\')) && cursor.atBlockEnd();
    if (goesOn && space.isEmpty())
        space = QString(indentWidth, QLatin1Char(' '));
    else if (!goesOn && cursor.atBlockEnd() && !space.isEmpty() && cursor.block().previous().text().trimmed().endsWith(QLatin1Char('\\')))
        space.clear(); // the instruction that went on is over
    cursor.insertText(QLatin1Char('\n') + space);
    setTextCursor(cursor);
    ensureCursorVisible();
}

void CodeEditor::toggleComment()
{
    QTextCursor cursor = textCursor();
    const QTextBlock first = document()->findBlock(cursor.selectionStart());
    const int last = document()->findBlock(std::max(cursor.selectionStart(), cursor.selectionEnd() - (cursor.hasSelection() ? 1 : 0))).blockNumber();
    bool all = true;
    for (QTextBlock block = first; block.isValid() && block.blockNumber() <= last; block = block.next())
        all = all && (block.text().trimmed().isEmpty() || block.text().trimmed().startsWith(QLatin1Char('#')));
    cursor.beginEditBlock();
    for (QTextBlock block = first; block.isValid() && block.blockNumber() <= last; block = block.next()) {
        const QString text = block.text();
        if (text.trimmed().isEmpty())
            continue;
        QTextCursor line(block);
        line.movePosition(QTextCursor::NextCharacter, QTextCursor::MoveAnchor, int(leadingSpace(text).size()));
        if (!all) {
            line.insertText(QStringLiteral("# "));
            continue;
        }
        line.movePosition(QTextCursor::NextCharacter, QTextCursor::KeepAnchor, text.trimmed().startsWith(QLatin1StringView("# ")) ? 2 : 1);
        line.removeSelectedText();
    }
    cursor.endEditBlock();
}

} // namespace slipway::ui
