// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_canvas.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QTimer>
#include <QWheelEvent>

#include <vterm_keycodes.h>

namespace slipway::ui
{
namespace
{

int vtermKey(int key)
{
    if (key >= Qt::Key_F1 && key <= Qt::Key_F35)
        return VTERM_KEY_FUNCTION(key - Qt::Key_F1 + 1);
    switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter: return VTERM_KEY_ENTER;
    case Qt::Key_Tab:
    case Qt::Key_Backtab: return VTERM_KEY_TAB;
    case Qt::Key_Backspace: return VTERM_KEY_BACKSPACE;
    case Qt::Key_Escape: return VTERM_KEY_ESCAPE;
    case Qt::Key_Up: return VTERM_KEY_UP;
    case Qt::Key_Down: return VTERM_KEY_DOWN;
    case Qt::Key_Left: return VTERM_KEY_LEFT;
    case Qt::Key_Right: return VTERM_KEY_RIGHT;
    case Qt::Key_Insert: return VTERM_KEY_INS;
    case Qt::Key_Delete: return VTERM_KEY_DEL;
    case Qt::Key_Home: return VTERM_KEY_HOME;
    case Qt::Key_End: return VTERM_KEY_END;
    case Qt::Key_PageUp: return VTERM_KEY_PAGEUP;
    case Qt::Key_PageDown: return VTERM_KEY_PAGEDOWN;
    default: return VTERM_KEY_NONE;
    }
}

} // namespace

int TerminalCanvas::vtermModifiers(Qt::KeyboardModifiers m)
{
    return (m & Qt::ShiftModifier ? VTERM_MOD_SHIFT : 0) | (m & Qt::AltModifier ? VTERM_MOD_ALT : 0) |
           (m & Qt::ControlModifier ? VTERM_MOD_CTRL : 0);
}

TerminalCanvas::TerminalCanvas(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_InputMethodEnabled);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Terminal"));
    m_frame = new QTimer(this);
    m_frame->setSingleShot(true);
    connect(m_frame, &QTimer::timeout, this, &TerminalCanvas::refresh);
    m_blink = new QTimer(this);
    m_blink->setInterval(QApplication::cursorFlashTime() > 0 ? QApplication::cursorFlashTime() / 2 : 530);
    connect(m_blink, &QTimer::timeout, this, [this] {
        m_blinkOn = !m_blinkOn;
        viewport()->update();
    });
    fontOrPaletteChanged();
}

void TerminalCanvas::setScreen(TerminalScreen* screen)
{
    m_screen = screen;
    clearSelection();
    refresh();
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void TerminalCanvas::screenChanged()
{
    if (m_frame->isActive())
        return;
    if (m_sinceFrame.isValid() && m_sinceFrame.elapsed() < 16)
        return m_frame->start(static_cast<int>(16 - m_sinceFrame.elapsed()));
    refresh(); // what was typed is seen at once
}

void TerminalCanvas::refresh()
{
    m_syncing = true;
    QScrollBar* bar = verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    const int above = m_screen ? std::max(0, m_screen->lineCount() - m_screen->rows()) : 0;
    bar->setRange(0, above);
    bar->setPageStep(m_screen ? m_screen->rows() : 1);
    if (atEnd)
        bar->setValue(above);
    m_syncing = false;
    m_blinkOn = true;
    m_sinceFrame.start();
    viewport()->update();
}

void TerminalCanvas::reveal(quint64 line)
{
    if (!m_screen || line < m_screen->discarded())
        return;
    refresh(); // the bar may not know all lines yet
    const int index = static_cast<int>(line - m_screen->discarded());
    if (index < topLine() || index >= topLine() + m_screen->rows())
        verticalScrollBar()->setValue(std::max(0, index - m_screen->rows() / 2));
    viewport()->update();
}

// A bell is a frame around the terminal for a moment, once a second at most.
void TerminalCanvas::ring()
{
    if (m_sinceBell.isValid() && m_sinceBell.elapsed() < 1000)
        return;
    m_sinceBell.start();
    m_belling = true;
    viewport()->update();
    QTimer::singleShot(150, this, [this] {
        m_belling = false;
        viewport()->update();
    });
}

void TerminalCanvas::fontOrPaletteChanged()
{
    QFont font = MonoText::defaultFont();
    font.setPointSizeF(std::clamp(font.pointSizeF() * m_zoom, 5.0, 48.0));
    m_text = MonoText(font);
    m_colors = ViewColors::of(palette());
    emit gridResized(gridSize().height(), gridSize().width());
    viewport()->update();
}

void TerminalCanvas::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        fontOrPaletteChanged();
    QAbstractScrollArea::changeEvent(event);
}

