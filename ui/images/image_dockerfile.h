// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bridge/engine_bridge.h"

namespace slipway::ui
{

// The Dockerfile that HISTORY (newest first, as the engine answers it) of the image NAME tells of. IMAGE: its inspection, for what the
// history blurs (quotes, health checks). BASE: what it was built FROM with BASESTEPS entries of its own; empty: nobody knows, then
// those that made its first files are comments. Lines that need files which the history does not name are comments too.
[[nodiscard]] QString dockerfileOf(const QString& name, const Json& history, const Json& image, const QString& base, std::size_t baseSteps);

// Asks the engine for all that, the local image that it was built on included. CALLBACK on the GUI thread while CONTEXT lives.
void readDockerfile(EngineBridge& bridge, const QString& name, const std::string& id, QObject* context, std::function<void(Result<QString>)> callback);

} // namespace slipway::ui
