// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// What the machine's ps says of PIDS when it is given ARGUMENTS ("-o pid,comm", "aux"): {"Titles", "Processes"}. Its own
// complaints come back as "ps: …"; without a column PID the processes cannot be told apart, which is an error.
[[nodiscard]] Result<Json> listProcesses(const std::string& arguments, const std::vector<pid_t>& pids);

} // namespace slipway
