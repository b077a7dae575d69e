// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/SyntaxHighlighter>
#include <KSyntaxHighlighting/Theme>

#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QPlainTextDocumentLayout>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolTip>

#include "dockerfile/completion_popup.h"
#include "dockerfile/editor_gutter.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"

namespace slipway::ui
{
namespace
{
constexpr int indentWidth = 4, noteGap = 28;
constexpr double smallest = 0.5, largest = 4;

KSyntaxHighlighting::Repository& repository()
{
    static auto* const made = new KSyntaxHighlighting::Repository; // as long as the program: highlighters refer to it
    return *made;
}

// A line that changes what all below it means (a heredoc is opened) is followed by them one by one, each as a posted event, and the
// text is painted anew after each of the many: here they follow at once, and it is painted once.
class Highlighter : public KSyntaxHighlighting::SyntaxHighlighter
{
public:
    using SyntaxHighlighter::SyntaxHighlighter;

protected:
    bool event(QEvent* event) override
    {
        const bool done = SyntaxHighlighter::event(event);
        if (event->type() == QEvent::MetaCall && !std::exchange(m_following, true)) {
            QCoreApplication::sendPostedEvents(this, QEvent::MetaCall);
            m_following = false;
        }
        return done;
    }

private:
    bool m_following = false;
};

QColor colorOf(dockerfile::Severity severity)
{
    const auto& colors = theme::colors();
    return severity == dockerfile::Severity::Error ? colors.danger : severity == dockerfile::Severity::Warning ? colors.warning : colors.accent;
}

QString leadingSpace(const QString& line)
{
    qsizetype n = 0;
    while (n < line.size() && line[n].isSpace())
        ++n;
    return line.left(n);
}
} // namespace

CodeEditor::CodeEditor(QWidget* parent) : QPlainTextEdit(parent), m_gutter(new EditorGutter(*this)), m_popup(new CompletionPopup(*this))
{
    setObjectName(QLatin1StringView(names::codeEditor));
    setLineWrapMode(NoWrap);
    setFrameShape(NoFrame);
    m_highlighter = std::make_unique<Highlighter>(document());
    setLanguageOf(QStringLiteral("Dockerfile"));
    applyFont();
    applyTheme();
    connect(this, &QPlainTextEdit::blockCountChanged, this, &CodeEditor::updateMargins);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, [this] {
        const QTextCursor cursor = textCursor();
        if (cursor.blockNumber() != m_currentLine || blockCount() != m_currentOf) // on the same line all that is marked moves by itself
            updateSelections();
        if (m_popup->isVisible() && textCursor().position() < m_popup->completion().start)
            m_popup->hide();
    });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        if (dy != 0)
            m_gutter->scroll(0, dy);
        else
            m_gutter->update(0, rect.y(), m_gutter->width(), rect.height());
        if (dy != 0 || rect.contains(viewport()->rect()))
            viewport()->update(); // the notes stand outside of the text
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &CodeEditor::updateSelections);
    connect(m_popup, &CompletionPopup::chosen, this, &CodeEditor::takeCompletion);
    updateMargins();
}

CodeEditor::~CodeEditor() { disconnect(this, nullptr, this, nullptr); } // the document goes later, and tells of it

void CodeEditor::setLanguageOf(const QString& fileName)
{
    const QString name = QFileInfo(fileName).fileName();
    auto definition = repository().definitionForFileName(name);
    if (!definition.isValid() || name.contains(QLatin1StringView("ockerfile")) || name.contains(QLatin1StringView("ontainerfile")))
        definition = repository().definitionForName(QStringLiteral("Dockerfile"));
    if (name.endsWith(QLatin1StringView("ignore")))
        definition = repository().definitionForName(QStringLiteral(".gitignore"));
    m_highlighter->setDefinition(definition);
}

void CodeEditor::applyTheme()
{
    using Repository = KSyntaxHighlighting::Repository;
    m_highlighter->setTheme(repository().defaultTheme(theme::isDark() ? Repository::DarkTheme : Repository::LightTheme));
    m_highlighter->rehighlight();
    updateSelections();
}

void CodeEditor::applyFont()
{
    QFont font = MonoText::defaultFont();
    font.setPointSizeF(font.pointSizeF() * m_zoom);
    setFont(font);
    setTabStopDistance(QFontMetricsF(font).horizontalAdvance(QLatin1Char(' ')) * indentWidth);
    updateMargins();
}

void CodeEditor::zoom(int step)
{
    m_zoom = step == 0 ? 1 : std::clamp(m_zoom * (step > 0 ? 1.1 : 1 / 1.1), smallest, largest);
    applyFont();
}

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

