// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>

namespace slipway::ui
{

// Sizes of files, layers and images in powers of ten, as the docker command prints them: "4.3 MB". (Memory is in powers of two:
// formatValue() of charts/axis.h.)
[[nodiscard]] inline QString bytesText(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, bytes < 1000 ? 0 : bytes < 100'000'000 ? 1 : 0, QLocale::DataSizeSIFormat);
}

} // namespace slipway::ui
