// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>
#include <QTextDocument>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace slipway::ui
{

// Find and replace in an editor: text, case, whole words, regular expression, how many; next, previous, replace, replace all (one
// step of undo). GUI thread.
class ReplaceBar : public QWidget
{
    Q_OBJECT

public:
    explicit ReplaceBar(QPlainTextEdit& editor, QWidget* parent = nullptr);
    void open(bool replace); // takes the selected words along
    void find(bool forward);
    [[nodiscard]] QString status() const;

signals:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QRegularExpression pattern() const;
    [[nodiscard]] QTextCursor next(const QRegularExpression& pattern, int from, bool forward) const;
    void count();
    void replaceOne();
    void replaceAll();
    [[nodiscard]] QString replacement(const QRegularExpression& pattern, const QString& matched) const;

    QPlainTextEdit& m_editor;
    QLineEdit *m_text, *m_with;
    QToolButton *m_case, *m_words, *m_regex;
    QLabel* m_status;
    QWidget* m_second;
};

} // namespace slipway::ui
