// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "base/error.h"

namespace slipway
{

// WORDS of the launcher or of crun, which could not start a process, in the form that runc's have behind dockerd: clients recognise them
// (docker run exits 127 or 126 by them).
[[nodiscard]] std::unexpected<Error> launchError(const std::string& words, bool isExec);

} // namespace slipway
