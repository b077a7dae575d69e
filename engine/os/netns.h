// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

// A new network namespace, kept alive by the descriptor. INSIDE runs on a thread that is already in it (the caller's
// thread never changes its namespace); an error of INSIDE is returned and the namespace is gone again.
[[nodiscard]] Result<UniqueFd> makeNetns(const std::function<Status(int netns)>& inside = {});

// Runs BODY on a short-lived thread that is in the namespace NETNS, or on this thread when NETNS is -1. Sockets opened
// and /proc/sys/net paths resolved in BODY belong to that namespace.
[[nodiscard]] Status runInNetns(int netns, const std::function<Status()>& body);

// The calling thread's namespace.
[[nodiscard]] Result<UniqueFd> currentNetns();

// Writes /proc/sys/net/KEY ("ipv4/ip_forward") of the calling thread's namespace; nothing is written when the value is
// there already.
[[nodiscard]] Status writeNetSysctl(const std::string& key, const std::string& value);

} // namespace slipway
