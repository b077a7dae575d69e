// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "bridge/engine_bridge.h"

namespace slipway::ui
{

class Job;
class Jobs;

// Starts a pull of REFERENCE ("nginx", "registry:5000/a/b:1") or the loading of an archive as a job; THEN runs at its end, while the
// bridge lives. A failed one offers to try again. GUI thread.
Job& pullImage(EngineBridge& bridge, Jobs& jobs, const QString& reference, std::function<void(const Status&)> then = {});
Job& loadImage(EngineBridge& bridge, Jobs& jobs, const QString& file, std::function<void(const Status&)> then = {});

} // namespace slipway::ui
