// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

class RegistryClient;

// The configuration document that DESCRIPTOR of a manifest names ({"digest", "size"}), at most 8 MiB. InvalidArgument when what
// the registry sends has not that digest.
[[nodiscard]] Result<std::string> fetchConfig(RegistryClient& registry, const std::string& repository, const Json& descriptor,
                                              const std::stop_token& stop);

} // namespace slipway
