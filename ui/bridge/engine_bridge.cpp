// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/engine_bridge.h"

#include <QProcess>

namespace slipway::ui
{
namespace
{
constexpr int retryMs = 500;
constexpr std::size_t keptRequests = 256;
} // namespace

EngineBridge::EngineBridge(EngineClient& client, QObject* parent) : QObject(parent), m_client(client)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryMs);
    connect(&m_retry, &QTimer::timeout, this, &EngineBridge::ping);
}

EngineBridge::~EngineBridge() = default;

void EngineBridge::setEngineProgram(const QString& program, const QStringList& arguments)
{
    m_program = program;
    m_arguments = arguments;
}

void EngineBridge::start()
{
    ping();
}

void EngineBridge::retry()
{
    if (m_state == State::Connected)
        return;
    m_failures = 0;
    m_retry.stop();
    ping();
}

void EngineBridge::keep(Request request)
{
    if (m_kept.size() >= keptRequests)
        m_kept.erase(m_kept.begin(), m_kept.begin() + keptRequests / 2);
    m_kept.push_back(std::move(request));
}

void EngineBridge::ping()
{
    m_ping = m_client.system().ping(onGui<Status>(this, [this](const Status& status) {
        if (status)
            connected();
        else
            lost(QString::fromStdString(status.error().message));
    }));
}

void EngineBridge::connected()
{
    m_failures = 0;
    m_problem.clear();
    m_events = m_client.system().events(
        onGui<dockerapi::EventMessage>(this, [this](const dockerapi::EventMessage& message) { emit event(message); }),
        onGui<Status>(this, [this](const Status& status) {
            lost(status ? tr("the engine closed the connection") : QString::fromStdString(status.error().message));
        }));
    setState(State::Connected);
}

void EngineBridge::lost(const QString& problem)
{
    m_problem = problem;
    // One attempt per ten failures: an engine that is just starting must not get a rival.
    if (m_failures++ % 10 == 0 && !m_program.isEmpty() && !QProcess::startDetached(m_program, m_arguments))
        m_problem = tr("%1 could not be started").arg(m_program);
    setState(m_failures > 4 || m_state == State::Connected ? State::Lost : m_state);
    m_retry.start();
}

void EngineBridge::setState(State state)
{
    if (state == m_state && state != State::Lost)
        return;
    m_state = state;
    emit stateChanged(state);
}

} // namespace slipway::ui
