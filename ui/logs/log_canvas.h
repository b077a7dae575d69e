// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include <QAbstractScrollArea>
#include <QCache>
#include <QElapsedTimer>

#include "logs/line_look.h"
#include "logs/log_model.h"
#include "terminal/mono_text.h"

class QTimer;

// Paints the visible rows of a LogModel and nothing else; a line is read and decoded when it comes into view. Scrolls by rows,
// follows the end until the user scrolls up, selects across lines, shows what was found and links. GUI thread.
class QMenu;

namespace slipway::ui
{

class LogPill;
class LogScrollBar;

class LogCanvas : public QAbstractScrollArea
{
    Q_OBJECT

public:
    enum class Times : std::uint8_t { None, Local, Utc, SinceFirst };

    explicit LogCanvas(LogModel& model, QWidget* parent = nullptr); // the model outlives it

    void setTimes(Times times);
    void setWrap(bool on);
    void setFolding(bool on);   // JSON lines as message and fields
    void setNumbers(bool on);   // of lines, at the left
    void setFollow(bool on);    // on also scrolls to the end
    void setMessage(const QString& title, const QString& detail); // what is shown when there is no line
    void showLine(std::uint64_t line);                            // as the first one that is seen
    void reveal(std::uint64_t line);                              // anywhere in view, and its first match
    void rowsAreOthers();                                         // keeps the top line where it is
    void zoom(int step);                                          // 0 = back to normal

    [[nodiscard]] bool following() const { return m_follow; }
    [[nodiscard]] std::uint64_t topLine() const { return m_topLine; }
    [[nodiscard]] std::uint64_t currentLine() const; // the caret's, or the first one in view
    [[nodiscard]] bool hasSelection() const { return m_anchor && m_caret && *m_anchor != *m_caret; }
    struct Selection
    {
        std::uint64_t firstLine = 0, lastLine = 0;
        int firstIndex = 0, lastIndex = 0; // in what is shown of them
    };
    [[nodiscard]] std::optional<Selection> selection() const;
    // The selected text as far as it is here; nothing when a line of it is not.
    [[nodiscard]] std::optional<QString> selectedText() const;
    [[nodiscard]] QString shownText(std::string_view bytes) const { return lookOf(bytes, m_fold).line.text; }
    void selectAll();
    [[nodiscard]] double slowestPaintMs() const { return m_slowestPaintMs; }    // since the last call of forgetPaints()
    [[nodiscard]] std::uint64_t paintedLines() const { return m_paintedLines; } // likewise
    void forgetPaints() { m_slowestPaintMs = 0, m_paintedLines = 0; }

signals:
    void followingChanged(bool on);
    void selectionChanged();
    void findRequested();
    void copyRequested();
    void jumpRequested();
    void detailsRequested(std::uint64_t line);
    void menuRequested(QMenu* menu, std::uint64_t line); // to be added to

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
    struct Shown
    {
        LineLook look;
        std::vector<LogModel::Span> found;
        mutable std::vector<int> starts; // of its wrapped rows, as many columns wide
        mutable int columns = 0;
    };
    struct Placed // a line in the window: what its picture depends on
    {
        int y = 0, height = 0, hidden = 0; // HIDDEN: rows of it above Y
        std::uint64_t line = 0, length = 0;
        std::size_t here = 0; // bytes of it
        bool waiting = false, dim = false, current = false;
        bool operator==(const Placed&) const = default;
    };
    struct Picture // what the window has, or was told to paint
    {
        std::vector<Placed> lines;
        int end = 0; // nothing but the background is below
        int left = 0;
        std::int64_t firstTimeNs = 0;
        bool known = false;
    };

    static constexpr int topMargin = 4;
    static constexpr int nowhere = -(1 << 30); // the y of a line whose picture is out of date

    [[nodiscard]] const Shown* shown(std::uint64_t line) const; // null: not here yet
    [[nodiscard]] const std::vector<int>& breaks(const Shown& text) const;
    [[nodiscard]] int subRows(std::uint64_t row) const;
    [[nodiscard]] int visibleRows() const;
    [[nodiscard]] int textLeft() const;
    [[nodiscard]] int numberWidth() const;
    [[nodiscard]] int timeWidth() const;
    [[nodiscard]] int nameWidth() const;
    [[nodiscard]] int textColumns() const;
    [[nodiscard]] Top bottomTop() const;
    [[nodiscard]] Top moved(Top from, int visualRows) const;
    [[nodiscard]] std::optional<Position> positionAt(QPoint point) const;
    [[nodiscard]] QString linkAt(QPoint point) const;
    void modelChanged();
    void reread(std::uint64_t from, std::uint64_t to);
    void frame();
    void setTop(Top top, bool byUser);
    [[nodiscard]] std::vector<Placed> placed() const;
    [[nodiscard]] bool isHere(Top top) const; // all that would be seen
    void refresh();                           // paints what is not in the picture yet
    void repaintAll();
    [[nodiscard]] int shiftOf(const std::vector<Placed>& fresh) const;
    void paintLine(QPainter& p, const Placed& at);
    void syncScrollBars();
    void setSelection(std::optional<Position> anchor, std::optional<Position> caret);
    void updatePill();
    void fontOrPaletteChanged();
    void autoScroll();

    void paintText(QPainter& p, const LineLook& look, int from, int to, int x, int y) const;
    void paintHighlights(QPainter& p, std::uint64_t line, const Shown& shown, int from, int to, int x, int y) const;
    void paintGutter(QPainter& p, std::uint64_t number, const LogLineView& line, int y, int height) const;
    void paintWaiting(QPainter& p, int y) const;
    void paintRest(QPainter& p, const LogLineView& line, int x, int y) const;
    void paintMessage(QPainter& p) const;
    [[nodiscard]] QColor textColor(const LineLook& look) const;
    [[nodiscard]] QString timeText(std::int64_t timeNs) const;

    LogModel& m_model;
    mutable QCache<std::uint64_t, Shown> m_shown;
    mutable int m_widest = 0; // columns, of the lines that were seen
    int m_scrolledWidest = 0; // for which the scroll bar is
    MonoText m_text;
    ViewColors m_colors;
    Times m_times = Times::None;
    bool m_wrap = false, m_fold = true, m_numbers = false, m_follow = true, m_syncing = false;
    Top m_top;
    std::uint64_t m_topLine = 0; // its number, as long as it was known
    std::optional<std::uint64_t> m_seekLine; // to be at the top when its row is known
    std::optional<Position> m_anchor, m_caret;
    std::uint64_t m_seenEnd = 0; // lines there were when following stopped
    double m_zoom = 1, m_slowestPaintMs = 0;
    std::uint64_t m_paintedLines = 0;
    Picture m_picture;
    QElapsedTimer m_late; // since the newest lines are waited for
    QString m_title, m_detail, m_pressedLink;
    LogScrollBar* m_bar;
    LogPill* m_pill;
    QTimer* m_frame;
    QTimer* m_autoScroll;
    QPoint m_dragPoint;
    int m_wheelRest = 0;
};

} // namespace slipway::ui
