// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "base/error.h"
#include "run/run_spec.h"

// `docker run …` as text and back.
namespace slipway::ui
{

struct ParsedRun
{
    RunSpec spec;
    QStringList ignored; // flags that change nothing about the container here: --pull=always, --cidfile=…
};

// A pasted command: docker, podman or nerdctl with run, create or "container run", after a prompt or sudo if need be, over
// several lines. InvalidArgument names the flag or word that cannot be understood. Reads --env-file files of this machine.
[[nodiscard]] Result<ParsedRun> parseRunCommand(const QString& text);

// Whether TEXT begins like one, so that a paste into a form can be recognised.
[[nodiscard]] bool looksLikeRunCommand(const QString& text);

// What would make this container again. CONTAINER and IMAGE are inspect documents; what the image says already is left out
// (with a null IMAGE all of it is said).
[[nodiscard]] RunSpec specOfContainer(const Json& container, const Json& image);

} // namespace slipway::ui
