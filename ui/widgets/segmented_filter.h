// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

class QButtonGroup;
class QHBoxLayout;

namespace slipway::ui
{

class Segment;

// A row of words of which one is chosen, each with a count: All 12 · Running 3 · Stopped 9. One stop of the Tab key, arrow
// keys choose. GUI thread.
class SegmentedFilter : public QWidget
{
    Q_OBJECT

public:
    explicit SegmentedFilter(QWidget* parent = nullptr);
    int add(const QString& text); // its index; the first one is chosen
    void setCount(int index, int count); // -1 = none shown
    [[nodiscard]] int count(int index) const;
    [[nodiscard]] QString text(int index) const;
    [[nodiscard]] int current() const;
    void setCurrent(int index);

signals:
    void currentChanged(int index); // by hand and by setCurrent

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QButtonGroup* m_group;
    QHBoxLayout* m_row;
    std::vector<Segment*> m_segments;
};

} // namespace slipway::ui
