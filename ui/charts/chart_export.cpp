// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_export.h"

#include <cmath>

#include <QBuffer>
#include <QCoreApplication>
#include <QDateTime>
#include <QPixmap>
#include <QSaveFile>
#include <QTimeZone>
#include <QWidget>

#include "charts/metric_columns.h"

namespace slipway::ui
{
namespace
{
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ChartExport)
};
} // namespace

QByteArray csvOf(const StatsHistory& history, std::int64_t fromNs, std::int64_t toNs)
{
    QByteArray csv = "time";
    for (const MetricColumn& column : metricColumns())
        csv.append(',').append(column.name);
    csv += '\n';
    for (const StatsHistory::Point& point : history.points()) {
        const bool gap = std::ranges::all_of(point.values, [](double value) { return std::isnan(value); });
        if (gap || point.timeNs < fromNs || point.timeNs > toNs)
            continue;
        csv += QDateTime::fromMSecsSinceEpoch(point.timeNs / 1'000'000, QTimeZone::UTC).toString(Qt::ISODateWithMs).toLatin1();
        for (const MetricColumn& column : metricColumns()) {
            csv += ',';
            if (!std::isnan(point.value(column.metric)))
                csv += QByteArray::number(point.value(column.metric), 'g', 12);
        }
        csv += '\n';
    }
    return csv;
}

Status saveFile(const QString& name, const QByteArray& bytes)
{
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return fail(ErrorKind::Forbidden, Text::tr("%1 could not be saved: %2").arg(name, file.errorString()).toStdString());
    return {};
}

Status savePicture(const QString& name, QWidget& board)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    board.grab().save(&buffer, "PNG");
    return saveFile(name, bytes);
}

} // namespace slipway::ui
