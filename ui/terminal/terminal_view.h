// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include <QWidget>

#include "bridge/engine_bridge.h"
#include "terminal/engine_hop.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace slipway::ui
{

class TerminalCanvas;
class TerminalScreen;

// A shell in a container: bash where there is one, else sh, or the one and the user that somebody chose. Each container has its session, which lives on while other pages
// are shown and ends with the shell, the container or this view. GUI thread.
class TerminalView : public QWidget
{
    Q_OBJECT

public:
    explicit TerminalView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~TerminalView() override;

    void setContainer(const QString& id, bool running); // an empty id shows nothing
    [[nodiscard]] bool hasSession() const;              // a shell is open, or being opened

protected:
    void showEvent(QShowEvent* event) override;

private:
    enum class State : std::uint8_t { Idle, Opening, Open, Ended, Failed };
    struct Session;

    void open();
    void openShell(const std::shared_ptr<Session>& session, const QString& shell);
    void buildBar();
    void fillMenu();
    void askUser();
    void act(); // what the button of the message says
    void startContainer();
    void showState();
    void setState(Session& session, State state, const QString& problem = {});

    EngineBridge& m_bridge;
    TerminalCanvas* m_canvas;
    QWidget *m_message, *m_bar;
    QLabel* m_what;
    QToolButton* m_new;
    QString m_shell, m_user; // chosen by hand; empty = found, the image's
    QLabel *m_title, *m_detail;
    QPushButton* m_button;
    QString m_id, m_startProblem;
    bool m_running = false, m_starting = false;
    std::map<QString, std::shared_ptr<Session>> m_sessions;
    std::shared_ptr<Session> m_current;
    EngineHop m_hop;
    Request m_startRequest;
};

} // namespace slipway::ui
