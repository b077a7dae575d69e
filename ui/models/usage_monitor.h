// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include <QList>
#include <QObject>
#include <QTimer>

#include "bridge/engine_bridge.h"
#include "charts/stats_history.h"

namespace slipway::ui
{

// What the containers that somebody looks at use, once a second, and of our own engine the machine too: one stream for all of
// them. An engine that only answers as Docker does has one stream each, at most `limit` of them. What was read is kept a while, so
// a row that scrolls back has its line. GUI thread.
class UsageMonitor : public QObject
{
    Q_OBJECT

public:
    static constexpr int limit = 64, kept = 30; // containers; readings

    // KEEP: readings of each container.
    explicit UsageMonitor(EngineBridge& bridge, QObject* parent = nullptr, std::size_t keep = kept);
    ~UsageMonitor() override;

    void watch(const QStringList& ids); // these and no others from now on; an empty list is silence
    // All that run, and the machine. RUNNING: their ids, for an engine that is asked for each.
    void watchAll(const QStringList& running);
    [[nodiscard]] QStringList watched() const; // those that were asked for

    struct Usage
    {
        double cores = StatsHistory::none;  // in use
        double memory = StatsHistory::none; // bytes of working set
        QList<float> coresBefore, memoryBefore; // the last ones, oldest first
    };
    [[nodiscard]] const Usage* usage(const QString& id) const; // nullptr: nothing was read
    [[nodiscard]] StatsHistory* history(const QString& id);    // nullptr: nothing was read
    [[nodiscard]] StatsHistory& host() { return m_host; }
    [[nodiscard]] const std::vector<double>& cores() const { return m_cores; } // of the machine: share of each in use
    [[nodiscard]] const dockerapi::MetricsMachine* machine() const { return m_machine.get(); } // nullptr: not our own engine, or not heard yet
    [[nodiscard]] bool foreign() const { return m_foreign; }                                  // an engine that knows no machine

signals:
    void changed(const QStringList& ids); // once for many readings; those whose lines are not as they were
    void instant();                       // what was measured at one second is here: our own engine's alone

private:
    struct Watch
    {
        Request stream; // of an engine that is not ours
        StatsHistory history;
        Usage usage;
    };
    void listen();
    void listenToEach();
    void take(const QString& id, const dockerapi::StatsSample& sample);
    void takeInstant(const dockerapi::MetricsInstant& instant);
    void read(const QString& id, Watch& watch);
    [[nodiscard]] Watch& watchOf(const QString& id);
    void forgetOld();

    EngineBridge& m_bridge;
    std::size_t m_keep;
    QStringList m_wanted;
    bool m_all = false, m_foreign = false, m_listening = false;
    std::map<QString, Watch> m_watches;
    StatsHistory m_host;
    std::vector<double> m_cores;
    std::shared_ptr<const dockerapi::MetricsMachine> m_machine;
    QStringList m_changed;
    QTimer m_flush, m_settle;
    Request m_live;
    int m_turn = 0; // a stream that was given up has nothing to say any more
};

} // namespace slipway::ui
