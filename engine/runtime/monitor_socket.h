// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// The engine's side of RUNDIR/monitor.sock. Blocking; a monitor answers at once. Paths of any length work.
[[nodiscard]] Result<UniqueFd> connectMonitor(const std::filesystem::path& runDir);
// Connects and sends the request line (without its newline).
[[nodiscard]] Result<UniqueFd> askMonitor(const std::filesystem::path& runDir, const std::string& request);
// The next line, without its newline; never reads past it. Fails at end of file or after two seconds of silence.
[[nodiscard]] Result<std::string> readMonitorLine(int fd);

} // namespace slipway
