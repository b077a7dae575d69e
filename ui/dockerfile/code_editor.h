// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <QPlainTextEdit>

#include "dockerfile/analysis.h"
#include "dockerfile/completion.h"

class QListView;
class QMenu;

namespace slipway::ui
{

class CompletionPopup;
class EditorGutter;
class Highlighter;

// A text editor: highlighting by file name, line numbers, folding, wavy lines under problems with their words as tool tip,
// completion, comments, and marks: what a build says of a line, a sign in the gutter and a note behind the text. Marks and
// wavy lines move with the text as it is edited. GUI thread.
//
// Keys: Ctrl+Space completion · Ctrl+/ comment · Tab, Shift+Tab indent · Alt+Enter mends the problem under the cursor ·
// F8, Shift+F8 next, previous problem · Ctrl+Shift+[ and ] fold, unfold · Ctrl+plus, minus, 0 zoom.
class CodeEditor : public QPlainTextEdit
{
    Q_OBJECT

public:
    struct Mark
    {
        enum class State : std::uint8_t { Running, Cached, Done, Failed, Cancelled, WillHit, WillRun, Unknown }; // the last three: a forecast
        int line = 0; // from 0
        State state = State::Running;
        QString note;   // behind the text: "3.2 s · 12 MB"
        QString detail; // tool tip
    };
    struct Fold
    {
        int first = 0, last = 0; // lines; the first stays visible
    };

    explicit CodeEditor(QWidget* parent = nullptr);
    ~CodeEditor() override;

    void setLanguageOf(const QString& fileName); // "Dockerfile" also for Containerfile, web.Dockerfile, …
    void setProblems(const std::vector<Problem>& problems);
    void setMarks(const std::vector<Mark>& marks);
    void setFolds(std::vector<Fold> folds);
    // Asked on Ctrl+Space and as words are typed; absent: no completion.
    void setCompleter(std::function<Completion(const QString& text, int position)> completer) { m_completer = std::move(completer); }

    void goTo(int line, int column = 0); // unfolds what hides it; from 0
    void goToProblem(bool forward);
    bool mendAtCursor(); // false: nothing there has a fix
    void toggleComment();
    void setFolded(int firstLine, bool folded);
    void zoom(int step); // 0 = back to normal
    [[nodiscard]] bool isFolded(int firstLine) const;
    [[nodiscard]] const Mark* markAt(int line) const;
    [[nodiscard]] int problemCount() const { return int(m_problems.size()); }

signals:
    void edited(); // the text is another; textChanged() comes for other colours as well
    void markClicked(int line);
    void lineMenuRequested(QMenu* menu, int line); // of the gutter or the text; to be added to

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    friend class EditorGutter;
    struct PlacedMark
    {
        QTextCursor at;
        Mark mark;
    };
    struct PlacedProblem
    {
        int begin = 0, end = 0; // positions; no cursors: thousands of them make each change of the text slow
        Problem problem;
        [[nodiscard]] bool contains(int position) const { return begin <= position && position <= end; }
        [[nodiscard]] bool looksLike(const PlacedProblem& other) const { return begin == other.begin && end == other.end && problem.saysSame(other.problem); }
    };
    static constexpr int indentWidth = 4;

    void applyTheme();
    void applyFont();
    void markCurrentLine();
    void updateMargins();
    [[nodiscard]] std::pair<int, int> visiblePositions() const; // of the text
    void openCompletion(bool asked);
    void takeCompletion(const Completion::Item& item);
    void indent(bool more);
    void newLine();
    void applyVisibility();
    void keepShaped();
    void paintLines(QPainter& painter) const; // below the text: not as extra selections, for which all text is painted twice
    void paintWaves(QPainter& painter, const QRect& rect) const;
    void paintNotes(QPainter& painter) const;
    [[nodiscard]] QRectF placeOf(const QTextBlock& block) const; // of what is in view
    [[nodiscard]] QRect rowOf(const QTextBlock& block) const;    // from edge to edge
    [[nodiscard]] QTextBlock blockAt(int line) const;
    [[nodiscard]] const Fold* foldAt(int line) const;
    void moveProblems(int position, int removed, int added);
    [[nodiscard]] const PlacedProblem* problemAt(const QTextCursor& cursor) const;
    [[nodiscard]] QString toolTipAt(const QPoint& point) const;

    EditorGutter* m_gutter;
    CompletionPopup* m_popup;
    std::unique_ptr<Highlighter> m_highlighter;
    std::function<Completion(const QString&, int)> m_completer;
    std::vector<PlacedProblem> m_problems;
    std::vector<PlacedMark> m_marks;
    std::vector<Fold> m_folds;
    std::vector<QTextCursor> m_folded; // at the first line of each
    double m_zoom = 1;
    int m_revision = -1;    // of the document, when last told of
    int m_currentLine = -1; // the line of the cursor as it is marked, and where
    QRect m_currentRow;
    int m_shapedFirst = 0, m_shapedLast = -1; // lines whose glyphs are kept
};

} // namespace slipway::ui
