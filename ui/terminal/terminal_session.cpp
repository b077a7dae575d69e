// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_session.h"

#include <algorithm>

#include <QElapsedTimer>
#include <QUuid>

namespace slipway::ui
{
namespace
{
constexpr qint64 sliceMs = 4;
constexpr std::size_t sliceEffort = 60'000;
constexpr int redrawMs = 50; // a program looks at its size when it has time
constexpr int farewellMs = 1000;
constexpr int againMs = 1000;
constexpr const char* endOfInput = "\x04"; // Ctrl+D

using Sessions = Result<std::vector<SessionClient::Session>>;

const SessionClient::Session* named(const std::vector<SessionClient::Session>& all, const std::string& name)
{
    const auto found = std::ranges::find(all, name, &SessionClient::Session::name);
    return found == all.end() ? nullptr : &*found;
}
} // namespace

TerminalSession::TerminalSession(EngineBridge& bridge, const QString& container, QObject* parent)
    : QObject(parent), m_bridge(bridge), m_container(container)
{
    m_more.setSingleShot(true);
    connect(&m_more, &QTimer::timeout, this, &TerminalSession::drain);
    m_again.setSingleShot(true);
    m_again.setInterval(againMs);
    const auto again = [this] {
        if (m_state == State::Away)
            findAgain();
    };
    connect(&m_again, &QTimer::timeout, this, again);
    m_redraw.setSingleShot(true);
    m_redraw.setInterval(redrawMs);
    connect(&m_redraw, &QTimer::timeout, this, [this] { resize(m_size.height(), m_size.width()); });
    connect(&bridge, &EngineBridge::stateChanged, this, [again](EngineBridge::State state) {
        if (state == EngineBridge::State::Connected)
            again();
    });
    m_screen.onOutput = [this](std::string_view bytes) {
        if (m_terminal && m_replay == 0)
            m_terminal->write(std::string(bytes));
    };
    m_screen.onBell = [this] {
        if (m_replay == 0)
            emit bell();
    };
    m_screen.onTitle = [this](const QString& title) {
        m_title = title;
        emit titleChanged();
    };
    m_screen.onClipboard = [this](const QString& text) {
        if (m_replay == 0)
            emit clipboardWanted(text);
    };
    m_hop.renew(this);
}

TerminalSession::~TerminalSession()
{
    m_hop.cut();
    m_screen.onOutput = nullptr;
}

QString TerminalSession::name() const
{
    const QString shell = m_options.tool ? tr("debug shell") : QString::fromStdString(m_options.command.empty() ? std::string("sh") : m_options.command.front()).section(QLatin1Char('/'), -1);
    return m_options.user.empty() ? shell : tr("%1 as %2").arg(shell, QString::fromStdString(m_options.user));
}

SessionClient* TerminalSession::client() const { return dynamic_cast<SessionClient*>(&m_bridge.client().exec()); }

TerminalEvents TerminalSession::events()
{
    TerminalEvents events;
    events.onOutput = m_hop.wrap<std::string>([this](std::string bytes) {
        m_received += bytes.size();
        m_waiting += bytes.size();
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
    m_options.tool = session.tool;
    m_options.session = session.name;
    if (!client())
        return setState(State::Failed);
    attach(session.id, std::nullopt);
}

void TerminalSession::attach(const std::string& id, std::optional<std::uint64_t> from)
{
    m_request = client()->attachSession(id, from, m_hop.wrap<SessionClient::Kept>([this](const SessionClient::Kept& past) { kept(past); }),
                                        events(), m_hop.wrap<Result<std::shared_ptr<Terminal>>>([this, from](auto terminal) {
                                            if (!terminal && from) // it ended just now, or the engine did
                                                return setState(terminal.error().kind == ErrorKind::Unavailable ? State::Away : State::Ended, m_closedBy);
                                            opened(std::move(terminal));
                                        }));
}

// What the session shows next is its past.
void TerminalSession::kept(const SessionClient::Kept& past)
{
    if (!past.continued) {
        m_output.clear();
        m_offset = m_waiting = 0;
        m_screen.reset();
        m_screen.clearScrollback();
        if (past.rows > 0 && past.columns > 0)
            m_screen.resize(past.rows, past.columns);
    }
    m_unpaid = m_waiting;
    m_replay = m_waiting + past.length;
    m_received = past.position - past.length;
    if (m_replay == 0)
        live();
}

void TerminalSession::live()
{
    const bool same = m_screen.rows() == m_size.height() && m_screen.columns() == m_size.width();
    if (same && m_screen.alternate() && m_size.height() > 1) { // what fills the screen draws it anew when the size changes
        m_screen.resize(m_size.height() - 1, m_size.width());
        if (m_terminal)
            m_terminal->resize(m_screen.rows(), m_screen.columns());
        m_redraw.start();
    } else {
        resize(m_size.height(), m_size.width());
    }
}

void TerminalSession::opened(Result<std::shared_ptr<Terminal>> terminal)
{
    if (!terminal)
        return setState(State::Failed, QString::fromStdString(terminal.error().message));
    m_terminal = std::move(*terminal);
    m_flow = dynamic_cast<FlowControlled*>(m_terminal.get());
    m_closed = false;
    m_closedBy.clear();
    if (m_replay == 0)
        m_terminal->resize(m_screen.rows(), m_screen.columns());
    setState(State::Open);
    if (!m_typed.isEmpty())
        m_terminal->write(std::exchange(m_typed, {}).toStdString());
}

void TerminalSession::resize(int rows, int columns)
{
    m_size = {columns, rows};
    if (m_replay > 0)
        return;
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

void TerminalSession::askForeground(std::function<void(const QString&)> answer)
{
    if (!client() || m_state != State::Open)
        return answer({});
    m_request = client()->sessions(m_container.toStdString(), m_hop.wrap<Sessions>([this, answer](const Sessions& all) {
        const auto* one = all ? named(*all, m_options.session) : nullptr;
        answer(one ? QString::fromStdString(one->foreground) : QString());
    }));
}

void TerminalSession::end()
{
    m_hop.cut();
    const auto terminal = std::exchange(m_terminal, nullptr);
    SessionClient* sessions = client();
    if (!sessions || m_options.session.empty() || m_state == State::Ended || m_state == State::Failed)
        return;
    m_bridge.keep(sessions->sessions(m_container.toStdString(), [sessions, terminal, bridge = &m_bridge, name = m_options.session](const Sessions& all) {
        if (const auto* one = all ? named(*all, name) : nullptr) {
            QMetaObject::invokeMethod(
                bridge, [sessions, bridge, id = one->id] { bridge->keep(sessions->endSession(id, [](const Result<void>&) {})); }, Qt::QueuedConnection);
        } else if (!all && isUnknownCall(all.error()) && terminal) {
            terminal->write(endOfInput);
            QMetaObject::invokeMethod(bridge, [bridge, terminal] { QTimer::singleShot(farewellMs, bridge, [terminal] {}); }, Qt::QueuedConnection);
        }
    }));
}

// The stream is over. That the shell is too is known only from an engine that answers.
void TerminalSession::brokeOff()
{
    m_terminal.reset();
    m_flow = nullptr;
    if (!client() || m_options.session.empty())
        return setState(State::Ended, m_closedBy);
    findAgain();
}

void TerminalSession::findAgain()
{
    m_request = client()->sessions(m_container.toStdString(), m_hop.wrap<Sessions>([this](const Sessions& all) {
        const bool unknown = !all && isUnknownCall(all.error());
        const auto* one = all ? named(*all, m_options.session) : nullptr;
        if (one)
            attach(one->id, m_received);
        else if (all || unknown)
            setState(State::Ended, m_closedBy);
        else
            setState(State::Away, m_closedBy);
    }));
}

void TerminalSession::drain()
{
    QElapsedTimer clock;
    clock.start();
    while (!m_output.empty() && clock.elapsed() < sliceMs) {
        std::string_view rest = std::string_view(m_output.front()).substr(m_offset);
        if (m_replay > 0 && rest.size() > m_replay)
            rest = rest.substr(0, m_replay);
        const std::size_t taken = m_screen.write(rest, sliceEffort);
        m_offset += taken;
        m_waiting -= taken;
        const std::size_t paid = std::exchange(m_unpaid, m_unpaid - std::min<std::uint64_t>(m_unpaid, taken)) - m_unpaid;
        if (m_terminal && m_flow && taken > paid)
            m_flow->taken(taken - paid);
        if (m_offset == m_output.front().size()) {
            m_output.pop_front();
            m_offset = 0;
        }
        if (m_replay > 0 && (m_replay -= taken) == 0)
            live();
    }
    emit changed();
    if (!m_output.empty())
        m_more.start(0);
    else if (std::exchange(m_closed, false))
        brokeOff();
}

void TerminalSession::setState(State state, const QString& problem)
{
    m_state = state;
    m_problem = problem;
    if (state == State::Away && m_bridge.state() == EngineBridge::State::Connected) // the bridge will not tell of it
        m_again.start();
    emit stateChanged();
}

} // namespace slipway::ui
