// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>

#include "dockerfile/completion.h"

class QPlainTextEdit;

namespace slipway::ui
{

// The list under the cursor. The editor keeps the focus and hands it its keys. GUI thread.
class CompletionPopup : public QListWidget
{
    Q_OBJECT

public:
    explicit CompletionPopup(QPlainTextEdit& editor);
    void offer(Completion completion, const QPoint& below, const QPoint& above); // places of the viewport; hides when it has nothing
    [[nodiscard]] const Completion& completion() const { return m_completion; }
    bool takeKey(QKeyEvent* event); // true: it was for the list

signals:
    void chosen(const slipway::ui::Completion::Item& item);

private:
    void choose();

    Completion m_completion;
};

} // namespace slipway::ui
