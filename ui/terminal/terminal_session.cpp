// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_session.h"

#include <QElapsedTimer>
#include <QUuid>

namespace slipway::ui
{
namespace
{
constexpr qint64 sliceMs = 4;
constexpr std::size_t sliceEffort = 60'000;
} // namespace

TerminalSession::TerminalSession(EngineBridge& bridge, const QString& container, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_container(container)
{
    m_more.setSingleShot(true);
    connect(&m_more, &QTimer::timeout, this, &TerminalSession::drain);
    m_screen.onOutput = [this](std::string_view bytes) {
        if (m_terminal && !m_replaying)
            m_terminal->write(std::string(bytes));
    };
    m_screen.onBell = [this] { emit bell(); };
    m_screen.onTitle = [this](const QString& title) {
        m_title = title;
        emit titleChanged();
    };
    m_screen.onClipboard = [this](const QString& text) {
        if (!m_replaying)
            emit clipboardWanted(text);
    };
    m_screen.onLive = [this] { m_replaying = false; };
    m_hop.renew(this);
}

TerminalSession::~TerminalSession()
{
    m_hop.cut();
    m_screen.onOutput = nullptr;
}

QString TerminalSession::name() const
{
    const QString shell = QString::fromStdString(m_options.command.empty() ? std::string("sh") : m_options.command.front()).section(QLatin1Char('/'), -1);
    return m_options.user.empty() ? shell : tr("%1 as %2").arg(shell, QString::fromStdString(m_options.user));
}

SessionClient* TerminalSession::client() const { return dynamic_cast<SessionClient*>(&m_bridge.client().exec()); }

TerminalEvents TerminalSession::events()
{
    TerminalEvents events;
    events.onOutput = m_hop.wrap<std::string>([this](std::string bytes) {
        m_output.push_back(std::move(bytes));
        if (!m_more.isActive())
            drain();
    });
    events.onClosed = m_hop.wrap<Status>([this](const Status& status) {
        m_closed = true;
        m_closedBy = status ? QString() : QString::fromStdString(status.error().message);
        if (m_output.empty())
            drain();
    });
    return events;
}

void TerminalSession::open(const SessionClient::Options& options)
{
    m_options = options;
    m_options.rows = m_screen.rows();
    m_options.columns = m_screen.columns();
    m_options.session = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    auto reply = m_hop.wrap<Result<std::shared_ptr<Terminal>>>([this](auto terminal) { opened(std::move(terminal)); });
    if (SessionClient* sessions = client())
        m_request = sessions->openSession(m_container.toStdString(), m_options, events(), std::move(reply));
    else
        m_request = m_bridge.client().exec().shell(m_container.toStdString(), m_options, events(), std::move(reply));
}

void TerminalSession::attach(const SessionClient::Session& session)
{
    m_options.command = session.command;
    m_options.user = session.user;
    m_options.session = session.name;
    m_replaying = true;
    if (!client())
        return setState(State::Failed);
    m_request = client()->attachSession(session.id, events(), m_hop.wrap<Result<std::shared_ptr<Terminal>>>([this](auto terminal) {
        opened(std::move(terminal));
        if (m_terminal) { // a program that fills the screen draws it anew
            m_terminal->resize(std::max(1, m_screen.rows() - 1), m_screen.columns());
            m_terminal->resize(m_screen.rows(), m_screen.columns());
        }
    }));
}

void TerminalSession::opened(Result<std::shared_ptr<Terminal>> terminal)
{
    if (!terminal)
        return setState(State::Failed, QString::fromStdString(terminal.error().message));
    m_terminal = std::move(*terminal);
    m_flow = dynamic_cast<FlowControlled*>(m_terminal.get());
    m_terminal->resize(m_screen.rows(), m_screen.columns());
    setState(State::Open);
    if (!m_typed.isEmpty())
        m_terminal->write(std::exchange(m_typed, {}).toStdString());
}

void TerminalSession::resize(int rows, int columns)
{
    m_screen.resize(rows, columns);
    if (m_terminal)
        m_terminal->resize(m_screen.rows(), m_screen.columns());
}

void TerminalSession::type(const QString& text)
{
    if (m_terminal && m_state == State::Open)
        m_terminal->write(text.toStdString());
    else
        m_typed += text;
}

void TerminalSession::end()
{
    m_hop.cut();
    m_terminal.reset();
    SessionClient* sessions = client();
    if (!sessions || m_options.session.empty() || m_state == State::Ended || m_state == State::Failed)
        return;
    m_bridge.keep(sessions->sessions(m_container.toStdString(), [sessions, bridge = &m_bridge, name = m_options.session](Result<std::vector<SessionClient::Session>> all) {
        for (const auto& one : all.value_or(std::vector<SessionClient::Session>()))
            if (one.name == name)
                QMetaObject::invokeMethod(
                    bridge, [sessions, bridge, id = one.id] { bridge->keep(sessions->endSession(id, [](const Result<void>&) {})); }, Qt::QueuedConnection);
    }));
}

void TerminalSession::drain()
{
    QElapsedTimer clock;
    clock.start();
    while (!m_output.empty() && clock.elapsed() < sliceMs) {
        const std::string_view rest = std::string_view(m_output.front()).substr(m_offset);
        const std::size_t taken = m_screen.write(rest, sliceEffort);
        m_offset += taken;
        if (m_terminal && m_flow)
            m_flow->taken(taken);
        if (m_offset == m_output.front().size()) {
            m_output.pop_front();
            m_offset = 0;
        }
    }
    emit changed();
    if (!m_output.empty())
        m_more.start(0);
    else if (m_closed && m_state != State::Failed)
        setState(State::Ended, m_closedBy);
}

void TerminalSession::setState(State state, const QString& problem)
{
    m_state = state;
    m_problem = problem;
    if (state == State::Ended)
        m_terminal.reset();
    emit stateChanged();
}

} // namespace slipway::ui
