// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include <QColor>
#include <QWidget>

namespace slipway::ui
{

class CodeEditor;

// The column at the left of a CodeEditor: what the build says of a line, its number, and the arrow that folds a stage. A click on
// the sign or the number asks for that line's output, one on the arrow folds. GUI thread.
class EditorGutter : public QWidget
{
    Q_OBJECT

public:
    explicit EditorGutter(CodeEditor& editor);
    [[nodiscard]] int wantedWidth() const;
    struct Sign
    {
        const char* icon = nullptr;
        QColor color{};
    };

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int lineAt(int y) const; // -1: none
    [[nodiscard]] int arrowLeft() const;
    [[nodiscard]] std::map<int, Sign> visibleSigns() const; // by line

    CodeEditor& m_editor;
};

} // namespace slipway::ui
