// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcessEnvironment>
#include <QString>

#include "support/engine_process.h"

// docker build as it is with buildx installed. buildx is no part of the build environment; that of `./dev peers` has it.
namespace slipway::test
{

[[nodiscard]] QString buildxPlugin(); // empty: there is none
// Puts it into CONFIG, a folder for DOCKER_CONFIG.
[[nodiscard]] bool installBuildx(const QString& config);
// What the docker client needs in its environment to find ENGINE, and buildx in CONFIG.
[[nodiscard]] QProcessEnvironment buildxEnvironment(const EngineProcess& engine, const QString& config);

} // namespace slipway::test
