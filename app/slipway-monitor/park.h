// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launch/holder.h"

namespace slipway::monitor
{

// slipway-monitor --park ROOM [FOLDER…]: started in advance (runtime/monitor_pool.h), it sits in the cgroups FOLDER and waits on
// descriptor 5, a SOCK_SEQPACKET, for the one message that makes it somebody's monitor: the numbers that the descriptors sent along
// have to have ("3 7 10"), a newline, and the command line with a NUL after each word.
constexpr int parkFd = 5;

// ARGC, ARGV: of main. Fills WORDS with the command line, and HOLDER if it could sit down. False: the engine is gone or has no use for it.
[[nodiscard]] bool park(int argc, char** argv, std::vector<std::string>& words, std::optional<launch::Holder>& holder);

} // namespace slipway::monitor
