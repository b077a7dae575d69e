// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_canvas.h"

#include <algorithm>
#include <set>

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStyleOptionSlider>
#include <QTimer>
#include <QWheelEvent>

namespace slipway::ui
{
namespace
{

constexpr int topMargin = 4;

class Pill : public QAbstractButton
{
public:
    explicit Pill(QWidget* parent) : QAbstractButton(parent)
    {
        setCursor(Qt::PointingHandCursor);
        setFocusPolicy(Qt::TabFocus);
    }
    [[nodiscard]] QSize sizeHint() const override
    {
        return {fontMetrics().horizontalAdvance(text()) + 32, fontMetrics().height() + 14};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        const QColor fill = palette().color(QPalette::Highlight);
        p.setBrush(underMouse() ? fill.lighter(112) : fill);
        p.setPen(hasFocus() ? QPen(palette().color(QPalette::HighlightedText), 2) : Qt::NoPen);
        const QRectF r = QRectF(rect()).adjusted(1, 1, -1, -1);
        p.drawRoundedRect(r, r.height() / 2, r.height() / 2);
        p.setPen(palette().color(QPalette::HighlightedText));
        p.drawText(rect(), Qt::AlignCenter, text());
    }
};

// A scroll bar that also shows where the matches are.
class MarkedScrollBar : public QScrollBar
{
public:
    MarkedScrollBar(const LogSearch& search, const RowIndex& rows, QWidget* parent)
        : QScrollBar(Qt::Vertical, parent), m_search(search), m_rows(rows)
    {
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        QScrollBar::paintEvent(event);
        if (!m_search.active() || m_rows.count() == 0)
            return;
        QStyleOptionSlider option;
        initStyleOption(&option);
        const QRect groove = style()->subControlRect(QStyle::CC_ScrollBar, &option, QStyle::SC_ScrollBarGroove, this);
        std::set<int> lines;
        const auto& matches = m_search.matches();
        const std::size_t step = std::max<std::size_t>(1, matches.size() / 20'000);
        for (std::size_t i = 0; i < matches.size(); i += step)
            lines.insert(static_cast<int>(static_cast<double>(m_rows.rowOf(matches[i].line)) /
                                          static_cast<double>(m_rows.count()) * groove.height()));
        QPainter p(this);
        for (const int y : lines)
            p.fillRect(width() - 6, groove.top() + y, 4, 2, ViewColors::of(palette()).currentMatch);
    }

private:
    const LogSearch& m_search;
    const RowIndex& m_rows;
};

bool isWordChar(QChar c) { return c.isLetterOrNumber() || QStringLiteral("_-./:@").contains(c); }

} // namespace

LogCanvas::LogCanvas(LineStore& store, LogSearch& search, QWidget* parent)
    : QAbstractScrollArea(parent), m_store(store), m_search(search), m_parsed(2'000)
{
    setVerticalScrollBar(new MarkedScrollBar(search, m_rows, this));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Log"));
    m_pill = new Pill(viewport());
    m_pill->hide();
    connect(m_pill, &QAbstractButton::clicked, this, [this] { setFollow(true); });
    m_frame = new QTimer(this);
    m_frame->setSingleShot(true);
    m_frame->setInterval(16);
    connect(m_frame, &QTimer::timeout, this, [this] {
        if (m_follow)
            m_top = bottomTop();
        syncScrollBars();
        updatePill();
        viewport()->update();
    });
    m_autoScroll = new QTimer(this);
    m_autoScroll->setInterval(40);
    connect(m_autoScroll, &QTimer::timeout, this, &LogCanvas::autoScroll);
    m_rows.reset(m_store, RowIndex::Both);
    fontOrPaletteChanged();
}

void LogCanvas::fontOrPaletteChanged()
{
    QFont mono = MonoText::defaultFont();
    mono.setPointSizeF(std::clamp(mono.pointSizeF() * m_zoom, 5.0, 40.0));
    m_text = MonoText(mono);
    m_colors = ViewColors::of(palette());
    syncScrollBars();
    viewport()->update();
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

void LogCanvas::linesChanged()
{
    // A line still being written may be in the cache without its end.
    if (m_store.endLine() < m_seenEnd || m_store.empty())
        m_parsed.clear();
    else
        m_parsed.remove(m_store.endLine() - 1);
    // At once, not with the frame: a row must never name a line that is gone.
    m_rows.update(m_store);
    takeMatches();
    m_top.row -= std::min(m_top.row, m_rows.dropped());
    const auto gone = [this](const Position& p) { return p.line < m_store.firstLine() || p.line >= m_store.endLine(); };
    if (m_anchor && m_caret && (gone(*m_anchor) || gone(*m_caret)))
        setSelection({}, {});
    if (!m_frame->isActive())
        m_frame->start();
}

void LogCanvas::searchChanged()
{
    m_currentMatch.reset();
    if (m_filter)
        resetRows();
    viewport()->update();
    verticalScrollBar()->update();
}

void LogCanvas::searchAdvanced()
{
    if (m_rows.filtered() && !m_frame->isActive())
        m_frame->start();
    takeMatches();
    viewport()->update();
}

void LogCanvas::setFilter(bool on)
{
    if (on == m_filter)
        return;
    m_filter = on;
    resetRows();
}

void LogCanvas::resetRows()
{
    const std::uint64_t line = topLine();
    m_rows.reset(m_store, m_streams, m_filter && m_search.active());
    m_filterNext = m_store.firstLine();
    takeMatches();
    setTop(m_follow ? bottomTop() : Top{m_rows.rowOf(line), 0}, false);
    verticalScrollBar()->update();
    viewport()->update();
}

void LogCanvas::takeMatches()
{
    if (!m_rows.filtered())
        return;
    if (m_filterNext > m_store.endLine()) // it was cleared
        m_filterNext = m_store.firstLine();
    const auto& matches = m_search.matches();
    for (std::size_t i = m_search.firstAtOrAfter(m_filterNext); i < matches.size(); ++i) {
        if (matches[i].line < m_filterNext)
            continue;
        m_filterNext = matches[i].line + 1;
        m_rows.add(m_store, matches[i].line);
    }
}

void LogCanvas::setTimes(Times times)
{
    m_times = times;
    syncScrollBars();
    viewport()->update();
}

void LogCanvas::setWrap(bool on)
{
    m_wrap = on;
    m_top.sub = 0;
    if (m_follow)
        m_top = bottomTop();
    syncScrollBars();
    viewport()->update();
}

void LogCanvas::setStreams(bool out, bool err)
{
    m_streams = out && err ? RowIndex::Both : out ? RowIndex::StdoutOnly : err ? RowIndex::StderrOnly : RowIndex::Neither;
    resetRows();
}

void LogCanvas::setFollow(bool on)
{
    if (on)
        setTop(bottomTop(), false);
    if (m_follow != on) {
        m_follow = on;
        m_seenEnd = m_store.endLine();
        emit followingChanged(on);
    }
    updatePill();
}

void LogCanvas::setMessage(const QString& title, const QString& detail)
{
    m_title = title;
    m_detail = detail;
    viewport()->update();
}

std::uint64_t LogCanvas::topLine() const
{
    return m_top.row < m_rows.count() ? m_rows.lineAt(m_top.row) : m_store.endLine();
}

const AnsiLine& LogCanvas::parsed(std::uint64_t line) const
{
    if (const AnsiLine* hit = m_parsed.object(line))
        return *hit;
    auto* fresh = new AnsiLine(parseAnsi(m_store.line(line).text));
    m_parsed.insert(line, fresh, 1 + static_cast<int>(fresh->text.size() / 4096));
    if (!m_parsed.contains(line)) { // larger than the whole cache: QCache has deleted it
        static thread_local AnsiLine huge;
        huge = parseAnsi(m_store.line(line).text);
        return huge;
    }
    return *fresh;
}

int LogCanvas::textLeft() const
{
    switch (m_times) {
    case Times::None: return 12;
    case Times::Local: return 12 + 25 * m_text.cellWidth();
    case Times::Utc: return 12 + 26 * m_text.cellWidth();
    case Times::SinceFirst: return 12 + 16 * m_text.cellWidth();
    }
    return 12;
}

int LogCanvas::textColumns() const { return std::max(2, (viewport()->width() - textLeft() - 8) / m_text.cellWidth()); }
int LogCanvas::visibleRows() const { return std::max(1, (viewport()->height() - topMargin) / m_text.lineHeight()); }
std::vector<int> LogCanvas::breaks(const AnsiLine& line) const { return line.wrap(textColumns()); }

int LogCanvas::subRows(std::uint64_t row) const
{
    return m_wrap ? static_cast<int>(breaks(parsed(m_rows.lineAt(row))).size()) : 1;
}

LogCanvas::Top LogCanvas::bottomTop() const
{
    const std::uint64_t count = m_rows.count();
    if (count == 0)
        return {};
    return moved({count - 1, subRows(count - 1) - 1}, 1 - visibleRows());
}

LogCanvas::Top LogCanvas::moved(Top from, int visual) const
{
    const std::uint64_t count = m_rows.count();
    if (count == 0)
        return {};
    from.row = std::min(from.row, count - 1);
    if (!m_wrap) {
        const auto row = static_cast<std::int64_t>(from.row) + visual;
        return {static_cast<std::uint64_t>(std::clamp<std::int64_t>(row, 0, static_cast<std::int64_t>(count) - 1)), 0};
    }
    while (visual < 0) {
        const int step = std::min(-visual, from.sub);
        from.sub -= step, visual += step;
        if (visual == 0 || from.row == 0)
            break;
        from.sub = subRows(--from.row) - 1, ++visual;
    }
    while (visual > 0) {
        const int rest = subRows(from.row) - 1 - from.sub;
        const int step = std::min(visual, rest);
        from.sub += step, visual -= step;
        if (visual == 0 || from.row + 1 >= count)
            break;
        ++from.row, from.sub = 0, --visual;
    }
    return from;
}

void LogCanvas::setTop(Top top, bool byUser)
{
    const Top bottom = bottomTop();
    m_top = std::min(top, bottom);
    syncScrollBars();
    viewport()->update();
    if (byUser) {
        const bool follow = m_top == bottom;
        if (follow != m_follow) {
            m_follow = follow;
            m_seenEnd = m_store.endLine();
            emit followingChanged(follow);
        }
    }
    updatePill();
}

void LogCanvas::syncScrollBars()
{
    m_syncing = true;
    const auto limit = [](std::uint64_t v) { return static_cast<int>(std::min<std::uint64_t>(v, 0x7fffffff)); };
    verticalScrollBar()->setRange(0, limit(bottomTop().row + (m_wrap && bottomTop().sub > 0 ? 1 : 0)));
    verticalScrollBar()->setPageStep(visibleRows());
    verticalScrollBar()->setValue(m_top == bottomTop() ? verticalScrollBar()->maximum() : limit(m_top.row));
    // Bytes bound the columns; the true width of what is not in view is nobody's business.
    const int widest = m_wrap ? 0 : limit(m_store.longestLine()) - textColumns();
    horizontalScrollBar()->setRange(0, std::max(0, widest) * m_text.cellWidth());
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(m_text.cellWidth() * 4);
    m_syncing = false;
}

void LogCanvas::scrollContentsBy(int, int dy)
{
    if (!m_syncing && dy != 0) {
        const int value = verticalScrollBar()->value();
        const bool end = value == verticalScrollBar()->maximum();
        setTop(end ? bottomTop() : Top{static_cast<std::uint64_t>(value), 0}, true);
    }
    viewport()->update();
}

void LogCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    m_top = m_follow ? bottomTop() : std::min(m_top, bottomTop());
    syncScrollBars();
    updatePill();
}

void LogCanvas::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers() & Qt::ControlModifier) {
        zoom(event->angleDelta().y() > 0 ? 1 : -1);
        return;
    }
    if (event->modifiers() & Qt::ShiftModifier || event->angleDelta().y() == 0) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    m_wheelRest += event->angleDelta().y() * QApplication::wheelScrollLines();
    const int rows = m_wheelRest / 120;
    m_wheelRest -= rows * 120;
    setTop(moved(m_top, -rows), true);
    event->accept();
}

void LogCanvas::keyPressEvent(QKeyEvent* event)
{
    const bool ctrl = event->modifiers() & Qt::ControlModifier;
    if (event->matches(QKeySequence::Copy))
        return copy();
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    if (event->matches(QKeySequence::Find) || event->text() == QLatin1String("/"))
        return emit findRequested();
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

LogCanvas::Position LogCanvas::positionAt(QPoint point) const
{
    if (m_rows.count() == 0)
        return {};
    const int visual = point.y() < topMargin ? -1 : (point.y() - topMargin) / m_text.lineHeight();
    const Top at = moved(m_top, visual);
    const std::uint64_t number = m_rows.lineAt(at.row);
    const AnsiLine& text = parsed(number);
    const int offset = m_wrap ? 0 : horizontalScrollBar()->value();
    const int column = std::max(0, (point.x() - textLeft() + offset + m_text.cellWidth() / 2) / m_text.cellWidth());
    if (!m_wrap)
        return {number, text.indexAt(column)};
    const std::vector<int> starts = breaks(text);
    const std::size_t sub = static_cast<std::size_t>(at.sub);
    const int from = starts[sub];
    const int to = sub + 1 < starts.size() ? starts[sub + 1] : static_cast<int>(text.text.size());
    return {number, std::clamp(text.indexAt(text.columnOf(from) + column), from, to)};
}

void LogCanvas::setSelection(std::optional<Position> anchor, std::optional<Position> caret)
{
    m_anchor = anchor;
    m_caret = caret;
    viewport()->update();
    emit selectionChanged();
}

void LogCanvas::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Position at = positionAt(event->position().toPoint());
    const bool extend = event->modifiers() & Qt::ShiftModifier && m_anchor;
    setSelection(extend ? m_anchor : at, at);
}

void LogCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton) || !m_anchor)
        return;
    m_dragPoint = event->position().toPoint();
    setSelection(m_anchor, positionAt(m_dragPoint));
    const bool outside = m_dragPoint.y() < 0 || m_dragPoint.y() > viewport()->height();
    outside ? m_autoScroll->start() : m_autoScroll->stop();
}