void CodeEditor::setFolds(std::vector<Fold> folds)
{
    m_folds = std::move(folds);
    std::erase_if(m_folded, [this](const QTextCursor& at) { return !foldAt(at.blockNumber()); });
    applyVisibility();
}

const CodeEditor::Fold* CodeEditor::foldAt(int line) const
{
    const auto found = std::ranges::find(m_folds, line, &Fold::first);
    return found == m_folds.end() || found->last <= found->first ? nullptr : &*found;
}

bool CodeEditor::isFolded(int firstLine) const
{
    return std::ranges::any_of(m_folded, [&](const QTextCursor& at) { return at.blockNumber() == firstLine; });
}

void CodeEditor::setFolded(int firstLine, bool folded)
{
    if (!foldAt(firstLine) || isFolded(firstLine) == folded)
        return;
    if (folded)
        m_folded.emplace_back(blockAt(firstLine));
    else
        std::erase_if(m_folded, [&](const QTextCursor& at) { return at.blockNumber() == firstLine; });
    applyVisibility();
}

void CodeEditor::applyVisibility()
{
    std::vector<bool> hidden(std::size_t(document()->blockCount()), false);
    for (const QTextCursor& at : m_folded)
        if (const Fold* fold = foldAt(at.blockNumber()))
            for (int line = fold->first + 1; line <= fold->last && line < int(hidden.size()); ++line)
                hidden[std::size_t(line)] = true;
    bool changed = false;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        const bool visible = !hidden[std::size_t(block.blockNumber())];
        if (block.isVisible() == visible)
            continue;
        block.setVisible(visible);
        block.setLineCount(visible ? 1 : 0);
        changed = true;
    }
    if (!changed)
        return;
    if (!textCursor().block().isVisible()) {
        QTextBlock block = textCursor().block();
        while (block.isValid() && !block.isVisible())
            block = block.previous();
        setTextCursor(QTextCursor(block));
    }
    auto* layout = static_cast<QPlainTextDocumentLayout*>(document()->documentLayout());
    layout->requestUpdate();
    emit layout->documentSizeChanged(layout->documentSize());
    viewport()->update();
    m_gutter->update();
}

void CodeEditor::goTo(int line, int column)
{
    const QTextBlock block = blockAt(std::min(line, document()->blockCount() - 1));
    if (!block.isValid())
        return;
    std::erase_if(m_folded, [&](const QTextCursor& at) {
        const Fold* fold = foldAt(at.blockNumber());
        return fold && block.blockNumber() > fold->first && block.blockNumber() <= fold->last;
    });
    applyVisibility();
    QTextCursor cursor(block);
    cursor.setPosition(block.position() + std::min(column, block.length() - 1));
    setTextCursor(cursor);
    if (const QRect at = cursorRect(); at.top() < 0 || at.bottom() > viewport()->height())
        centerCursor();
    ensureCursorVisible();
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

QTextBlock CodeEditor::blockAt(int line) const { return document()->findBlockByNumber(line); }

void CodeEditor::updateMargins()
{
    const int width = m_gutter->wantedWidth();
    const bool rightToLeft = isRightToLeft();
    setViewportMargins(rightToLeft ? 0 : width, 0, rightToLeft ? width : 0, 0);
    const QRect inside = contentsRect();
    m_gutter->setGeometry(rightToLeft ? inside.right() - width + 1 : inside.left(), inside.top(), width, inside.height());
}

void CodeEditor::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    updateMargins();
    updateSelections();
}

void CodeEditor::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_highlighter)
        applyTheme();
}

void CodeEditor::focusOutEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusOutEvent(event);
    m_popup->hide();
}

void CodeEditor::contextMenuEvent(QContextMenuEvent* event)
{
    const bool byMouse = event->reason() == QContextMenuEvent::Mouse;
    const int line = (byMouse ? cursorForPosition(event->pos()) : textCursor()).blockNumber();
    std::unique_ptr<QMenu> menu(createStandardContextMenu());
    emit lineMenuRequested(menu.get(), line);
    menu->exec(event->globalPos());
}

void CodeEditor::paintEvent(QPaintEvent* event)
{
    QPlainTextEdit::paintEvent(event);
    QPainter painter(viewport());
    paintNotes(painter);
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

bool CodeEditor::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), toolTipAt(viewport()->mapFrom(this, help->pos())), viewport());
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool ours = (key->key() == Qt::Key_Escape && m_popup->isVisible()) ||
                          (key->modifiers() == Qt::ControlModifier && key->key() == Qt::Key_Slash);
        if (ours) {
            event->accept();
            return true;
        }
    }
    return QPlainTextEdit::event(event);
}

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