void TerminalCanvas::zoom(int step)
{
    m_zoom = step == 0 ? 1 : std::clamp(m_zoom * (step > 0 ? 1.1 : 1 / 1.1), 0.5, 4.0);
    fontOrPaletteChanged();
}

QSize TerminalCanvas::gridSize() const
{
    return {std::clamp((viewport()->width() - 2 * margin) / m_text.cellWidth(), 2, 1000),
            std::clamp((viewport()->height() - 2 * margin) / m_text.lineHeight(), 1, 500)};
}

void TerminalCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    emit gridResized(gridSize().height(), gridSize().width());
}

void TerminalCanvas::scrollContentsBy(int, int)
{
    if (!m_syncing)
        viewport()->update();
}

int TerminalCanvas::topLine() const { return verticalScrollBar()->value(); }

bool TerminalCanvas::event(QEvent* event)
{
    // The shell gets Ctrl+C, Ctrl+W and the like, not the window's shortcuts; Ctrl+Shift+… stays the window's.
    if (event->type() == QEvent::ShortcutOverride && m_screen && m_input) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool both = key->modifiers().testFlags(Qt::ControlModifier | Qt::ShiftModifier);
        const bool page = key->modifiers() & Qt::ControlModifier && key->key() >= Qt::Key_1 && key->key() <= Qt::Key_9;
        const bool own = both && (key->key() == Qt::Key_C || key->key() == Qt::Key_V || key->key() == Qt::Key_Home || key->key() == Qt::Key_End);
        if ((!both && !page) || own) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

bool TerminalCanvas::handleShortcut(QKeyEvent* event)
{
    const bool ctrl = event->modifiers() & Qt::ControlModifier;
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const int key = event->key();
    if (ctrl && shift && key == Qt::Key_C)
        copy();
    else if ((ctrl && shift && key == Qt::Key_V) || (shift && key == Qt::Key_Insert))
        paste();
    else if (shift && key == Qt::Key_Home && ctrl)
        verticalScrollBar()->setValue(0);
    else if (shift && key == Qt::Key_End && ctrl)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    else if (ctrl && (key == Qt::Key_Plus || key == Qt::Key_Equal))
        zoom(1);
    else if (ctrl && key == Qt::Key_Minus)
        zoom(-1);
    else if (ctrl && key == Qt::Key_0)
        zoom(0);
    else if (shift && key == Qt::Key_PageUp)
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
    else if (shift && key == Qt::Key_PageDown)
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
    else
        return false;
    return true;
}

void TerminalCanvas::keyPressEvent(QKeyEvent* event)
{
    if (handleShortcut(event) || !m_screen || !m_input)
        return;
    sendKey(event);
}

void TerminalCanvas::sendKey(QKeyEvent* event)
{
    const int modifiers = vtermModifiers(event->modifiers());
    if (const int key = vtermKey(event->key()); key != VTERM_KEY_NONE) {
        m_screen->key(key, event->key() == Qt::Key_Backtab ? modifiers | VTERM_MOD_SHIFT : modifiers);
    } else if (event->modifiers() & Qt::ControlModifier && event->key() >= 0x20 && event->key() < 0x7f) {
        const char32_t c = event->key() >= Qt::Key_A && event->key() <= Qt::Key_Z
                               ? static_cast<char32_t>(event->key() + 32)
                               : static_cast<char32_t>(event->key());
        m_screen->character(c, modifiers & ~VTERM_MOD_SHIFT);
    } else if (!event->text().isEmpty() && event->text()[0].isPrint()) {
        for (const char32_t c : event->text().toUcs4())
            m_screen->character(c, modifiers & VTERM_MOD_ALT);
    } else {
        return event->ignore();
    }
    clearSelection();
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void TerminalCanvas::inputMethodEvent(QInputMethodEvent* event)
{
    if (m_screen && m_input)
        for (const char32_t c : event->commitString().toUcs4())
            m_screen->character(c, 0);
    event->accept();
}

QVariant TerminalCanvas::inputMethodQuery(Qt::InputMethodQuery query) const
{
    if (query == Qt::ImCursorRectangle && m_screen)
        return QRect(margin + m_screen->cursorColumn() * m_text.cellWidth(),
                     margin + m_screen->cursorRow() * m_text.lineHeight(), m_text.cellWidth(), m_text.lineHeight());
    return QAbstractScrollArea::inputMethodQuery(query);
}

void TerminalCanvas::wheelEvent(QWheelEvent* event)
{
    const int delta = event->angleDelta().y();
    if (event->modifiers() & Qt::ControlModifier)
        return zoom(delta > 0 ? 1 : -1);
    if (!m_screen || delta == 0)
        return;
    m_wheelRest += delta * QApplication::wheelScrollLines();
    const int rows = m_wheelRest / 120;
    m_wheelRest -= rows * 120;
    const bool toProgram = m_input && m_screen->mouseMode() != TerminalScreen::MouseMode::None &&
                           !(event->modifiers() & Qt::ShiftModifier);
    if (toProgram) {
        const Position at = positionAt(event->position().toPoint(), false);
        const int row = static_cast<int>(at.line - m_screen->discarded()) - (m_screen->lineCount() - m_screen->rows());
        for (int i = 0; i < std::abs(rows); ++i)
            m_screen->mouse(std::max(0, row), at.column, rows > 0 ? 4 : 5, true, vtermModifiers(event->modifiers()));
    } else if (m_screen->alternate() && m_input) { // less and friends scroll with the arrows
        for (int i = 0; i < std::abs(rows); ++i)
            m_screen->key(rows > 0 ? VTERM_KEY_UP : VTERM_KEY_DOWN, 0);
    } else {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - rows);
    }
    event->accept();
}

void TerminalCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    menu.addAction(tr("Copy"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this, &TerminalCanvas::copy)->setEnabled(hasSelection());
    menu.addAction(tr("Paste"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V), this, &TerminalCanvas::paste)->setEnabled(m_input);
    menu.addSeparator();
    QAction* clear = menu.addAction(tr("Clear Scrollback"));
    connect(clear, &QAction::triggered, this, [this] {
        if (m_screen)
            m_screen->clearScrollback();
        refresh();
    });
    menu.exec(event->globalPos());
}

void TerminalCanvas::copy()
{
    if (hasSelection())
        QApplication::clipboard()->setText(selectedText());
}

void TerminalCanvas::paste()
{
    if (m_screen && m_input)
        pasteText(QApplication::clipboard()->text());
}

void TerminalCanvas::pasteText(QString text)
{
    text.replace(QLatin1StringView("\r\n"), QLatin1StringView("\n")).replace(QLatin1Char('\r'), QLatin1Char('\n'));
    const qsizetype lines = text.trimmed().count(QLatin1Char('\n')) + 1;
    while (lines == 1 && text.endsWith(QLatin1Char('\n'))) // else it runs before it was seen
        text.chop(1);
    if (text.isEmpty())
        return;
    if (lines > 1) {
        QMessageBox box(QMessageBox::Question, tr("Paste %n lines?", nullptr, static_cast<int>(lines)),
                        tr("Each line may run as a command in the container."), QMessageBox::Cancel, this);
        QAbstractButton* accept = box.addButton(tr("Paste %n lines", nullptr, static_cast<int>(lines)), QMessageBox::AcceptRole);
        box.setDetailedText(text.left(4000));
        box.setDefaultButton(QMessageBox::Cancel);
        box.exec();
        if (box.clickedButton() != accept)
            return;
    }
    if (m_screen)
        m_screen->paste(text);
}

void TerminalCanvas::focusInEvent(QFocusEvent* event)
{
    if (m_screen && m_input)
        m_screen->focus(true);
    m_blink->start();
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void TerminalCanvas::focusOutEvent(QFocusEvent* event)
{
    if (m_screen && m_input)
        m_screen->focus(false);
    m_blink->stop();
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

} // namespace slipway::ui
