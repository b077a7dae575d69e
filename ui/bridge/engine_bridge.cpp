// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/engine_bridge.h"

#include <cerrno>
#include <csignal>

#include <QFile>
#include <QProcess>
#include <QRegularExpression>

namespace slipway::ui
{
namespace
{
constexpr int retryMs = 500;
constexpr int pulseMs = 500, silenceMs = 2000;
constexpr int pulsesPerPing = 10; // where nothing else tells
constexpr std::chrono::milliseconds longWait{500};
constexpr std::size_t keptRequests = 256;
constexpr qint64 endOfLog = 4096; // bytes

// The last line of FILE that says why its writer gave up; empty when it says no such thing.
QString complaint(const QString& file)
{
    QFile log(file);
    if (!log.open(QIODevice::ReadOnly))
        return {};
    log.seek(std::max<qint64>(0, log.size() - endOfLog));
    const QString text = QString::fromUtf8(log.readAll()).trimmed();
    // base/log.h writes "TIME LEVEL WORDS"; a loader or a crash writes words alone.
    static const QRegularExpression form(QStringLiteral("^\\d\\S+T\\S+ (\\w+) (?:cannot start: )?(.+)$"));
    const QString line = text.section(QLatin1Char('\n'), -1);
    const auto match = form.match(line);
    if (!match.hasMatch())
        return line;
    return match.captured(1) == QLatin1StringView("error") ? match.captured(2) : QString();
}
} // namespace

EngineBridge::EngineBridge(EngineClient& client, QObject* parent) : QObject(parent), m_client(client)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryMs);
    connect(&m_retry, &QTimer::timeout, this, &EngineBridge::ping);
    m_pulse.setInterval(pulseMs);
    connect(&m_pulse, &QTimer::timeout, this, &EngineBridge::listen);
    m_silence.setSingleShot(true);
    m_silence.setInterval(silenceMs);
    connect(&m_silence, &QTimer::timeout, this, &EngineBridge::silent);
}

EngineBridge::~EngineBridge() = default;

void EngineBridge::setEngineProgram(const QString& program, const QStringList& arguments, const QString& logFile)
{
    m_program = program;
    m_arguments = arguments;
    m_logFile = logFile;
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
    m_quiet = 0;
    m_silence.start();
    m_ping = m_client.system().ping(onGui<Status>(this, [this](const Status& status) {
        m_silence.stop();
        if (!status)
            lost(QString::fromStdString(status.error().message));
        else if (m_state != State::Connected)
            connected();
    }));
}

void EngineBridge::listen()
{
    if (m_state == State::Connected && !m_silence.isActive() && (++m_quiet >= pulsesPerPing || m_client.unanswered() >= longWait))
        ping();
}

void EngineBridge::silent()
{
    m_problem = tr("the engine does not answer");
    setState(State::Lost);
}

void EngineBridge::connected()
{
    m_failures = 0;
    m_problem.clear();
    m_lastWords.clear();
    m_events = m_client.system().events(
        onGui<dockerapi::EventMessage>(this, [this](const dockerapi::EventMessage& message) { emit event(message); }),
        onGui<Status>(this, [this](const Status& status) {
            lost(status ? tr("the engine closed the connection") : QString::fromStdString(status.error().message));
        }));
    m_pulse.start();
    setState(State::Connected);
}

void EngineBridge::lost(const QString& problem)
{
    m_pulse.stop();
    m_silence.stop();
    hearLastWords();
    m_problem = m_lastWords.isEmpty() ? problem : m_lastWords;
    // One attempt per ten failures: an engine that is just starting must not get a rival.
    if (m_failures++ % 10 == 0 && !m_program.isEmpty() && !startEngine())
        m_lastWords = m_problem = tr("%1 could not be started").arg(m_program);
    const bool hopeless = m_failures > 4 || !m_lastWords.isEmpty() || m_state == State::Connected;
    setState(hopeless ? State::Lost : m_state);
    m_retry.start();
}

bool EngineBridge::startEngine()
{
    QProcess engine;
    engine.setProgram(m_program);
    engine.setArguments(m_arguments);
    engine.setStandardInputFile(QProcess::nullDevice());
    if (!m_logFile.isEmpty())
        engine.setStandardErrorFile(m_logFile, QIODevice::Truncate);
    return engine.startDetached(&m_enginePid);
}

void EngineBridge::hearLastWords()
{
    if (m_enginePid <= 0 || ::kill(static_cast<pid_t>(m_enginePid), 0) == 0 || errno != ESRCH)
        return;
    m_enginePid = 0;
    if (!m_logFile.isEmpty())
        m_lastWords = complaint(m_logFile);
}

void EngineBridge::setState(State state)
{
    if (state == m_state && state != State::Lost)
        return;
    m_state = state;
    emit stateChanged(state);
}

} // namespace slipway::ui
