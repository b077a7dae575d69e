// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "bridge/engine_bridge.h"

namespace slipway::ui
{

struct RunSpec;

// Creates and starts what SPEC says; ONDONE gets the id on the GUI thread while CONTEXT lives. A failure to start removes what
// was created, so nothing half-made is left.
void launch(EngineBridge& bridge, const RunSpec& spec, QObject* context, std::function<void(Result<std::string>)> onDone);

} // namespace slipway::ui
