// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/usage_monitor.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slipway::ui
{
namespace
{
constexpr int flushMs = 150;
constexpr std::size_t remembered = 256; // containers whose last readings stay

void extend(QList<float>& line, double value)
{
    if (std::isnan(value))
        line.clear(); // a gap: no line is drawn through it
    else
        line << float(value);
}
} // namespace

UsageMonitor::UsageMonitor(EngineBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge)
{
    m_flush.setSingleShot(true);
    m_flush.setInterval(flushMs);
    connect(&m_flush, &QTimer::timeout, this, [this] { emit changed(std::exchange(m_changed, {})); });
}

void UsageMonitor::watch(const QStringList& ids)
{
    const QStringList wanted = ids.first(std::min<qsizetype>(ids.size(), limit));
    for (auto& [id, watch] : m_watches) {
        if (!watch.stream || wanted.contains(id))
            continue;
        watch.stream.reset();
        watch.history.markGap();
    }
    for (const QString& id : wanted) {
        Watch& watch = m_watches[id];
        if (watch.stream)
            continue;
        watch.stream = m_bridge.client().stats().stats(
            id.toStdString(), onGui<dockerapi::StatsSample>(this, [this, id](const dockerapi::StatsSample& s) { take(id, s); }),
            onGui<Status>(this, [this, id](const Status&) {
                if (const auto it = m_watches.find(id); it != m_watches.end())
                    it->second.stream.reset();
            }));
    }
    forgetOld();
}

QStringList UsageMonitor::watched() const
{
    QStringList ids;
    for (const auto& [id, watch] : m_watches)
        if (watch.stream)
            ids << id;
    return ids;
}

const UsageMonitor::Usage* UsageMonitor::usage(const QString& id) const
{
    const auto it = m_watches.find(id);
    return it == m_watches.end() || it->second.history.empty() ? nullptr : &it->second.usage;
}

void UsageMonitor::take(const QString& id, const dockerapi::StatsSample& sample)
{
    const auto it = m_watches.find(id);
    if (it == m_watches.end() || !it->second.stream)
        return;
    Watch& watch = it->second;
    watch.history.add(sample);
    watch.usage = {};
    for (const StatsHistory::Point& point : watch.history.points()) {
        watch.usage.cores = point.value(Metric::CpuCores);
        watch.usage.memory = point.value(Metric::Memory);
        extend(watch.usage.coresBefore, watch.usage.cores);
        extend(watch.usage.memoryBefore, watch.usage.memory);
    }
    if (!m_changed.contains(id))
        m_changed << id;
    if (!m_flush.isActive())
        m_flush.start();
}

void UsageMonitor::forgetOld()
{
    if (m_watches.size() > remembered)
        std::erase_if(m_watches, [](const auto& entry) { return !entry.second.stream; });
}

} // namespace slipway::ui
