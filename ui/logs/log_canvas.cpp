// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_canvas.h"

#include <algorithm>

#include <QKeyEvent>
#include <QLocale>
#include <QTimer>

#include "logs/log_scroll_bar.h"

namespace slipway::ui
{
namespace
{
constexpr int heldLines = 3'000;
constexpr qint64 mostLateMs = 250;
} // namespace

LogCanvas::LogCanvas(LogModel& model, QWidget* parent) : QAbstractScrollArea(parent), m_model(model), m_shown(heldLines)
{
    m_bar = new LogScrollBar(model, this);
    setVerticalScrollBar(m_bar);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Log"));
    m_pill = new LogPill(viewport());
    m_pill->hide();
    connect(m_pill, &QAbstractButton::clicked, this, [this] { setFollow(true); });
    m_frame = new QTimer(this);
    m_frame->setSingleShot(true);
    m_frame->setInterval(16);
    connect(m_frame, &QTimer::timeout, this, &LogCanvas::frame);
    m_autoScroll = new QTimer(this);
    m_autoScroll->setInterval(40);
    connect(m_autoScroll, &QTimer::timeout, this, &LogCanvas::autoScroll);
    connect(&model, &LogModel::changed, this, &LogCanvas::modelChanged);
    connect(&model, &LogModel::reread, this, &LogCanvas::reread);
    connect(&model, &LogModel::soughtOther, this, [this] {
        m_shown.clear(); // what was found is kept with the text
        repaintAll();
    });
    connect(&model, &LogModel::searched, this, [this] {
        m_bar->marksChanged();
        refresh();
    });
    fontOrPaletteChanged();
}

void LogCanvas::fontOrPaletteChanged()
{
    QFont mono = MonoText::defaultFont();
    mono.setPointSizeF(std::clamp(mono.pointSizeF() * m_zoom, 5.0, 40.0));
    m_text = MonoText(mono);
    m_colors = ViewColors::of(palette());
    syncScrollBars();
    repaintAll();
}

void LogCanvas::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fontOrPaletteChanged();
    QAbstractScrollArea::changeEvent(event);
}

void LogCanvas::zoom(int step)
{
    m_zoom = step == 0 ? 1 : std::clamp(m_zoom * (step > 0 ? 1.1 : 1 / 1.1), 0.5, 4.0);
    fontOrPaletteChanged();
}

void LogCanvas::reread(std::uint64_t from, std::uint64_t to)
{
    if (from == 0 && to == UINT64_MAX) {
        m_shown.clear();
        m_widest = 0;
        return repaintAll();
    }
    for (const std::uint64_t line : m_shown.keys())
        if (line >= from && line < to)
            m_shown.remove(line);
    for (Placed& each : m_picture.lines)
        if (each.line >= from && each.line < to)
            each.y = nowhere;
}

void LogCanvas::modelChanged()
{
    if (m_model.count() == 0)
        m_shown.clear();
    else if (m_model.endLine() > 0)
        m_shown.remove(m_model.endLine() - 1); // it may go on
    const auto gone = [this](const Position& p) { return p.line < m_model.firstLine() || p.line >= m_model.endLine(); };
    if (m_anchor && m_caret && (gone(*m_anchor) || gone(*m_caret)))
        setSelection({}, {});
    m_top.row = std::min(m_top.row, m_model.count() > 0 ? m_model.count() - 1 : 0);
    if (m_follow)
        static_cast<void>(isHere(bottomTop())); // it is asked for at once
    if (!m_frame->isActive())
        m_frame->start();
}

// What changed is taken in once a frame, however much came. The newest lines come into view when their text is here.
void LogCanvas::frame()
{
    const bool shows =
        m_picture.known && std::ranges::any_of(m_picture.lines, [](const Placed& each) { return !each.waiting; });
    if (m_follow && shows && !isHere(bottomTop())) {
        if (!m_late.isValid())
            m_late.start();
        if (m_late.elapsed() < mostLateMs)
            return m_frame->start();
    }
    m_late.invalidate();
    if (m_follow) {
        m_top = bottomTop();
        m_seekLine.reset();
    } else if (m_seekLine) {
        setTop({m_model.rowOf(*m_seekLine), 0}, false);
        if (m_model.lineAt(m_top.row).value_or(0) == *m_seekLine || m_model.count() == 0)
            m_seekLine.reset();
    } else if (const std::uint64_t row = m_model.rowOf(m_topLine); row != m_top.row && m_model.count() > 0) {
        m_top = std::min(Top{row, m_top.sub}, bottomTop());
    }
    if (const auto line = m_model.lineAt(m_top.row))
        m_topLine = *line;
    syncScrollBars();
    m_bar->marksChanged();
    updatePill();
    refresh();
}

void LogCanvas::rowsAreOthers()
{
    if (!m_follow)
        m_seekLine = m_topLine;
    modelChanged();
    frame(); // a key may follow at once: it moves from where one is
}

void LogCanvas::setTimes(Times times)
{
    m_times = times;
    syncScrollBars();
    repaintAll();
}

void LogCanvas::setNumbers(bool on)
{
    m_numbers = on;
    syncScrollBars();
    repaintAll();
}

void LogCanvas::setFolding(bool on)
{
    m_fold = on;
    m_shown.clear();
    m_widest = 0;
    setSelection({}, {});
    frame();
}

void LogCanvas::setWrap(bool on)
{
    m_wrap = on;
    m_top.sub = 0;
    if (m_follow)
        m_top = bottomTop();
    syncScrollBars();
    repaintAll();
}

