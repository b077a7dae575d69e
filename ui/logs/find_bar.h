// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "logstore/log_query.h"

class QLabel;
class QLineEdit;
class QProgressBar;
class QSpinBox;
class QToolButton;

namespace slipway::ui
{

// The find bar of a log: text, case, whole word, regular expression, filter with lines around, how many, next, previous.
class FindBar : public QWidget
{
    Q_OBJECT

public:
    enum class Of : std::uint8_t { Log, Terminal }; // a terminal is not filtered
    explicit FindBar(QWidget* parent = nullptr, Of what = Of::Log);

    void open(const QString& text); // shows it; a text replaces what was searched
    void setStatus(const QString& status, bool isError);
    void setProgress(double share); // of a search; 1: done
    [[nodiscard]] logstore::LogQuery query() const; // text, regex, case, word
    [[nodiscard]] bool filters() const;
    [[nodiscard]] unsigned context() const; // lines around each match of a filter

signals:
    void queryChanged();
    void next();
    void previous();
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLineEdit* m_text;
    QToolButton *m_case, *m_word, *m_regex, *m_filter;
    QSpinBox* m_context;
    QLabel* m_status;
    QProgressBar* m_progress;
};

} // namespace slipway::ui
