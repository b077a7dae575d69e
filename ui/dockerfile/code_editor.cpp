// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/Theme>

#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolTip>

#include "dockerfile/completion_popup.h"
#include "dockerfile/editor_gutter.h"
#include "dockerfile/highlighter.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"

namespace slipway::ui
{
namespace
{
constexpr double smallest = 0.5, largest = 4;

KSyntaxHighlighting::Repository& repository()
{
    static auto* const made = new KSyntaxHighlighting::Repository; // as long as the program: highlighters refer to it
    return *made;
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
    connect(document(), &QTextDocument::contentsChange, this, &CodeEditor::moveProblems);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        const bool changed = std::exchange(m_revision, document()->revision()) != document()->revision();
        if (changed && !m_highlighter->isRecolouring())
            emit edited();
    });
    connect(this, &QPlainTextEdit::blockCountChanged, this, &CodeEditor::updateMargins);
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, [this] {
        markCurrentLine();
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
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &CodeEditor::markCurrentLine);
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
    m_highlighter->recolour();
    viewport()->update();
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
    markCurrentLine();
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

} // namespace slipway::ui
