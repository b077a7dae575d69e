// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <QObject>
#include <QSize>
#include <QTimer>

#include "bridge/engine_bridge.h"
#include "client/session_client.h"
#include "terminal/engine_hop.h"
#include "terminal/terminal_screen.h"

namespace slipway::ui
{

// One shell in a container and the screen it prints on. What it prints is dealt with in slices of some milliseconds between the
// events of the window, and the engine is told how much, so a program that prints for ever neither stops the window nor fills
// it. With our own engine the shell lives on when this object goes: end() ends it. When the engine goes, the session is Away and comes
// back with it, from the byte where it was. GUI thread.
class TerminalSession : public QObject
{
    Q_OBJECT

public:
    enum class State : std::uint8_t { Opening, Open, Away, Ended, Failed };

    TerminalSession(EngineBridge& bridge, const QString& container, QObject* parent = nullptr);
    ~TerminalSession() override;

    void open(const SessionClient::Options& options);   // a new one
    void attach(const SessionClient::Session& session); // one that runs
    void resize(int rows, int columns);
    void type(const QString& text); // as if by keys; before it is open: once it is
    // What ends with it: the name of the program that runs in the foreground; empty: none, or the engine does not say.
    void askForeground(std::function<void(const QString&)> answer);
    // The shell ends as when a terminal's window is closed. Another engine than ours ends nothing: the shell gets an end of input, and what
    // does not care runs on until the container ends.
    void end();

    [[nodiscard]] TerminalScreen& screen() { return m_screen; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString problem() const { return m_problem; } // why it failed or broke off
    [[nodiscard]] QString name() const;                         // "bash", "sh as root", "debug shell"
    [[nodiscard]] bool isTool() const { return m_options.tool; }
    [[nodiscard]] QString title() const { return m_title; }     // as the program set it; for showing alone
    [[nodiscard]] const std::string& session() const { return m_options.session; }

signals:
    void changed(); // what is on the screen
    void stateChanged();
    void titleChanged();
    void bell();
    void clipboardWanted(const QString& text); // a program asks to put this on the clipboard

private:
    [[nodiscard]] SessionClient* client() const; // none: an engine of other kinds
    [[nodiscard]] TerminalEvents events();
    void attach(const std::string& id, std::optional<std::uint64_t> from);
    void kept(const SessionClient::Kept& kept);
    void live();
    void brokeOff();
    void findAgain();
    void opened(Result<std::shared_ptr<Terminal>> terminal);
    void drain();
    void setState(State state, const QString& problem = {});

    EngineBridge& m_bridge;
    QString m_container, m_problem, m_title, m_typed;
    SessionClient::Options m_options;
    TerminalScreen m_screen{24, 80, 100'000};
    std::shared_ptr<Terminal> m_terminal;
    FlowControlled* m_flow = nullptr; // m_terminal, if it is one
    State m_state = State::Opening;
    bool m_closed = false; // said by the engine; the rest of the output is still to be shown
    QString m_closedBy;
    std::deque<std::string> m_output;
    std::size_t m_offset = 0;     // in the first of them
    std::uint64_t m_received = 0; // of all that was ever printed in it
    std::uint64_t m_waiting = 0;  // of m_output
    std::uint64_t m_replay = 0;   // of what comes next is the session's past: old questions are not answered
    std::uint64_t m_unpaid = 0;   // of what comes next came by an earlier connection: the present one does not wait for it
    QSize m_size{80, 24};         // wanted; the screen has another one while it shows the past
    QTimer m_more, m_redraw, m_again;
    EngineHop m_hop;
    Request m_request;
};

} // namespace slipway::ui
