// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/editor_gutter.h"

#include <QMenu>
#include <QMouseEvent>
#include <QTextBlock>
#include <QToolTip>

#include "dockerfile/code_editor.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int signSize = 14, arrowSize = 12;
using State = CodeEditor::Mark::State;

EditorGutter::Sign signOf(State state)
{
    const auto& colors = theme::colors();
    switch (state) {
    case State::Running: return {"play", colors.accent};
    case State::Cached: return {"check", colors.muted};
    case State::Done: return {"check", colors.success};
    case State::Failed: return {"error", colors.danger};
    case State::Cancelled: return {"stop", colors.muted};
    case State::WillHit: return {"check", theme::mix(colors.surface, colors.muted, 0.6)};
    case State::WillRun: return {"chevron-right", colors.accent};
    case State::Unknown: return {"more", theme::mix(colors.surface, colors.muted, 0.8)};
    }
    return {"play", colors.accent};
}
} // namespace

EditorGutter::EditorGutter(CodeEditor& editor) : QWidget(&editor), m_editor(editor)
{
    setCursor(Qt::ArrowCursor);
    setMouseTracking(true);
}

int EditorGutter::wantedWidth() const
{
    int digits = 2;
    for (int n = std::max(1, m_editor.blockCount()); n >= 100; n /= 10)
        ++digits;
    return theme::space2 + signSize + theme::space1 + m_editor.fontMetrics().horizontalAdvance(QLatin1Char('9')) * digits + theme::space1 + arrowSize +
           theme::space2;
}

std::map<int, EditorGutter::Sign> EditorGutter::visibleSigns() const
{
    const auto& colors = theme::colors();
    const auto [from, to] = m_editor.visiblePositions();
    std::map<int, Sign> signs;
    for (const auto& [begin, end, problem] : m_editor.m_problems) {
        if (begin < from || begin > to)
            continue;
        using enum dockerfile::Severity;
        const Sign sign = problem.severity == Error     ? Sign{"error", colors.danger}
                          : problem.severity == Warning ? Sign{"warning", colors.warning}
                                                        : Sign{"info", colors.accent};
        const int line = m_editor.document()->findBlock(begin).blockNumber();
        if (const auto known = signs.find(line); known == signs.end() || problem.severity == Error)
            signs.insert_or_assign(line, sign);
    }
    for (const auto& [at, mark] : m_editor.m_marks)
        if (at.position() >= from && at.position() <= to)
            signs.insert_or_assign(at.blockNumber(), signOf(mark.state));
    return signs;
}

int EditorGutter::arrowLeft() const { return m_editor.isRightToLeft() ? theme::space1 : width() - arrowSize - theme::space1; }

int EditorGutter::lineAt(int y) const
{
    for (QTextBlock block = m_editor.firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = m_editor.blockBoundingGeometry(block).translated(m_editor.contentOffset());
        if (block.isVisible() && y >= place.top() && y < place.bottom())
            return block.blockNumber();
        if (place.top() > y)
            break;
    }
    return -1;
}

void EditorGutter::paintEvent(QPaintEvent* event)
{
    const auto& colors = theme::colors();
    QPainter painter(this);
    painter.fillRect(event->rect(), colors.surface);
    painter.setFont(m_editor.font());
    const int current = m_editor.textCursor().blockNumber();
    const bool rightToLeft = m_editor.isRightToLeft();
    const auto signs = visibleSigns();
    const int numbersWidth = width() - theme::space2 - signSize - arrowSize - theme::space2 - theme::space1;
    const int numbersLeft = rightToLeft ? theme::space2 + arrowSize : theme::space2 + signSize;
    const int signLeft = rightToLeft ? width() - theme::space2 - signSize : theme::space2;
    for (QTextBlock block = m_editor.firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = m_editor.blockBoundingGeometry(block).translated(m_editor.contentOffset());
        if (place.top() > event->rect().bottom())
            break;
        if (!block.isVisible() || place.bottom() < event->rect().top())
            continue;
        const int line = block.blockNumber();
        painter.setPen(line == current ? colors.text : colors.muted);
        painter.drawText(QRectF(numbersLeft, place.top(), numbersWidth, m_editor.fontMetrics().height()), Qt::AlignRight | Qt::AlignVCenter,
                         QString::number(line + 1));
        const double middle = place.top() + m_editor.fontMetrics().height() / 2.0;
        if (const auto sign = signs.find(line); sign != signs.end())
            paintIcon(painter, QRectF(signLeft, middle - signSize / 2.0, signSize, signSize), sign->second.icon, sign->second.color);
        if (m_editor.foldAt(line))
            paintIcon(painter, QRectF(arrowLeft(), middle - arrowSize / 2.0, arrowSize, arrowSize),
                      m_editor.isFolded(line) ? (rightToLeft ? "chevron-left" : "chevron-right") : "chevron-down", colors.muted);
    }
}

void EditorGutter::mousePressEvent(QMouseEvent* event)
{
    const int line = lineAt(int(event->position().y()));
    if (line < 0 || event->button() != Qt::LeftButton)
        return;
    const double fromArrow = event->position().x() - arrowLeft();
    if (fromArrow >= -theme::space1 && fromArrow <= arrowSize + theme::space1 && m_editor.foldAt(line))
        m_editor.setFolded(line, !m_editor.isFolded(line));
    else if (m_editor.markAt(line))
        emit m_editor.markClicked(line);
    else
        m_editor.goTo(line);
}

void EditorGutter::contextMenuEvent(QContextMenuEvent* event)
{
    const int line = lineAt(event->pos().y());
    if (line < 0)
        return;
    QMenu menu(this);
    emit m_editor.lineMenuRequested(&menu, line);
    if (!menu.isEmpty())
        menu.exec(event->globalPos());
}

void EditorGutter::wheelEvent(QWheelEvent* event) { QCoreApplication::sendEvent(m_editor.viewport(), event); }

bool EditorGutter::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int line = lineAt(help->pos().y());
    const auto* mark = line < 0 ? nullptr : m_editor.markAt(line);
    QToolTip::showText(help->globalPos(), mark ? mark->detail : QString(), this);
    return true;
}

} // namespace slipway::ui
