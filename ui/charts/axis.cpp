// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/axis.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QLocale>

namespace slipway::ui
{
namespace
{

double roundStep(double raw, bool binary)
{
    if (binary && raw >= 1) {
        const double unit = std::pow(1024.0, std::floor(std::log2(raw) / 10.0));
        const double inUnit = raw / unit;
        for (const double s : {1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0, 32.0, 50.0, 64.0, 100.0, 128.0, 200.0, 256.0, 512.0})
            if (inUnit <= s)
                return s * unit;
        return 1024.0 * unit;
    }
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double s : {1.0, 2.0, 2.5, 5.0, 10.0})
        if (raw / power <= s * 1.0000001)
            return s * power;
    return 10 * power;
}

QString bytes(double v, int digits)
{
    static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t u = 0;
    while (std::abs(v) >= 1024.0 && u + 1 < std::size(units))
        v /= 1024.0, ++u;
    int precision = u == 0 || std::abs(v) >= 100 ? 0 : digits;
    QString number = QLocale().toString(v, 'f', precision);
    if (digits == 1 && precision == 1 && std::abs(v - std::round(v)) < 0.005)
        number = QLocale().toString(v, 'f', 0);
    return QStringLiteral("%1 %2").arg(number, QLatin1StringView(units[u]));
}

} // namespace

Axis niceAxis(double maximum, int wanted, Unit unit)
{
    const double floor = unit == Unit::Cores ? 0.05 : unit == Unit::Count ? 4 : unit == Unit::Share ? 0.05 : 1024;
    const double top = std::isfinite(maximum) ? std::max(maximum, floor) : floor;
    double step = roundStep(top / std::max(1, wanted), unit == Unit::Bytes || unit == Unit::BytesPerSecond);
    if (unit == Unit::Count)
        step = std::max(1.0, std::round(step));
    Axis axis;
    const int count = static_cast<int>(std::ceil(top / step - 1e-9));
    for (int i = 0; i <= count; ++i)
        axis.ticks.push_back(i * step);
    axis.max = count * step;
    return axis;
}

QString formatValue(double v, Unit unit)
{
    if (std::isnan(v))
        return QStringLiteral("–");
    switch (unit) {
    case Unit::Count: return QLocale().toString(v, 'f', 0);
    case Unit::Cores: return QCoreApplication::translate("Charts", "%1 cores").arg(QLocale().toString(v, 'f', v < 10 ? 2 : 1));
    case Unit::Bytes: return bytes(v, 1);
    case Unit::Share: return QCoreApplication::translate("Charts", "%1 %").arg(QLocale().toString(v * 100, 'f', v < 0.0995 && v > 0 ? 1 : 0));
    case Unit::Rate: return QLocale().toString(v, 'g', 3);
    case Unit::BytesPerSecond: return QCoreApplication::translate("Charts", "%1/s").arg(bytes(v, 1));
    }
    return {};
}

QString formatTick(double v, Unit unit)
{
    if (v == 0)
        return QStringLiteral("0");
    if (unit == Unit::Cores)
        return QLocale().toString(v, 'g', 3);
    return formatValue(v, unit);
}

} // namespace slipway::ui
