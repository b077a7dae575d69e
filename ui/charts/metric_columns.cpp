// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/metric_columns.h"

#include <QCoreApplication>

namespace slipway::ui
{
namespace
{
constexpr MetricColumn columns[] = {
    {Metric::CpuCores, Unit::Cores, "cpu_cores", QT_TRANSLATE_NOOP("MetricColumns", "CPU")},
    {Metric::Memory, Unit::Bytes, "memory_bytes", QT_TRANSLATE_NOOP("MetricColumns", "Memory")},
    {Metric::MemoryCache, Unit::Bytes, "cache_bytes", QT_TRANSLATE_NOOP("MetricColumns", "Cache")},
    {Metric::NetworkRx, Unit::BytesPerSecond, "network_in_bytes_per_second", QT_TRANSLATE_NOOP("MetricColumns", "Network in")},
    {Metric::NetworkTx, Unit::BytesPerSecond, "network_out_bytes_per_second", QT_TRANSLATE_NOOP("MetricColumns", "Network out")},
    {Metric::BlockRead, Unit::BytesPerSecond, "block_read_bytes_per_second", QT_TRANSLATE_NOOP("MetricColumns", "Blocks read")},
    {Metric::BlockWrite, Unit::BytesPerSecond, "block_written_bytes_per_second", QT_TRANSLATE_NOOP("MetricColumns", "Blocks written")},
    {Metric::Pids, Unit::Count, "processes", QT_TRANSLATE_NOOP("MetricColumns", "Processes")},
    {Metric::Throttled, Unit::Share, "throttled_share", QT_TRANSLATE_NOOP("MetricColumns", "Throttled")},
    {Metric::PressureCpu, Unit::Share, "waiting_for_cpu_share", QT_TRANSLATE_NOOP("MetricColumns", "Waiting for CPU")},
    {Metric::PressureMemory, Unit::Share, "waiting_for_memory_share", QT_TRANSLATE_NOOP("MetricColumns", "Waiting for memory")},
    {Metric::PressureIo, Unit::Share, "waiting_for_io_share", QT_TRANSLATE_NOOP("MetricColumns", "Waiting for I/O")},
    {Metric::OomKills, Unit::Rate, "oom_kills_per_second", QT_TRANSLATE_NOOP("MetricColumns", "OOM kills a second")}};
} // namespace

QString MetricColumn::title() const { return QCoreApplication::translate("MetricColumns", words); }

std::span<const MetricColumn> metricColumns() { return columns; }

} // namespace slipway::ui
