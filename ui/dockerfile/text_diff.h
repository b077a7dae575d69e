// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace slipway::ui
{

// A text, or how it differs from another: lines that went are marked − and those that came +, also in colour. Read only. GUI thread.
class TextDiff : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit TextDiff(QWidget* parent = nullptr);
    void show(const QString& text);
    void compare(const QString& older, const QString& newer);
    using QPlainTextEdit::show;

protected:
    void changeEvent(QEvent* event) override;

private:
    void paintLines();

    std::vector<int> m_signs; // of each line shown: -1 went, 1 came
};

} // namespace slipway::ui
