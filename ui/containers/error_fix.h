// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QString>

// What an engine's sentence is about, so that the window can offer the way out. The sentences are dockerd's and podman's own.
namespace slipway::ui
{

// The host port that somebody else has: "Bind for 0.0.0.0:8080 failed: port is already allocated",
// "failed to bind port 0.0.0.0:8080/tcp: … address already in use".
[[nodiscard]] std::optional<quint16> takenPort(const QString& message);

// The name that another container has: "Conflict. The container name "/web" is already in use by container "…"".
[[nodiscard]] QString takenName(const QString& message);

} // namespace slipway::ui
