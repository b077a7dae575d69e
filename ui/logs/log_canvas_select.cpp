// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDesktopServices>
#include <QMenu>
#include <QMetaMethod>
#include <QMouseEvent>
#include <QScrollBar>
#include <QTimer>
#include <QUrl>

#include "logs/log_canvas.h"

// Selecting, copying, and links.
namespace slipway::ui
{
namespace
{
constexpr std::uint64_t linesForSelectionClipboard = 10'000;
bool isWordChar(QChar c) { return c.isLetterOrNumber() || QStringLiteral("_-./:@").contains(c); }
} // namespace

std::optional<LogCanvas::Position> LogCanvas::positionAt(QPoint point) const
{
    if (m_model.count() == 0)
        return std::nullopt;
    const int visual = point.y() < topMargin ? -1 : (point.y() - topMargin) / m_text.lineHeight();
    const Top at = moved(m_top, visual);
    const auto number = m_model.lineAt(at.row);
    const Shown* const text = number ? shown(*number) : nullptr;
    if (!text)
        return std::nullopt;
    const AnsiLine& line = text->look.line;
    const int offset = m_wrap ? 0 : horizontalScrollBar()->value();
    const int column = std::max(0, (point.x() - textLeft() + offset + m_text.cellWidth() / 2) / m_text.cellWidth());
    if (!m_wrap)
        return Position{*number, line.indexAt(column)};
    const std::vector<int>& starts = breaks(*text);
    const std::size_t sub = std::min(static_cast<std::size_t>(at.sub), starts.size() - 1);
    const int from = starts[sub];
    const int to = sub + 1 < starts.size() ? starts[sub + 1] : static_cast<int>(line.text.size());
    return Position{*number, std::clamp(line.indexAt(line.columnOf(from) + column), from, to)};
}

QString LogCanvas::linkAt(QPoint point) const
{
    if (point.x() < textLeft())
        return {};
    const auto at = positionAt(point - QPoint(m_text.cellWidth() / 2, 0));
    const Shown* const text = at ? shown(at->line) : nullptr;
    if (!text)
        return {};
    for (const auto& [start, length] : text->look.links)
        if (at->index >= start && at->index < start + length)
            return text->look.line.text.mid(start, length);
    return {};
}

std::uint64_t LogCanvas::currentLine() const { return m_caret ? m_caret->line : m_topLine; }

void LogCanvas::setSelection(std::optional<Position> anchor, std::optional<Position> caret)
{
    m_anchor = anchor;
    m_caret = caret;
    repaintAll();
    emit selectionChanged();
}

void LogCanvas::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressedLink = linkAt(event->position().toPoint());
    const auto at = positionAt(event->position().toPoint());
    const bool extend = event->modifiers() & Qt::ShiftModifier && m_anchor;
    setSelection(extend ? m_anchor : at, at);
}

void LogCanvas::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint point = event->position().toPoint();
    if (!(event->buttons() & Qt::LeftButton)) {
        viewport()->setCursor(linkAt(point).isEmpty() ? Qt::IBeamCursor : Qt::PointingHandCursor);
        return;
    }
    if (!m_anchor)
        return;
    m_dragPoint = point;
    if (const auto at = positionAt(point))
        setSelection(m_anchor, at);
    const bool outside = m_dragPoint.y() < 0 || m_dragPoint.y() > viewport()->height();
    outside ? m_autoScroll->start() : m_autoScroll->stop();
}

void LogCanvas::autoScroll()
{
    const int beyond = m_dragPoint.y() < 0 ? m_dragPoint.y() : m_dragPoint.y() - viewport()->height();
    setTop(moved(m_top, beyond / m_text.lineHeight() + (beyond < 0 ? -1 : 1)), true);
    if (const auto at = positionAt({m_dragPoint.x(), std::clamp(m_dragPoint.y(), topMargin, viewport()->height() - 1)}))
        setSelection(m_anchor, at);
}

void LogCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    m_autoScroll->stop();
    if (event->button() == Qt::LeftButton && !hasSelection() && !m_pressedLink.isEmpty() && linkAt(event->position().toPoint()) == m_pressedLink) {
        const QUrl url(m_pressedLink, QUrl::StrictMode);
        if (url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"))
            QDesktopServices::openUrl(url);
    }
    m_pressedLink.clear();
    const auto selected = selection();
    if (!selected || !QApplication::clipboard()->supportsSelection() || selected->lastLine - selected->firstLine > linesForSelectionClipboard)
        return;
    if (const auto text = selectedText())
        QApplication::clipboard()->setText(*text, QClipboard::Selection);
}

void LogCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    const auto at = positionAt(event->position().toPoint());
    const Shown* const line = at ? shown(at->line) : nullptr;
    if (!line)
        return;
    const QString& text = line->look.line.text;
    int from = at->index, to = at->index;
    while (from > 0 && isWordChar(text[from - 1]))
        --from;
    while (to < text.size() && isWordChar(text[to]))
        ++to;
    setSelection(Position{at->line, from}, Position{at->line, to});
}

void LogCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const bool byMouse = event->reason() == QContextMenuEvent::Mouse;
    const QString link = byMouse ? linkAt(event->pos()) : QString();
    const auto at = byMouse ? positionAt(event->pos()) : std::nullopt;
    menu.addAction(tr("Copy"), QKeySequence::Copy, this, &LogCanvas::copyRequested)->setEnabled(hasSelection());
    if (!link.isEmpty()) {
        menu.addAction(tr("Open link"), this, [link] { QDesktopServices::openUrl(QUrl(link, QUrl::StrictMode)); });
        menu.addAction(tr("Copy link"), this, [link] { QApplication::clipboard()->setText(link); });
    }
    menu.addAction(tr("Select All"), QKeySequence::SelectAll, this, &LogCanvas::selectAll);
    if (isSignalConnected(QMetaMethod::fromSignal(&LogCanvas::detailsRequested))) { // else only what the canvas can do alone
        menu.addSeparator();
        menu.addAction(tr("Details of the line"), QKeySequence(Qt::Key_Return), this, [this, at] { emit detailsRequested(at ? at->line : currentLine()); });
        menu.addAction(tr("Find…"), QKeySequence::Find, this, &LogCanvas::findRequested);
        menu.addAction(tr("Go to line or time…"), QKeySequence(Qt::CTRL | Qt::Key_G), this, &LogCanvas::jumpRequested);
    }
    emit menuRequested(&menu, at ? at->line : currentLine());
    menu.exec(event->globalPos());
}

void LogCanvas::selectAll()
{
    if (m_model.endLine() == m_model.firstLine())
        return;
    setSelection(Position{m_model.firstLine(), 0}, Position{m_model.endLine() - 1, INT_MAX});
}

std::optional<LogCanvas::Selection> LogCanvas::selection() const
{
    if (!hasSelection())
        return std::nullopt;
    const auto [first, last] = std::minmax(*m_anchor, *m_caret);
    return Selection{first.line, last.line, first.index, last.index};
}

std::optional<QString> LogCanvas::selectedText() const
{
    const auto selected = selection();
    if (!selected)
        return QString();
    if (selected->lastLine - selected->firstLine > linesForSelectionClipboard)
        return std::nullopt;
    QString out;
    for (std::uint64_t row = m_model.rowOf(selected->firstLine); row < m_model.count(); ++row) {
        const auto number = m_model.lineAt(row);
        const auto view = number ? m_model.line(*number) : std::nullopt;
        if (!view || view->length > view->text.size())
            return std::nullopt;
        if (*number > selected->lastLine)
            break;
        const QString text = shownText(view->text);
        const int from = *number == selected->firstLine ? selected->firstIndex : 0;
        out += *number == selected->lastLine ? text.mid(from, std::max(0, selected->lastIndex - from)) : text.mid(from) + QLatin1Char('\n');
    }
    return out;
}

} // namespace slipway::ui
