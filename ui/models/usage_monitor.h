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

// CPU and memory of the containers that somebody looks at: one stream of readings each, at most `limit` of them, none for the
// others. What was read is kept a minute long, so a row that scrolls back has its line. GUI thread.
class UsageMonitor : public QObject
{
    Q_OBJECT

public:
    static constexpr int limit = 64, kept = 30; // containers; readings

    explicit UsageMonitor(EngineBridge& bridge, QObject* parent = nullptr);

    void watch(const QStringList& ids); // these and no others from now on; an empty list is silence
    [[nodiscard]] QStringList watched() const;

    struct Usage
    {
        double cores = StatsHistory::none;  // in use
        double memory = StatsHistory::none; // bytes of working set
        QList<float> coresBefore, memoryBefore; // the last ones, oldest first
    };
    [[nodiscard]] const Usage* usage(const QString& id) const; // nullptr: nothing was read

signals:
    void changed(const QStringList& ids); // once for many readings

private:
    struct Watch
    {
        Request stream;
        StatsHistory history{kept};
        Usage usage;
    };
    void take(const QString& id, const dockerapi::StatsSample& sample);
    void forgetOld();

    EngineBridge& m_bridge;
    std::map<QString, Watch> m_watches;
    QStringList m_changed;
    QTimer m_flush;
};

} // namespace slipway::ui
