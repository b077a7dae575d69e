// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_canvas.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QMouseEvent>
#include <QRegularExpression>
#include <QScrollBar>
#include <QToolTip>
#include <QUrl>

#include "widgets/literal_tip.h"

namespace slipway::ui
{

TerminalCanvas::Position TerminalCanvas::positionAt(QPoint point, bool between) const
{
    const int row = std::clamp((point.y() - margin) / m_text.lineHeight(), 0, m_screen->rows() - 1);
    const int x = point.x() - margin + (between ? m_text.cellWidth() / 2 : 0);
    const int column = std::clamp(x / m_text.cellWidth(), 0, between ? m_screen->columns() : m_screen->columns() - 1);
    const int line = std::min(topLine() + row, m_screen->lineCount() - 1);
    return {static_cast<std::uint64_t>(line) + m_screen->discarded(), column};
}

bool TerminalCanvas::programWantsMouse(const QMouseEvent* event) const
{
    return m_input && m_screen->mouseMode() != TerminalScreen::MouseMode::None && !(event->modifiers() & Qt::ShiftModifier);
}

void TerminalCanvas::tellProgram(QMouseEvent* event, bool pressed)
{
    const Position at = positionAt(event->position().toPoint(), false);
    const int row = static_cast<int>(at.line - m_screen->discarded()) - (m_screen->lineCount() - m_screen->rows());
    const int button = event->button() == Qt::LeftButton ? 1 : event->button() == Qt::MiddleButton ? 2 : 3;
    m_screen->mouse(std::max(0, row), at.column, button, pressed, vtermModifiers(event->modifiers()));
}

void TerminalCanvas::clearSelection()
{
    m_anchor.reset();
    m_caret.reset();
}

void TerminalCanvas::mousePressEvent(QMouseEvent* event)
{
    if (!m_screen)
        return;
    if (event->button() == Qt::LeftButton && event->modifiers() & Qt::ControlModifier) {
        if (const QString link = linkAt(event->position().toPoint()); !link.isEmpty()) {
            QDesktopServices::openUrl(QUrl(link));
            return;
        }
    }
    if (programWantsMouse(event))
        return tellProgram(event, true);
    if (event->button() == Qt::MiddleButton && m_input)
        return pasteText(QApplication::clipboard()->text(QClipboard::Selection));
    if (event->button() != Qt::LeftButton)
        return;
    const bool again = m_sinceDouble.isValid() && m_sinceDouble.elapsed() < QApplication::doubleClickInterval() &&
                       (event->position().toPoint() - m_doubleAt).manhattanLength() < 8;
    m_unit = again ? Unit::Line : event->modifiers() & Qt::AltModifier ? Unit::Block : Unit::Character;
    const Position at = positionAt(event->position().toPoint(), !again);
    if (again) {
        m_first = unitAt(at);
        extend(at);
    } else if (event->modifiers() & Qt::ShiftModifier && m_anchor) {
        m_caret = at;
    } else {
        m_anchor = m_caret = at;
    }
    viewport()->update();
}

void TerminalCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_screen)
        return;
    const QPoint point = event->position().toPoint();
    if (programWantsMouse(event)) {
        const Position at = positionAt(point, false);
        const int row = static_cast<int>(at.line - m_screen->discarded()) - (m_screen->lineCount() - m_screen->rows());
        m_screen->mouseMove(std::max(0, row), at.column, vtermModifiers(event->modifiers()));
    } else if (event->buttons() & Qt::LeftButton && m_anchor) {
        if (point.y() < 0 || point.y() > viewport()->height())
            verticalScrollBar()->setValue(verticalScrollBar()->value() + (point.y() < 0 ? -1 : 1));
        extend(positionAt(point, m_unit == Unit::Character || m_unit == Unit::Block));
        viewport()->update();
    } else {
        const QString link = event->modifiers() & Qt::ControlModifier ? linkAt(point) : QString();
        viewport()->setCursor(link.isEmpty() ? Qt::IBeamCursor : Qt::PointingHandCursor);
        viewport()->setToolTip(literalTip(link));
    }
}

void TerminalCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_screen)
        return;
    if (programWantsMouse(event)) {
        tellProgram(event, false);
    } else if (hasSelection() && QApplication::clipboard()->supportsSelection()) {
        QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
    }
}

void TerminalCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (!m_screen || programWantsMouse(event) || event->button() != Qt::LeftButton)
        return;
    m_sinceDouble.start();
    m_doubleAt = event->position().toPoint();
    m_unit = Unit::Word;
    const Position at = positionAt(m_doubleAt, false);
    m_first = unitAt(at);
    extend(at);
    viewport()->update();
}

