// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"
#include "registry/http_request.h"

namespace slipway
{

// What a registry says in its error document, in dockerd's words ("denied: requested access to the resource is denied"), or
// "WHAT: received unexpected HTTP status: 503 Service Unavailable".
[[nodiscard]] std::unexpected<Error> registryError(const HttpAnswer& answer, const std::string& what);

// The same for the pull of FAMILIAR ("nginx:latest"), where dockerd puts a sentence in front of three of them.
[[nodiscard]] std::unexpected<Error> pullError(const HttpAnswer& answer, const std::string& familiar);

} // namespace slipway
