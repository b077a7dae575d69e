// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "logstore/log_writer.h"

// LogConfig's options.
namespace slipway
{

// max-size and max-file. InvalidArgument in dockerd's words for what is no size or number.
[[nodiscard]] Result<logstore::RotationLimits> logLimits(const Json& document);

// What docker logs --details says of every line: the labels and variables that labels, labels-regex, env and env-regex name,
// and the tag, as "a=1,tag=x". TAG may have Docker's {{.Name}}, {{.ID}}, {{.FullID}}, {{.ImageName}}, {{.ImageID}}, {{.ImageFullID}}.
[[nodiscard]] std::string logDetails(const Json& document);

} // namespace slipway
