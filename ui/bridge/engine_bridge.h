// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QTimer>

#include "client/engine_client.h"

// The window's access to its engine. Callbacks of the client come on the client's own thread; onGui() brings them to the GUI
// thread and drops them when their owner died. All of it belongs to the GUI thread.
namespace slipway::ui
{

class EngineBridge : public QObject
{
    Q_OBJECT

public:
    enum class State : std::uint8_t { Connecting, Connected, Lost };
    Q_ENUM(State)

    // CLIENT outlives the bridge. Nothing is asked before start().
    explicit EngineBridge(EngineClient& client, QObject* parent = nullptr);
    ~EngineBridge() override;

    [[nodiscard]] EngineClient& client() const { return m_client; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString problem() const { return m_problem; } // why it is not connected

    // The program that is started (detached: it outlives the window) when nobody answers; empty = never start one. What it
    // writes to standard error goes to LOGFILE, anew at each start; an engine that ends at once has said there why, and
    // problem() repeats it.
    void setEngineProgram(const QString& program, const QStringList& arguments, const QString& logFile);
    // Connects, and again every second after a loss. The events stream is the connection: its end is a loss. So is silence: an engine that
    // does not answer a call (or, where nothing is asked, a ping every five seconds) nor a ping for two seconds then. It is waited for; what
    // is streamed goes on where it was when it answers again.
    void start();
    void retry(); // now, and may start the engine again

    // Where the engine is, as docker -H takes it: "unix:///run/…/slipway.sock". For showing only.
    void setAddress(const QString& address) { m_address = address; }
    [[nodiscard]] QString address() const { return m_address; }

    // Keeps REQUEST until its owner forgets it; many calls are made for their effect only.
    void keep(Request request);

signals:
    void stateChanged(slipway::ui::EngineBridge::State state);
    void event(const slipway::dockerapi::EventMessage& message);

private:
    void ping();
    void listen(); // does it still answer?
    void silent();
    void connected();
    void lost(const QString& problem);
    [[nodiscard]] bool startEngine();
    void hearLastWords();
    void setState(State state);

    EngineClient& m_client;
    State m_state = State::Connecting;
    QString m_problem, m_program, m_logFile, m_address;
    QString m_lastWords;     // of an engine that was started here and ended again, until one answers
    qint64 m_enginePid = 0;  // started here and not yet found dead
    QStringList m_arguments;
    QTimer m_retry, m_pulse, m_silence; // m_silence: while a ping is not answered
    int m_quiet = 0;                    // pulses since the last ping
    Request m_ping, m_events;
    std::vector<Request> m_kept;
    int m_failures = 0;
};

// CALLBACK, to be called from any thread, as a call on the GUI thread while CONTEXT lives. Create it on the GUI thread.
// (Below the class: lupdate loses the namespaces of a class that comes after a template.)
template <class T>
[[nodiscard]] std::function<void(T)> onGui(QObject* context, std::function<void(T)> callback)
{
    // The application object receives it: it outlives every client, and a call that is still queued at its end is dropped
    // under Qt's lock of the queue, where nothing of ours may call deleteLater().
    return [guard = QPointer<QObject>(context), callback = std::move(callback)](T value) {
        auto* const application = QCoreApplication::instance();
        if (!application)
            return;
        auto held = std::make_shared<T>(std::move(value));
        QMetaObject::invokeMethod(
            application,
            [guard, callback, held] {
                if (guard)
                    callback(std::move(*held));
            },
            Qt::QueuedConnection);
    };
}

} // namespace slipway::ui
