// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "image/image.h"

namespace slipway
{

// The image described by an OCI or Docker configuration document, without names and size. InvalidArgument when it names no
// layers by sha256.
[[nodiscard]] Result<Image> parseImageConfig(const std::string& bytes);

// Applies Dockerfile instructions of `docker import --change` (CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR,
// STOPSIGNAL) to CONFIG, the "config" member of a configuration document.
[[nodiscard]] Status applyChanges(Json& config, const std::vector<std::string>& changes);

} // namespace slipway
