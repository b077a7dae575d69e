// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QListView>

#include "charts/chart_window.h"
#include "monitor/tile_model.h"

namespace slipway::ui
{

// The containers as small charts of one scale, in as many columns as there is room for and as high as they need: what it stands in
// scrolls. Only those that can be seen are painted. Click, Enter or Space chooses one. GUI thread.
class TileView : public QListView
{
    Q_OBJECT

public:
    explicit TileView(TileModel& model, QWidget* parent = nullptr);
    void setSpan(std::int64_t spanNs);
    [[nodiscard]] QStringList visibleIds() const;
    [[nodiscard]] bool isAimedAt() const; // the pointer moves over it: nothing may move away from under it

signals:
    void chosen(const QString& id);
    void visibleChanged(); // other tiles can be seen
    void currentShown(const QRect& place); // the keyboard went there

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Delegate;
    void arrange();

    TileModel& m_model;
    Delegate* m_delegate;
    QElapsedTimer m_moved; // since the pointer moved
};

} // namespace slipway::ui
