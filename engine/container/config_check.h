// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// Config and HostConfig with their defaults filled in: what dockerd 26 refuses at create, InvalidArgument in its words.
// GIVEN is the request as it came.
[[nodiscard]] Status checkConfig(const Json& config, const Json& host, const Json& given);
// UPDATE: HOST is a change of limits and says only what is new.
[[nodiscard]] Status checkResources(const Json& host, bool update = false);
[[nodiscard]] Status checkRestartPolicy(const Json& host);

// What create takes and says will not have the effect that was asked for.
[[nodiscard]] std::vector<std::string> configWarnings(const Json& host);

// "0-2,5" as numbers; nullopt when it is not such a list.
[[nodiscard]] std::optional<std::vector<unsigned>> parseCpuList(const std::string& text);

} // namespace slipway