void LogCanvas::autoScroll()
{
    const int beyond = m_dragPoint.y() < 0 ? m_dragPoint.y() : m_dragPoint.y() - viewport()->height();
    setTop(moved(m_top, beyond / m_text.lineHeight() + (beyond < 0 ? -1 : 1)), true);
    setSelection(m_anchor, positionAt({m_dragPoint.x(), std::clamp(m_dragPoint.y(), topMargin, viewport()->height() - 1)}));
}

void LogCanvas::mouseReleaseEvent(QMouseEvent*)
{
    m_autoScroll->stop();
    if (hasSelection() && QApplication::clipboard()->supportsSelection() && m_anchor && m_caret) {
        const auto [first, last] = std::minmax(*m_anchor, *m_caret);
        if (last.line - first.line < 10'000)
            QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
    }
}

void LogCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (m_rows.count() == 0)
        return;
    const Position at = positionAt(event->position().toPoint());
    const QString& text = parsed(at.line).text;
    int from = at.index, to = at.index;
    while (from > 0 && isWordChar(text[from - 1]))
        --from;
    while (to < text.size() && isWordChar(text[to]))
        ++to;
    setSelection(Position{at.line, from}, Position{at.line, to});
}

void LogCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    menu.addAction(tr("Copy"), QKeySequence::Copy, this, &LogCanvas::copy)->setEnabled(hasSelection());
    menu.addAction(tr("Select All"), QKeySequence::SelectAll, this, &LogCanvas::selectAll);
    menu.addSeparator();
    menu.addAction(tr("Find…"), QKeySequence::Find, this, &LogCanvas::findRequested);
    menu.exec(event->globalPos());
}

