// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QPushButton;

namespace slipway::ui
{

class IconLabel;
class MessageBar;
class Spinner;

// Shown in the room of the containers while there is none: a working container with one click and without a network, the other ways
// to get one, and what to do with it. Says so while the engine starts, and what is wrong when it does not. GUI thread.
class WelcomePage : public QWidget
{
    Q_OBJECT

public:
    explicit WelcomePage(QWidget* parent = nullptr);
    void showConnection(EngineBridge::State state, const QString& problem, const QString& address);
    void setBusy(const QString& doing); // "Loading the image…"; empty = no longer
    [[nodiscard]] MessageBar& problem() const { return *m_problem; }

signals:
    void starterWanted();
    void runWanted();
    void pullWanted();
    void firstStepsWanted();
    void retryWanted();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QWidget* buildHero();
    [[nodiscard]] QWidget* buildSteps();
    [[nodiscard]] QWidget* buildTerminalHint();
    void update();

    QPushButton *m_start, *m_run, *m_pull;
    QLabel *m_doing, *m_command;
    Spinner* m_spinner;
    MessageBar* m_problem;
    EngineBridge::State m_state = EngineBridge::State::Connecting;
    QString m_busy, m_lost;
};

} // namespace slipway::ui
