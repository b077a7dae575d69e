// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "logs/log_search.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace slipway::ui
{

// The find bar of a log: text, case, regular expression, how many, next, previous.
class FindBar : public QWidget
{
    Q_OBJECT

public:
    explicit FindBar(QWidget* parent = nullptr);

    void open(const QString& text); // shows it; a text replaces what was searched
    void setStatus(const QString& status, bool isError);
    [[nodiscard]] LogSearch::Query query() const;
    [[nodiscard]] bool filters() const;

signals:
    void queryChanged();
    void filterToggled(bool on); // show nothing but the lines that match
    void next();
    void previous();
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLineEdit* m_text;
    QToolButton *m_case, *m_regex, *m_filter;
    QLabel* m_status;
};

} // namespace slipway::ui