void LogCanvas::selectAll()
{
    if (m_rows.count() == 0)
        return;
    const std::uint64_t last = m_rows.lineAt(m_rows.count() - 1);
    setSelection(Position{m_rows.lineAt(0), 0}, Position{last, static_cast<int>(parsed(last).text.size())});
}

QString LogCanvas::selectedText() const
{
    if (!hasSelection())
        return {};
    const auto [first, last] = std::minmax(*m_anchor, *m_caret);
    QString out;
    for (std::uint64_t row = m_rows.rowOf(first.line); row < m_rows.count() && m_rows.lineAt(row) <= last.line; ++row) {
        const std::uint64_t number = m_rows.lineAt(row);
        const QString text = parseAnsi(m_store.line(number).text).text;
        const int from = number == first.line ? first.index : 0;
        out += number == last.line ? text.mid(from, last.index - from) : text.mid(from) + QLatin1Char('\n');
    }
    return out;
}

void LogCanvas::copy() const
{
    if (hasSelection())
        QApplication::clipboard()->setText(selectedText());
}

void LogCanvas::ensureVisible(Position position)
{
    const std::uint64_t row = m_rows.rowOf(position.line);
    const Top last = moved(m_top, visibleRows() - 2);
    if (row <= m_top.row || row >= last.row)
        setTop(moved({row, 0}, -visibleRows() / 3), true);
    if (!m_wrap) {
        const int x = parsed(position.line).columnOf(position.index) * m_text.cellWidth();
        QScrollBar* bar = horizontalScrollBar();
        if (x < bar->value() || x > bar->value() + viewport()->width() - textLeft() - 40)
            bar->setValue(std::max(0, x - viewport()->width() / 2));
    }
}

void LogCanvas::showMatch(std::size_t index)
{
    if (index >= m_search.matches().size())
        return;
    const LogSearch::Match& match = m_search.matches()[index];
    if (match.line < m_store.firstLine() || match.line >= m_store.endLine())
        return;
    m_currentMatch = index;
    ensureVisible({match.line, match.start});
    viewport()->update();
}

void LogCanvas::showLine(std::uint64_t line) { setTop({m_rows.rowOf(line), 0}, true); }

void LogCanvas::updatePill()
{
    const bool show = !m_follow && m_rows.count() > 0 && m_top != bottomTop();
    if (show) {
        const std::uint64_t fresh = m_store.endLine() - std::min(m_seenEnd, m_store.endLine());
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
