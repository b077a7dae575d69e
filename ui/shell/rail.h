// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QMenu;
class QToolButton;
class QVBoxLayout;

namespace slipway::ui
{

class RailButton;

// The slim bar at the left: the rooms (Ctrl+1…), below them the connection with its state in colour, glyph and word, and the menu of
// the window's settings. Collapsed it shows icons only; that is remembered. GUI thread.
class Rail : public QWidget
{
    Q_OBJECT

public:
    explicit Rail(QWidget* parent = nullptr);
    void addRoom(const char* objectName, const char* icon, const QString& text); // the first one is current
    void setCurrent(int room); // tells nobody
    [[nodiscard]] int current() const;
    void setMenu(QMenu* menu); // of the settings button; owned by it from now on
    void setCollapsed(bool collapsed);
    [[nodiscard]] bool isCollapsed() const { return m_collapsed; }
    void showConnection(EngineBridge::State state, const QString& version, const QString& problem);

signals:
    void roomChosen(int room);
    void retryWanted(); // a click on a lost connection

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<RailButton*> m_rooms;
    QVBoxLayout* m_column;
    RailButton *m_collapse, *m_settings, *m_connection;
    QLabel* m_words;
    bool m_collapsed = false;
};

} // namespace slipway::ui