void TerminalCanvas::extend(const Position& at)
{
    if (m_unit == Unit::Character || m_unit == Unit::Block) {
        m_caret = at;
        return;
    }
    const auto [from, to] = unitAt(at);
    const bool backwards = from < m_first.first;
    m_anchor = backwards ? m_first.second : m_first.first;
    m_caret = backwards ? from : std::max(to, m_first.second);
}

std::pair<std::uint64_t, std::uint64_t> TerminalCanvas::rowsOf(std::uint64_t line) const
{
    constexpr std::uint64_t most = 10'000;
    TerminalLine row;
    const auto goesOn = [&](std::uint64_t number) {
        m_screen->read(static_cast<int>(number - m_screen->discarded()), row);
        return row.continued;
    };
    std::uint64_t first = line, last = line;
    const std::uint64_t end = m_screen->discarded() + static_cast<std::uint64_t>(m_screen->lineCount());
    while (first > m_screen->discarded() && line - first < most && goesOn(first - 1))
        --first;
    while (last + 1 < end && last - line < most && goesOn(last))
        ++last;
    return {first, last};
}

std::pair<TerminalCanvas::Position, TerminalCanvas::Position> TerminalCanvas::unitAt(const Position& at) const
{
    const auto lineOf = [this](std::uint64_t line) { return m_screen->line(static_cast<int>(line - m_screen->discarded())); };
    if (m_unit == Unit::Line) {
        const auto [first, last] = rowsOf(at.line);
        return {{first, 0}, {last, m_screen->columns()}};
    }
    const TerminalLine line = lineOf(at.line);
    const auto isWord = [&](int c) {
        if (c < 0 || static_cast<std::size_t>(c) >= line.cells.size())
            return false;
        const TerminalCell& cell = line.cells[static_cast<std::size_t>(c)];
        if (cell.width == 0)
            return true;
        const QString text = m_screen->text(cell);
        return text[0].isLetterOrNumber() || text[0].isSurrogate() || QStringLiteral("_-./:~@%+=?&#,").contains(text[0]);
    };
    int from = at.column, to = at.column;
    while (isWord(from - 1) && isWord(from))
        --from;
    while (isWord(to))
        ++to;
    return {{at.line, from}, {at.line, std::max(to, at.column + 1)}};
}

std::pair<int, int> TerminalCanvas::selectedColumns(std::uint64_t line) const
{
    if (!hasSelection())
        return {0, 0};
    const auto [first, last] = std::minmax(*m_anchor, *m_caret);
    if (line < first.line || line > last.line)
        return {0, 0};
    if (m_unit == Unit::Block)
        return std::minmax(first.column, last.column);
    return {line == first.line ? first.column : 0, line == last.line ? last.column : m_screen->columns()};
}

QString TerminalCanvas::selectedText() const
{
    if (!m_screen || !hasSelection())
        return {};
    const auto [first, last] = std::minmax(*m_anchor, *m_caret);
    QString out;
    TerminalLine line;
    for (std::uint64_t number = std::max(first.line, m_screen->discarded()); number <= last.line; ++number) {
        const int index = static_cast<int>(number - m_screen->discarded());
        if (index >= m_screen->lineCount())
            break;
        const auto [from, to] = selectedColumns(number);
        m_screen->read(index, line);
        out += m_screen->text(line, from, to);
        if (number != last.line && (!line.continued || m_unit == Unit::Block))
            out += QLatin1Char('\n');
    }
    return out;
}

// What stands there says itself where it leads; sequences that hide a target behind a text are ignored.
QString TerminalCanvas::linkAt(QPoint point) const
{
    if (!m_screen)
        return {};
    const Position at = positionAt(point, false);
    constexpr std::uint64_t around = 20; // rows: there are no longer ones, and lines without an end
    const auto [first, last] = rowsOf(at.line);
    QString text;
    qsizetype unit = 0;
    TerminalLine line;
    for (std::uint64_t row = std::max(first, at.line - std::min(at.line, around)); row <= std::min(last, at.line + around); ++row) {
        m_screen->read(static_cast<int>(row - m_screen->discarded()), line);
        if (row == at.line) {
            unit = text.size();
            for (int c = 0; c < at.column && static_cast<std::size_t>(c) < line.cells.size(); ++c)
                unit += m_screen->text(line.cells[static_cast<std::size_t>(c)]).size();
        }
        text += m_screen->text(line);
    }
    static const QRegularExpression pattern(QStringLiteral("https?://[^\\s<>\"'`{}|\\\\^]+[^\\s<>\"'`{}|\\\\^.,;:!?)\\]]"));
    for (auto all = pattern.globalMatch(text); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        if (unit >= match.capturedStart() && unit < match.capturedEnd())
            return match.captured();
    }
    return {};
}

} // namespace slipway::ui
