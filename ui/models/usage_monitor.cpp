// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/usage_monitor.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slipway::ui
{
namespace
{
constexpr int flushMs = 150, settleMs = 200;
constexpr std::size_t remembered = 256; // containers whose last readings stay

void extend(QList<float>& line, double value)
{
    if (std::isnan(value))
        line.clear(); // a gap: no line is drawn through it
    else
        line << float(value);
}
} // namespace

UsageMonitor::UsageMonitor(EngineBridge& bridge, QObject* parent, std::size_t keep) : QObject(parent), m_bridge(bridge), m_keep(keep), m_host(keep)
{
    m_flush.setSingleShot(true);
    m_flush.setInterval(flushMs);
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleMs);
    connect(&m_flush, &QTimer::timeout, this, [this] { emit changed(std::exchange(m_changed, {})); });
    connect(&m_settle, &QTimer::timeout, this, &UsageMonitor::listen);
    connect(&bridge, &EngineBridge::stateChanged, this, [this](EngineBridge::State state) {
        if (state == EngineBridge::State::Connected && !m_listening)
            listen();
    });
}

UsageMonitor::~UsageMonitor() = default;

void UsageMonitor::watch(const QStringList& ids)
{
    const QStringList wanted = ids.first(std::min<qsizetype>(ids.size(), limit));
    if (!m_all && wanted == m_wanted && (m_listening || wanted.isEmpty()))
        return;
    m_all = false;
    m_wanted = wanted;
    if (m_foreign || !m_listening || wanted.isEmpty())
        listen();
    else
        m_settle.start(); // rows fly by while somebody scrolls
    forgetOld();
}

void UsageMonitor::watchAll(const QStringList& running)
{
    const QStringList wanted = running.first(std::min<qsizetype>(running.size(), limit));
    const bool same = m_all && m_listening && (!m_foreign || wanted == m_wanted);
    m_all = true;
    m_wanted = wanted;
    if (same)
        return;
    listen();
    forgetOld();
}

void UsageMonitor::listen()
{
    m_settle.stop();
    m_live.reset();
    const int turn = ++m_turn;
    m_listening = m_all || !m_wanted.isEmpty();
    if (m_foreign || !m_listening)
        return listenToEach();
    std::vector<std::string> ids;
    for (const QString& id : m_all ? QStringList() : m_wanted)
        ids.push_back(id.toStdString());
    m_live = m_bridge.client().stats().live(ids, onGui<dockerapi::MetricsInstant>(this, [this, turn](const dockerapi::MetricsInstant& instant) {
                                                if (turn == m_turn)
                                                    takeInstant(instant);
                                            }),
                                            onGui<Status>(this, [this, turn](const Status& status) {
                                                if (turn != m_turn)
                                                    return;
                                                m_listening = false;
                                                m_foreign = !status && isUnknownCall(status.error());
                                                if (m_foreign) {
                                                    listen();
                                                    emit changed({});
                                                }
                                            }));
}

void UsageMonitor::listenToEach()
{
    for (auto& [id, watch] : m_watches) {
        if (!watch.stream || (m_foreign && m_wanted.contains(id)))
            continue;
        watch.stream.reset();
        watch.history.markGap();
    }
    if (!m_foreign)
        return;
    for (const QString& id : std::as_const(m_wanted)) {
        Watch& watch = watchOf(id);
        if (watch.stream)
            continue;
        watch.stream = m_bridge.client().stats().stats(
            id.toStdString(), onGui<dockerapi::StatsSample>(this, [this, id](const dockerapi::StatsSample& s) { take(id, s); }),
            onGui<Status>(this, [this, id](const Status&) {
                if (const auto it = m_watches.find(id); it != m_watches.end())
                    it->second.stream.reset();
            }));
    }
}

QStringList UsageMonitor::watched() const { return m_wanted; }

const UsageMonitor::Usage* UsageMonitor::usage(const QString& id) const
{
    const auto it = m_watches.find(id);
    return it == m_watches.end() || it->second.history.empty() ? nullptr : &it->second.usage;
}

StatsHistory* UsageMonitor::history(const QString& id)
{
    const auto it = m_watches.find(id);
    return it == m_watches.end() || it->second.history.empty() ? nullptr : &it->second.history;
}

UsageMonitor::Watch& UsageMonitor::watchOf(const QString& id)
{
    return m_watches.try_emplace(id, Watch{{}, StatsHistory(m_keep), {}}).first->second;
}

void UsageMonitor::take(const QString& id, const dockerapi::StatsSample& sample)
{
    const auto it = m_watches.find(id);
    if (it == m_watches.end() || !it->second.stream)
        return;
    it->second.history.add(sample);
    read(id, it->second);
}

void UsageMonitor::takeInstant(const dockerapi::MetricsInstant& instant)
{
    m_machine = instant.machine;
    m_cores = instant.cores;
    m_host.add(instant.time, instant.host, *instant.machine);
    for (const auto& [name, used] : instant.containers) {
        const QString id = QString::fromStdString(name);
        Watch& watch = watchOf(id);
        watch.history.setReadingEvery(used.fromProc ? 5 : 1);
        watch.history.add(instant.time, used.values, *instant.machine);
        read(id, watch);
    }
    if (m_all && m_watches.size() > remembered + instant.containers.size())
        std::erase_if(m_watches, [&](const auto& entry) { return !instant.containers.contains(entry.first.toStdString()); });
    emit this->instant();
}

void UsageMonitor::read(const QString& id, Watch& watch)
{
    const Usage before = std::exchange(watch.usage, {});
    const auto& points = watch.history.points();
    for (std::size_t i = points.size() - std::min<std::size_t>(points.size(), kept); i < points.size(); ++i) {
        watch.usage.cores = points[i].value(Metric::CpuCores);
        watch.usage.memory = points[i].value(Metric::Memory);
        extend(watch.usage.coresBefore, watch.usage.cores);
        extend(watch.usage.memoryBefore, watch.usage.memory);
    }
    if (watch.usage.coresBefore == before.coresBefore && watch.usage.memoryBefore == before.memoryBefore)
        return; // it did nothing all the time: what is shown of it is still right, to the last pixel of its line
    if (!m_changed.contains(id))
        m_changed << id;
    if (!m_flush.isActive())
        m_flush.start();
}

void UsageMonitor::forgetOld()
{
    if (m_watches.size() > remembered && !m_all)
        std::erase_if(m_watches, [this](const auto& entry) { return !entry.second.stream && !m_wanted.contains(entry.first); });
}

} // namespace slipway::ui
