// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "base/json.h"

namespace slipway::ui
{

// What the run dialog asks for, as text; ports "8080:80", mounts "/host:/path[:ro]" or "volume:/path".
struct RunSpec
{
    QString image, name, command, network, restart;
    QStringList ports, environment, mounts;
    int memoryMiB = 0, pids = 0; // 0 = no limit
    double cpus = 0;

    [[nodiscard]] Json body() const;           // of POST /containers/create
    [[nodiscard]] QString commandLine() const; // the equivalent `docker run`
};

// PREFERRED or the next port above it that nobody listens on at 127.0.0.1; 0 when none of 200 is free.
[[nodiscard]] quint16 freePort(quint16 preferred);

} // namespace slipway::ui
