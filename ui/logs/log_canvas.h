// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QAbstractScrollArea>
#include <QCache>

#include "logs/ansi_text.h"
#include "logs/line_store.h"
#include "logs/log_search.h"
#include "terminal/mono_text.h"

class QAbstractButton;
class QTimer;

// Paints the visible rows of a LineStore and nothing else; a line is decoded when it comes into view. Scrolls by rows, follows
// the end until the user scrolls up, selects across lines, shows the matches of a LogSearch. GUI thread.
namespace slipway::ui
{

class LogCanvas : public QAbstractScrollArea
{
    Q_OBJECT

public:
    enum class Times : std::uint8_t { None, Local, Utc, SinceFirst };

    LogCanvas(LineStore& store, LogSearch& search, QWidget* parent = nullptr);

    void linesChanged(); // the store grew, shrank or was cleared; cheap, repaints once
    void searchChanged();  // another query
    void searchAdvanced(); // more matches of the same one
    void setFilter(bool on); // only the lines that match are rows, while there is something to match
    void setTimes(Times times);
    void setWrap(bool on);
    void setStreams(bool out, bool err);
    void setFollow(bool on); // on also scrolls to the end
    void setMessage(const QString& title, const QString& detail); // what is shown when there is no line
    void showMatch(std::size_t index);                            // selects it and brings it into view
    void showLine(std::uint64_t line);                            // as the first one that is seen
    void zoom(int step);                                          // 0 = back to normal

    [[nodiscard]] bool following() const { return m_follow; }
    [[nodiscard]] bool filtered() const { return m_rows.filtered(); }
    [[nodiscard]] std::uint64_t rowCount() const { return m_rows.count(); }
    [[nodiscard]] std::uint64_t topLine() const;
    [[nodiscard]] std::optional<std::size_t> currentMatch() const { return m_currentMatch; }
    [[nodiscard]] bool hasSelection() const { return m_anchor && m_caret && *m_anchor != *m_caret; }
    [[nodiscard]] QString selectedText() const;
    void selectAll();
    void copy() const;

signals:
    void followingChanged(bool on);
    void selectionChanged();
    void findRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Position
    {
        std::uint64_t line = 0;
        int index = 0;
        auto operator<=>(const Position&) const = default;
    };
    struct Top // what the first painted row is
    {
        std::uint64_t row = 0;
        int sub = 0; // row of the wrapped line
        auto operator<=>(const Top&) const = default;
    };

    [[nodiscard]] const AnsiLine& parsed(std::uint64_t line) const;
    [[nodiscard]] std::vector<int> breaks(const AnsiLine& line) const;
    [[nodiscard]] int subRows(std::uint64_t row) const;
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] int textLeft() const;
    [[nodiscard]] int textColumns() const;
    [[nodiscard]] Top bottomTop() const;
    [[nodiscard]] Top moved(Top from, int visualRows) const;
    [[nodiscard]] Position positionAt(QPoint point) const;
    void resetRows();
    void takeMatches();
    void setTop(Top top, bool byUser);
    void syncScrollBars();
    void ensureVisible(Position position);
    void setSelection(std::optional<Position> anchor, std::optional<Position> caret);
    void updatePill();
    void fontOrPaletteChanged();
    void autoScroll();

    void paintRow(QPainter& p, std::uint64_t line, const AnsiLine& text, int from, int to, int x, int y) const;
    void paintHighlights(QPainter& p, std::uint64_t line, const AnsiLine& text, int from, int to, int x, int y) const;
    void paintGutter(QPainter& p, const LineStore::Line& line, int y, int height) const;
    void paintMessage(QPainter& p) const;
    [[nodiscard]] QString timeText(std::int64_t timeNs) const;

    LineStore& m_store;
    LogSearch& m_search;
    RowIndex m_rows;
    mutable QCache<std::uint64_t, AnsiLine> m_parsed;
    MonoText m_text;
    ViewColors m_colors;
    Times m_times = Times::None;
    RowIndex::Streams m_streams = RowIndex::Both;
    std::uint64_t m_filterNext = 0; // the first line whose matches are not rows yet
    bool m_filter = false;
    bool m_wrap = false, m_follow = true, m_syncing = false, m_dirty = false;
    Top m_top;
    std::optional<Position> m_anchor, m_caret;
    std::optional<std::size_t> m_currentMatch;
    std::uint64_t m_seenEnd = 0; // lines there were when following stopped
    double m_zoom = 1;
    QString m_title, m_detail;
    QAbstractButton* m_pill;
    QTimer* m_frame;
    QTimer* m_autoScroll;
    QPoint m_dragPoint;
    int m_wheelRest = 0;
};

} // namespace slipway::ui
