// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

namespace slipway::ui
{

// How busy each core of the machine is at this moment, a bar each. GUI thread.
class CoreBars : public QWidget
{
    Q_OBJECT

public:
    explicit CoreBars(QWidget* parent = nullptr);
    void setCores(const std::vector<double>& shares); // 0-1; NaN = not measured

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] bool wordy() const; // there is room for a number beside each bar
    std::vector<double> m_shares;
};

} // namespace slipway::ui
