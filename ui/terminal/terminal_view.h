// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "bridge/engine_bridge.h"
#include "client/session_client.h"
#include "terminal/engine_hop.h"

class QLabel;
class QPushButton;
class QTabBar;
class QToolButton;

namespace slipway::ui
{

class FindBar;
class MessageBar;
class TerminalCanvas;
class TerminalFind;
class TerminalSession;

// The shells in a container, a tab each: the kind that was used last where there is one, else bash, zsh, fish, ash or sh, or what somebody
// chose. They are looked for without running anything. For a container that has none our own engine brings one ("debug shell"). They live on while other pages
// are shown; with our own engine also without a window or an engine, and a new one finds them again with what they printed. Closing
// a tab ends its shell; another engine than ours cannot end what runs in it. GUI thread.
class TerminalView : public QWidget
{
    Q_OBJECT

public:
    explicit TerminalView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~TerminalView() override;

    void setContainer(const QString& id, bool running); // an empty id shows nothing
    void type(const QString& text); // into the open shell, as if by keys
    [[nodiscard]] bool hasSession() const;              // a shell is open, or being opened
    [[nodiscard]] TerminalSession* current() const;     // the one that is seen; may be none

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Shells // of a container
    {
        std::vector<std::unique_ptr<TerminalSession>> sessions;
        TerminalSession* current = nullptr;
        QStringList found; // the paths of the shells that it has, the best first
        bool looking = false, looked = false;
        Request request;
    };

    void begin();                                              // returns to what runs, or opens a shell
    void open(const SessionClient::Options& options);
    void look(const QString& id); // for the shells that it has
    void openShell(const QString& shell); // a path; empty: the one that is preferred, once it is known which there are
    void openPreferred();
    void openPath(const QString& path);
    void openDebugShell();
    [[nodiscard]] static QString debugShellWords();
    [[nodiscard]] bool hasNoShell() const; // and that is known
    TerminalSession* add(const QString& id);
    void showSession(TerminalSession* session);
    void close(TerminalSession* session); // asks first when a program runs in it
    void end(TerminalSession* session);
    void askOptions();
    void buildBar();
    void fillMenu();
    void fillTabs();
    void act(); // what the button of the message says
    void startContainer();
    void showState();
    void find(bool open);

    EngineBridge& m_bridge;
    TerminalCanvas* m_canvas;
    QWidget *m_message, *m_bar;
    QTabBar* m_tabs;
    QToolButton* m_new;
    FindBar* m_findBar;
    TerminalFind* m_find;
    MessageBar* m_question;
    QLabel *m_title, *m_detail;
    QPushButton* m_button;
    QString m_id, m_startProblem;
    bool m_running = false, m_starting = false, m_filling = false;
    bool m_keeps = false; // the engine keeps sessions, and can end them
    bool m_slow = false; // opening a shell takes longer than one waits without a word
    QTimer m_opening;
    std::map<QString, Shells> m_shells;
    EngineHop m_hop;
    Request m_startRequest;
};

} // namespace slipway::ui