void LogCanvas::setFollow(bool on)
{
    if (on)
        setTop(bottomTop(), false);
    if (m_follow != on) {
        m_follow = on;
        m_seenEnd = m_model.endLine();
        emit followingChanged(on);
    }
    updatePill();
}

void LogCanvas::setMessage(const QString& title, const QString& detail)
{
    if (title == m_title && detail == m_detail)
        return;
    m_title = title;
    m_detail = detail;
    if (m_model.count() == 0)
        repaintAll();
}

const LogCanvas::Shown* LogCanvas::shown(std::uint64_t line) const
{
    if (const Shown* hit = m_shown.object(line))
        return hit;
    const auto view = m_model.line(line);
    if (!view)
        return nullptr;
    auto* fresh = new Shown{lookOf(view->text, m_fold), {}, {}, 0};
    fresh->found = m_model.found(fresh->look.line.text);
    const int cost = std::min(heldLines, 1 + static_cast<int>(fresh->look.line.text.size() / 4096));
    m_widest = std::max(m_widest, fresh->look.line.columnOf(static_cast<int>(fresh->look.line.text.size())));
    m_shown.insert(line, fresh, cost);
    return fresh;
}

int LogCanvas::numberWidth() const
{
    return m_numbers ? static_cast<int>(QLocale().toString(static_cast<qulonglong>(m_model.endLine())).size() + 2) * m_text.cellWidth() : 0;
}

int LogCanvas::timeWidth() const
{
    switch (m_times) {
    case Times::None: return 0;
    case Times::Local: return 25 * m_text.cellWidth();
    case Times::Utc: return 26 * m_text.cellWidth();
    case Times::SinceFirst: return 16 * m_text.cellWidth();
    }
    return 0;
}

int LogCanvas::nameWidth() const
{
    if (m_model.sources().size() < 2)
        return 0;
    qsizetype longest = 0;
    for (const auto& source : m_model.sources())
        longest = std::max(longest, source.name.size());
    return static_cast<int>(std::clamp<qsizetype>(longest, 4, 20) + 2) * m_text.cellWidth();
}

int LogCanvas::textLeft() const { return 14 + numberWidth() + timeWidth() + nameWidth(); }
int LogCanvas::textColumns() const { return std::max(2, (viewport()->width() - textLeft() - 8) / m_text.cellWidth()); }
int LogCanvas::visibleRows() const { return std::max(1, (viewport()->height() - topMargin) / m_text.lineHeight()); }

const std::vector<int>& LogCanvas::breaks(const Shown& text) const
{
    if (const int columns = textColumns(); text.columns != columns) {
        text.starts = text.look.line.wrap(columns);
        text.columns = columns;
    }
    return text.starts;
}

int LogCanvas::subRows(std::uint64_t row) const
{
    if (!m_wrap)
        return 1;
    const auto line = m_model.lineAt(row);
    const Shown* const text = line ? shown(*line) : nullptr;
    return text ? static_cast<int>(breaks(*text).size()) : 1;
}

void LogCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    m_top = m_follow ? bottomTop() : std::min(m_top, bottomTop());
    syncScrollBars();
    updatePill();
}

void LogCanvas::keyPressEvent(QKeyEvent* event)
{
    const bool ctrl = event->modifiers() & Qt::ControlModifier;
    if (event->matches(QKeySequence::Copy))
        return emit copyRequested();
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    if (event->matches(QKeySequence::Find) || event->text() == QLatin1String("/"))
        return emit findRequested();
    if (ctrl && event->key() == Qt::Key_G)
        return emit jumpRequested();
    switch (event->key()) {
    case Qt::Key_Up: return setTop(moved(m_top, -1), true);
    case Qt::Key_Down: return setTop(moved(m_top, 1), true);
    case Qt::Key_PageUp: return setTop(moved(m_top, 1 - visibleRows()), true);
    case Qt::Key_PageDown:
    case Qt::Key_Space: return setTop(moved(m_top, visibleRows() - 1), true);
    case Qt::Key_Home: return setTop({}, true);
    case Qt::Key_End: return setFollow(true);
    case Qt::Key_Left: return horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
    case Qt::Key_Right: return horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
    case Qt::Key_Return:
    case Qt::Key_Enter: return emit detailsRequested(currentLine());
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        if (ctrl)
            return zoom(1);
        break;
    case Qt::Key_Minus:
        if (ctrl)
            return zoom(-1);
        break;
    case Qt::Key_0:
        if (ctrl)
            return zoom(0);
        break;
    case Qt::Key_Escape:
        if (hasSelection())
            return setSelection({}, {});
        break;
    default: break;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

void LogCanvas::updatePill()
{
    const bool show = !m_follow && m_model.count() > 0 && m_top != bottomTop();
    if (show) {
        const std::uint64_t fresh = m_model.endLine() - std::min(m_seenEnd, m_model.endLine());
        m_pill->setText(fresh == 0   ? tr("↓  Jump to newest")
                        : fresh == 1 ? tr("↓  1 new line")
                                     : tr("↓  %1 new lines").arg(QLocale().toString(static_cast<qulonglong>(fresh))));
        m_pill->setAccessibleName(tr("Jump to newest"));
        m_pill->resize(m_pill->sizeHint());
        m_pill->move((viewport()->width() - m_pill->width()) / 2, viewport()->height() - m_pill->height() - 14);
    }
    m_pill->setVisible(show);
}

} // namespace slipway::ui
