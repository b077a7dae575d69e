// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractButton>
#include <QScrollBar>

namespace slipway::ui
{

class LogModel;

// A scroll bar that also shows where the matches are, and where the current one is.
class LogScrollBar : public QScrollBar
{
    Q_OBJECT

public:
    LogScrollBar(const LogModel& model, QWidget* parent);
    void marksChanged();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const LogModel& m_model;
    std::vector<int> m_marks;
    int m_height = -1; // for which they are
};

// "↓ 12 new lines", over the lower edge of a log.
class LogPill : public QAbstractButton
{
    Q_OBJECT

public:
    explicit LogPill(QWidget* parent);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace slipway::ui
